"""How notices of returns are worded, where they lead, and when they are over."""

from collections.abc import Callable
from functools import partial

from django.db.models import Exists, OuterRef
from django.urls import reverse

from returns.matters import Matter, matter_of, notice_kind, period_of
from returns.models import AmendmentRequest, Edition
from returns.reviewing import quarter_label, quarter_of
from students.models import Notice
from students.periods import PeriodKind, name_of
from students.templatetags.chinese import cdate_short

WORDS = {
    Matter.DUE: ("{school}{name}{day}截止，请核对后上报。", "去核对"),
    Matter.LATE: ("{school}{name}过了上报期限还没有上报，请尽快上报。", "去上报"),
    Matter.TO_SIGN: ("{who}请你为{school}{name}签字。", "去签字"),
    Matter.TO_FILE: ("{who}已为{school}{name}签字，请上报。", "去上报"),
    Matter.TAKEN_BACK: ("{who}撤回了你签过字的{school}{name}，那次签字不再算数。", "看经过"),
    Matter.FILED: ("{who}上报了{school}{name}，请接收。", "去接收"),
    Matter.AMENDED: ("{who}上报了{school}{name}的更正，请接收。", "去接收"),
    Matter.SENT_BACK: ("{who}退回了{school}{name}，请核对后重新上报。", "看原因"),
    Matter.STILL_BACK: ("{school}{name}退回以后还没有重新上报，请核对后上报。", "看原因"),
    Matter.ACCEPTED: ("{who}接收了{school}{name}。", "看上报"),
    Matter.TO_AMEND: ("{school}{name}上报以后，事实有了变化，请核对后另报更正。", "看变化"),
}
KINDS = (PeriodKind.MONTH, PeriodKind.TERM)  # a year is told of as a term is


def word(notice: Notice, who: str) -> tuple[str, str, str]:
    """The sentence, the address it leads to, and the label of the link; the day is that on which the period ends."""
    text, label = WORDS[matter_of(notice.kind)]
    code, school = period_of(notice.kind, notice.day), notice.school_class.school
    said = text.format(who=who, school=school, name=name_of(code), day=cdate_short(notice.day))
    return said, reverse("returns:school_return", args=[school.pk, code]), label


def word_amend(notice: Notice, who: str) -> tuple[str, str, str]:
    """The same of a month that a review asks to amend."""
    code, school = f"{notice.day:%Y-%m}", notice.school_class.school
    said = f"{who}复核：{school}{name_of(code)}有不属实的，请核对后另报更正。"
    return said, reverse("returns:school_return", args=[school.pk, code]), "去更正"


def word_review(notice: Notice, who: str) -> tuple[str, str, str]:
    """The same of a review; the day is the last of its quarter."""
    quarter = quarter_label(*quarter_of(f"{notice.day:%Y-%m}"))
    return f"{who}定稿了{quarter}复核，{notice.school_class.school}没有不属实的。", reverse("returns:reviews"), "看结果"


def is_filed(kind: PeriodKind) -> Exists:
    """Whether the bureau has the return of a notice's school and period; ``kind``: of what such notices tell."""
    filed = Edition.objects.sent().filter(
        school_return__school=OuterRef("school_class__school"), school_return__cut_off=OuterRef("day")
    )
    months = {"school_return__kind": PeriodKind.MONTH}
    return Exists(filed.filter(**months) if kind is PeriodKind.MONTH else filed.exclude(**months))


def is_amended() -> Exists:
    """Whether the review no longer asks for an amendment of a notice's school and month."""
    return ~Exists(
        AmendmentRequest.objects.open().filter(
            month__sheet__school=OuterRef("school_class__school"),
            month__edition__school_return__cut_off=OuterRef("day"),
        )
    )


WORDING: dict[str, Callable[[Notice, str], tuple[str, str, str]]] = {
    notice_kind(kind, matter): word for kind in KINDS for matter in WORDS
} | {Notice.Kind.REVIEW_AMEND: word_amend, Notice.Kind.REVIEW_CLOSED: word_review}
OVER: dict[str, Callable[[], Exists]] = {
    notice_kind(kind, matter): partial(is_filed, kind) for kind in KINDS for matter in (Matter.DUE, Matter.LATE)
} | {Notice.Kind.REVIEW_AMEND: is_amended}
