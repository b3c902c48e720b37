"""How notices about cases are worded, and where they lead."""

from collections.abc import Callable

from django.urls import reverse

from students.models import Notice
from students.templatetags.chinese import cdate, cdate_short

WORDS = {
    Notice.Kind.CONCERN: "{who}报告{child}有辍学的苗头，请关注。",
    Notice.Kind.CASE_HANDED_UP: "{child}的个案有事项逾期未办，已上交到你这里。",
    Notice.Kind.JOINT_TRIP: "{who}安排了去{child}家的联合劝返，请参加。",
    Notice.Kind.JOINT_TRIP_OFF: "{who}取消了{day}去{child}家的联合劝返。",
    Notice.Kind.CASE_ASSIGNED: "{who}把{child}的个案交给你办。",
}

WATCH_WORDS = {
    Notice.Kind.WATCH_PROPOSED: "{who}提出把{child}列为关注学生，请确认或退回。",
    Notice.Kind.WATCH_DECIDED: "{who}办理了{child}的关注，请查看。",
    Notice.Kind.WATCH_REVIEW: "{child}的关注应在{day}前复核。",
}


DOCUMENT_WORDS = {
    Notice.Kind.DOCUMENT_WAITING: "{who}送来{whose}，等你办理。",
    Notice.Kind.DOCUMENT_RETURNED: "{who}退回了{whose}，请修改。",
}


def word_document(notice: Notice, who: str) -> tuple[str, str, str]:
    """A document that waits for the reader, or has come back."""
    whose = f"{notice.student.name}的文书" if notice.student_id else "控辍保学责任书"
    return DOCUMENT_WORDS[notice.kind].format(who=who, whose=whose), reverse("casework:documents"), "看文书"


def word(notice: Notice, who: str) -> tuple[str, str, str]:
    """The sentence, the address it leads to, and the label of the link."""
    text = WORDS[notice.kind].format(who=who, child=notice.student.name, day=cdate_short(notice.day))
    return text, reverse("casework:case_of", args=[notice.student_id]), "看个案"


def word_hand_off(notice: Notice, who: str) -> tuple[str, str, str]:
    """Of a hand-off, which has a page of its own."""
    text = f"{who}办理了{notice.student.name}的个案移交，请查看。"
    return text, reverse("casework:latest_hand_off", args=[notice.student_id]), "看移交"


def word_closing(notice: Notice, who: str) -> tuple[str, str, str]:
    """Of a proposal to close a case: made, or decided."""
    text = f"{who}办理了{notice.student.name}的销号申请，请查看。"
    return text, reverse("casework:latest_closing", args=[notice.student_id]), "看申请"


def word_watch(notice: Notice, who: str) -> tuple[str, str, str]:
    """Of a child given attention: proposed, decided on, to be reviewed."""
    text = WATCH_WORDS[notice.kind].format(who=who, child=notice.student.name, day=cdate(notice.day))
    return text, reverse("casework:latest_watch", args=[notice.student_id]), "看关注"


WORDING: dict[str, Callable[[Notice, str], tuple[str, str, str]]] = dict.fromkeys(WORDS, word) | {
    **dict.fromkeys(DOCUMENT_WORDS, word_document),
    Notice.Kind.CASE_HANDED_OFF: word_hand_off,
    Notice.Kind.CASE_CLOSING: word_closing,
    **dict.fromkeys(WATCH_WORDS, word_watch),
}
