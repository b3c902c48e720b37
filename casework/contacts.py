"""联系记录 (contacts): how a family was reached, what came of it, and what cannot be (domain.md §5). Pure."""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum


class ContactMethod(StrEnum):
    """How a guardian was reached (联系方式)."""

    PHONE = "phone"
    WECHAT = "wechat"
    HOME_VISIT = "home_visit"
    JOINT_VISIT = "joint_visit"
    LETTER = "letter"

    @property
    def label(self) -> str:
        return {"phone": "电话", "wechat": "微信", "home_visit": "家访", "joint_visit": "联合家访", "letter": "书面"}[
            self
        ]


VISITS = frozenset({ContactMethod.HOME_VISIT, ContactMethod.JOINT_VISIT})
CALLS = frozenset({ContactMethod.PHONE, ContactMethod.WECHAT})


class ContactOutcome(StrEnum):
    """What came of a contact (联系结果)."""

    RETURNS_TODAY = "returns_today"
    PROMISED = "promised"
    ASKS_LEAVE = "asks_leave"
    REFUSES = "refuses"
    AWAY = "away"
    TALKED = "talked"
    NO_ANSWER = "no_answer"
    WRONG_NUMBER = "wrong_number"
    NOBODY_HOME = "nobody_home"
    WRONG_ADDRESS = "wrong_address"

    @property
    def label(self) -> str:
        return OUTCOME_LABELS[self]

    @property
    def short(self) -> str:
        """Where the results stand side by side: 承诺返校."""
        return self.label.removeprefix("已联系上，")


OUTCOME_LABELS = {
    ContactOutcome.RETURNS_TODAY: "已联系上，今天返校",
    ContactOutcome.PROMISED: "已联系上，承诺返校",
    ContactOutcome.ASKS_LEAVE: "已联系上，要请假",
    ContactOutcome.REFUSES: "已联系上，不愿返校",
    ContactOutcome.AWAY: "已联系上，人在外地",
    ContactOutcome.TALKED: "已联系上，其他情况",
    ContactOutcome.NO_ANSWER: "未接通",
    ContactOutcome.WRONG_NUMBER: "号码不对",
    ContactOutcome.NOBODY_HOME: "家中无人",
    ContactOutcome.WRONG_ADDRESS: "地址不符",
}
UNANSWERED = frozenset({ContactOutcome.NO_ANSWER, ContactOutcome.WRONG_NUMBER})  # calls that reached nobody
UNMET = frozenset({ContactOutcome.NOBODY_HOME, ContactOutcome.WRONG_ADDRESS})  # ways that met nobody
UNREACHED = UNANSWERED | UNMET
OUTCOMES_OF = {
    method: frozenset(ContactOutcome) - (frozenset() if method in CALLS else UNANSWERED) - lost
    for method, lost in (
        (ContactMethod.PHONE, UNMET),
        (ContactMethod.WECHAT, UNMET),
        (ContactMethod.HOME_VISIT, frozenset()),
        (ContactMethod.JOINT_VISIT, frozenset()),
        (ContactMethod.LETTER, frozenset({ContactOutcome.NOBODY_HOME})),
    )
}
# The results of one tap on a duty's card, in this order; whatever needs more words has the whole form.
QUICK_OUTCOMES = (
    ContactOutcome.RETURNS_TODAY,
    ContactOutcome.ASKS_LEAVE,
    ContactOutcome.REFUSES,
    ContactOutcome.NO_ANSWER,
    ContactOutcome.WRONG_NUMBER,
    ContactOutcome.NOBODY_HOME,
    ContactOutcome.WRONG_ADDRESS,
)


class Wish(StrEnum):
    """What the child itself wants (孩子的意愿)."""

    RETURN = "return"
    HESITATES = "hesitates"
    STAY_AWAY = "stay_away"
    NOT_MET = "not_met"

    @property
    def label(self) -> str:
        return {"return": "愿意返校", "hesitates": "犹豫", "stay_away": "不愿返校", "not_met": "没有见到孩子"}[self]


