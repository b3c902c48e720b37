"""How notices of returns are worded, where they lead, and when they are over."""

from collections.abc import Callable

from django.db.models import Exists, OuterRef
from django.urls import reverse

from returns.models import Edition
from students.models import Notice

WORDS = {
    Notice.Kind.RETURN_DUE: ("{school}{month}月报{day}截止，请核对后上报。", "去核对"),
    Notice.Kind.RETURN_LATE: ("{school}{month}月报过了上报期限还没有上报，请尽快上报。", "去上报"),
    Notice.Kind.RETURN_TO_SIGN: ("{who}请你为{school}{month}月报签字。", "去签字"),
    Notice.Kind.RETURN_FILED: ("{who}上报了{school}{month}月报，请接收。", "去接收"),
    Notice.Kind.RETURN_SENT_BACK: ("{who}退回了{school}{month}月报，请核对后重新上报。", "看原因"),
    Notice.Kind.RETURN_ACCEPTED: ("{who}接收了{school}{month}月报。", "看月报"),
}


def word(notice: Notice, who: str) -> tuple[str, str, str]:
    """The sentence, the address it leads to, and the label of the link; the day is the cut-off of the month."""
    text, label = WORDS[notice.kind]
    day, school = notice.day, notice.school_class.school
    said = text.format(who=who, school=school, month=f"{day.year}年{day.month}月", day=f"{day.month}月{day.day}日")
    return said, reverse("returns:school_return", args=[school.pk, day.replace(day=1)]), label


def is_filed() -> Exists:
    """Whether the bureau has the return of a notice's school and month."""
    return Exists(
        Edition.objects.sent().filter(
            school_return__school=OuterRef("school_class__school"), school_return__cut_off=OuterRef("day")
        )
    )


WORDING: dict[str, Callable[[Notice, str], tuple[str, str, str]]] = dict.fromkeys(WORDS, word)
OVER: dict[str, Callable[[], Exists]] = {Notice.Kind.RETURN_DUE: is_filed, Notice.Kind.RETURN_LATE: is_filed}
