"""How notices about inspections are worded, where they lead, and when their matter is over."""

from collections.abc import Callable

from django.db.models import Exists, OuterRef, Q
from django.urls import reverse

from inspections.models import Rectification
from inspections.rectifying import State
from students.models import Notice

WORDS = {
    Notice.Kind.INSPECTION: ("{who}办理了{school}的专项检查结果，请查看。", "inspections:rounds", "看结果"),
    Notice.Kind.RECTIFICATION: ("{who}办理了{school}的整改事项，请查看。", "inspections:rectifications", "看整改"),
    Notice.Kind.RECTIFICATION_REPORTED: (
        "{who}报{school}整改完成，请核实。",
        "inspections:rectifications",
        "去核实",
    ),
}


def word(notice: Notice, who: str) -> tuple[str, str, str]:
    """The sentence, the address it leads to, and the label of the link."""
    text, name, label = WORDS[notice.kind]
    school = notice.school_class.school
    query = f"?school={school.pk}" if name == "inspections:rectifications" else ""
    return text.format(who=who, school=school), reverse(name) + query, label


def _nothing_waits(state: State) -> Callable[[], Q]:
    """Nothing at the school of the notice stands at ``state`` any more."""

    def over() -> Q:
        school = OuterRef("school_class__school")
        return ~Exists(Rectification.objects.filter(inspection__school=school, state=state))

    return over


WORDING: dict[str, Callable[[Notice, str], tuple[str, str, str]]] = dict.fromkeys(WORDS, word)
OVER: dict[str, Callable[[], Q]] = {
    Notice.Kind.RECTIFICATION: _nothing_waits(State.OPEN),
    Notice.Kind.RECTIFICATION_REPORTED: _nothing_waits(State.REPORTED),
}