class Colleague(StrEnum):
    """Who of the school took part (学校参加人)."""

    HOMEROOM = "homeroom"
    SUBJECT = "subject"
    OFFICE = "office"
    HEAD = "head"

    @property
    def label(self) -> str:
        return {"homeroom": "班主任", "subject": "任课教师", "office": "教务处", "head": "校领导"}[self]


class Companion(StrEnum):
    """Who else took part (其他参加人)."""

    VILLAGE = "village"
    TOWNSHIP = "township"
    BUREAU = "bureau"
    POLICE = "police"
    JUSTICE = "justice"
    CIVIL = "civil"
    WOMEN = "women"
    TEAM = "team"
    OTHER = "other"

    @property
    def label(self) -> str:
        return COMPANION_LABELS[self]


COMPANION_LABELS = {
    Companion.VILLAGE: "村（居）委会",
    Companion.TOWNSHIP: "乡镇干部",
    Companion.BUREAU: "县教育局",
    Companion.POLICE: "公安",
    Companion.JUSTICE: "司法所",
    Companion.CIVIL: "民政",
    Companion.WOMEN: "妇联",
    Companion.TEAM: "驻村工作队",
    Companion.OTHER: "其他",
}

BACK_DAYS = 7  # a visit on a Saturday is written down on Monday; older ones have been forgotten [D]
PROMISE_DAYS = 60  # a promise further off is none [D]


@dataclass(frozen=True)
class Account:
    """A contact as somebody tells it; what they leave out is blank. ``talk`` is what was said at length."""

    method: ContactMethod
    day: date
    outcome: ContactOutcome
    talk: str = ""
    spoke_to: str = ""
    wish: str = ""
    reason: str = ""
    whereabouts: str = ""
    promised_on: date | None = None
    colleagues: tuple[str, ...] = ()
    companions: tuple[str, ...] = ()
    names: str = ""
    next_note: str = ""

    @property
    def result(self) -> str:
        """The contact in one line, as lists and the workbook have it."""
        first = self.talk.split("\n", 1)[0].strip()
        return f"{self.outcome.label}。{first}"[:200] if first else self.outcome.label


def contradictions(account: Account, *, today: date) -> dict[str, str]:
    """Field → what cannot be about it, in a Chinese sentence; empty where the account holds together."""
    method, outcome, promised = account.method, account.outcome, account.promised_on
    met_nobody = outcome in UNREACHED
    checks = (
        ("day", account.day > today, "这一天还没有到，请填实际联系的日子"),
        ("day", account.day < today - timedelta(days=BACK_DAYS), f"只能补记{BACK_DAYS}天以内的联系"),
        ("outcome", outcome not in OUTCOMES_OF[method], f"{method.label}不会是“{outcome.short}”，请改选结果或方式"),
        ("promised_on", outcome is ContactOutcome.PROMISED and promised is None, "请填写答应哪天返校"),
        (
            "promised_on",
            outcome is not ContactOutcome.PROMISED and promised is not None,
            "结果选“承诺返校”时才填返校日期",
        ),
        ("promised_on", promised is not None and promised < account.day, "答应返校的日子不能早于联系的日子"),
        (
            "promised_on",
            promised is not None and (promised - account.day).days > PROMISE_DAYS,
            f"答应返校的日子太远，最多{PROMISE_DAYS}天以后",
        ),
        ("spoke_to", met_nobody and bool(account.spoke_to), "没有联系上的，不填和谁谈的"),
        ("wish", met_nobody and bool(account.wish), "没有联系上的，不填孩子的意愿"),
        (
            "companions",
            method is ContactMethod.JOINT_VISIT and not account.companions,
            "联合家访请选择学校以外的参加人；只有学校的人去，方式选“家访”",
        ),
    )
    found: dict[str, str] = {}
    for field, fails, words in checks:
        if fails:
            found.setdefault(field, words)
    return found
