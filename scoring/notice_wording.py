"""How notices about scores, awards and 三包 are worded, where they lead, and when their matter is over."""

from collections.abc import Callable
from urllib.parse import urlencode

from django.db.models import Exists, F, OuterRef, Q
from django.urls import reverse

from scoring.award_rules import AwardKind
from scoring.models import Award
from students.models import Notice
from students.templatetags.chinese import cdate_short

WORDS = {
    Notice.Kind.APPEAL_MADE: ("{who}为{room}的责任考核提出申诉，请处理。", "scoring:appeals", "看申诉"),
    Notice.Kind.APPEAL_DECIDED: ("{who}处理了{room}对{day}一项考核的申诉，请查看。", "scoring:appeals", "看结果"),
    Notice.Kind.SCORES_TO_SIGN: ("{who}请{school}核对学期考核得分并签字确认。", "scoring:freezes", "去核对"),
    Notice.Kind.SCORES_SIGNED: ("{who}已为{school}的学期考核签字，请检查后定分。", "scoring:freezes", "去定分"),
    Notice.Kind.AWARD_CLASS: ("{who}评定表彰：{room}获{award}，请查看。", "scoring:class_score", "看班级"),
    Notice.Kind.AWARD_SCHOOL: ("{who}评定表彰：{school}有新的获奖名单，请查看。", "scoring:award_lists", "看名单"),
    Notice.Kind.AWARD_PERSON: ("{who}评定表彰：你获{award}，请查看。", "scoring:mine", "看我的表彰"),
    Notice.Kind.AWARD_CLASS_OFF: (
        "{who}变更表彰名单：{room}的{award}已撤销，请查看。",
        "scoring:class_score",
        "看班级",
    ),
    Notice.Kind.AWARD_SCHOOL_OFF: (
        "{who}变更表彰名单：{school}有表彰被撤销，请查看。",
        "scoring:award_lists",
        "看名单",
    ),
    Notice.Kind.AWARD_PERSON_OFF: ("{who}变更表彰名单：你的{award}已撤销，请查看。", "scoring:mine", "看我的表彰"),
    Notice.Kind.BUNDLE: ("{who}调整了你在{school}的三包或联点分工，请看名单。", "scoring:my_bundles", "看我包的"),
    Notice.Kind.SCORES_FROZEN: ("{who}办理了{school}的学期考核定分，请查看。", "scoring:freezes", "看定分"),
}
# What is said of an award once nothing of that day stands any more.
TAKEN_BACK = {
    Notice.Kind.AWARD_CLASS: "{who}评定表彰：{room}获{award}，后来已撤销。",
    Notice.Kind.AWARD_SCHOOL: "{who}评定表彰：{school}有新的获奖名单，后来已撤销。",
    Notice.Kind.AWARD_PERSON: "{who}评定表彰：你获{award}，后来已撤销。",
}


def word(notice: Notice, who: str) -> tuple[str, str, str]:
    """The sentence, the address it leads to, and the label of the link."""
    text, name, label = WORDS[notice.kind]
    room = notice.school_class
    query = f"?{urlencode(_of_appeal(notice))}" if notice.kind == Notice.Kind.APPEAL_DECIDED else ""
    args = [room.pk] if name == "scoring:class_score" else []
    award = AWARD_OF[notice.kind].label if notice.kind in AWARD_OF else ""
    if notice.kind in TAKEN_BACK and notice.is_over:
        text = TAKEN_BACK[notice.kind]
    told = text.format(who=who, room=room, school=room.school, award=award, day=cdate_short(notice.day))
    return told, reverse(name, args=args) + query, label


def _of_appeal(notice: Notice) -> dict[str, object]:
    """What leads from a notice to its appeal, with no query for each of many notices."""
    child = {"student": notice.student_id} if notice.student_id else {}
    return {"tab": "done", "school_class": notice.school_class_id, "fact_day": notice.day, **child}


# Kind → the awards that it tells of, and how one is found from the notice.
AWARDS = {
    Notice.Kind.AWARD_CLASS: ([AwardKind.CLASS], {"school_class": OuterRef("school_class")}),
    Notice.Kind.AWARD_SCHOOL: ([AwardKind.SCHOOL, AwardKind.GRADE], {"school": OuterRef("school_class__school")}),
    Notice.Kind.AWARD_PERSON: (
        [AwardKind.PERSON],
        {"person": OuterRef("person"), "school": OuterRef("school_class__school")},
    ),
}
AWARD_OF = {
    Notice.Kind.AWARD_CLASS: AwardKind.CLASS,
    Notice.Kind.AWARD_CLASS_OFF: AwardKind.CLASS,
    Notice.Kind.AWARD_PERSON: AwardKind.PERSON,
    Notice.Kind.AWARD_PERSON_OFF: AwardKind.PERSON,
}


def _is_withdrawn(kind: Notice.Kind) -> Callable[[], Q]:
    """Nothing that was awarded on the day of the notice stands any more."""

    def over() -> Q:
        kinds, found = AWARDS[kind]
        day = OuterRef("day")
        of_the_day = Q(edition=0, award_list__confirmed_on=day) | Q(
            edition=F("award_list__changes__number"), award_list__changes__issued_on=day
        )
        return ~Exists(Award.objects.filter(of_the_day, kind__in=kinds, withdrawal=None, **found))

    return over


OVER: dict[str, Callable[[], Q]] = {kind: _is_withdrawn(kind) for kind in AWARDS}
WORDING: dict[str, Callable[[Notice, str], tuple[str, str, str]]] = dict.fromkeys(WORDS, word)
OWN = frozenset({Notice.Kind.APPEAL_DECIDED, Notice.Kind.AWARD_PERSON, Notice.Kind.AWARD_PERSON_OFF})
