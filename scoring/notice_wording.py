"""How notices about appeals, frozen scores and 三包 are worded, and where they lead."""

from collections.abc import Callable

from django.urls import reverse

from students.models import Notice

WORDS = {
    Notice.Kind.APPEAL_MADE: ("{who}为{room}的责任考核提出申诉，请处理。", "scoring:appeals", "看申诉"),
    Notice.Kind.APPEAL_DECIDED: ("{who}处理了{room}的考核申诉，请查看。", "scoring:appeals", "看结果"),
    Notice.Kind.SCORES_TO_SIGN: ("{who}请{school}核对学期考核得分并签字确认。", "scoring:freezes", "去核对"),
    Notice.Kind.SCORES_SIGNED: ("{who}已为{school}的学期考核签字，请检查后定分。", "scoring:freezes", "去定分"),
    Notice.Kind.BUNDLE: ("{who}调整了你在{school}的三包或联点分工，请看名单。", "scoring:my_bundles", "看我包的"),
    Notice.Kind.SCORES_FROZEN: ("{who}办理了{school}的学期考核定分，请查看。", "scoring:freezes", "看定分"),
}


def word(notice: Notice, who: str) -> tuple[str, str, str]:
    """The sentence, the address it leads to, and the label of the link."""
    text, name, label = WORDS[notice.kind]
    room = notice.school_class
    query = "?tab=done" if notice.kind == Notice.Kind.APPEAL_DECIDED else ""
    return text.format(who=who, room=room, school=room.school), reverse(name) + query, label


WORDING: dict[str, Callable[[Notice, str], tuple[str, str, str]]] = dict.fromkeys(WORDS, word)
