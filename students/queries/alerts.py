"""有学生不在 as its readers see it: on the homes of both sides, on the register, and in the lists of the school."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Q
from django.utils.crypto import salted_hmac

from students.access import Scope
from students.days import MarkKind
from students.models import Guardian, MissingAlert, Person
from students.queries.guardians import to_ring
from students.queries.lessons import lesson_words
from students.templatetags.chinese import ctime

ANSWERS = MissingAlert.Answer


@dataclass(frozen=True)
class AlertCard:
    """An alert in words. ``may_answer``: the reader has the class and there is no final answer yet."""

    alert: MissingAlert
    may_answer: bool
    guardian: Guardian | None

    @property
    def sentence(self) -> str:
        """语文徐兰 9:12 报告不在 · 第三节."""
        alert = self.alert
        who = lesson_words(alert.subject, alert.reported_by.name)
        slot = f" · {alert.get_slot_display()}" if alert.slot else ""
        return f"{who} {ctime(alert.reported_at)} 报告不在{slot}"

    @property
    def state(self) -> str:
        """How far it is, in words."""
        alert = self.alert
        if not alert.answer:
            return "班主任还没有答复"
        return f"{alert.answered_by.name} {ctime(alert.answered_at)} 答复：{alert.get_answer_display()}"

    @property
    def short(self) -> str:
        """The state in a word, for a tile."""
        return self.alert.get_answer_display() or "已报告"

    @property
    def answers(self) -> list[tuple[str, str]]:
        return [(value, label) for value, label in ANSWERS.choices if value != self.alert.answer]

    @property
    def tone(self) -> str:
        return {"": "alarm", ANSWERS.SEARCHING: "warn", ANSWERS.ABSENT: "alarm"}.get(self.alert.answer, "ok")


@dataclass(frozen=True)
class AlertBoard:
    """What a teacher's home shows of today: ``asked`` waits for the reader's answer, ``sent`` are the reader's own."""

    asked: list[AlertCard]
    sent: list[AlertCard]

    @property
    def mark(self) -> str:
        """Tells one state of the board from another, so that a page is not drawn anew for nothing."""
        cards = [(card.alert.pk, card.alert.answer, str(card.alert.answered_at)) for card in self.asked + self.sent]
        return salted_hmac("students.alerts", repr(cards)).hexdigest()[:16]


def alert_board(scope: Scope, person: Person, today: date) -> AlertBoard:
    """The alerts of today that concern a teacher; one query, and one for whom to ring where there are any."""
    asked = Q(school_class__in=scope.homeroom, answer__in=MissingAlert.OPEN)
    rows = MissingAlert.objects.standing().filter(asked | Q(reported_by=person), day=today)
    cards = alert_cards(rows, scope)
    return AlertBoard(
        asked=[card for card in cards if card.may_answer and card.alert.school_class_id in scope.homeroom],
        sent=[card for card in cards if card.alert.reported_by_id == person.pk],
    )


def alert_cards(rows, scope: Scope) -> list[AlertCard]:
    """Alerts of a queryset or a page as cards; two queries at most."""
    if hasattr(rows, "select_related"):
        rows = with_people(rows)
    open_ones = {row.pk for row in rows if row.answer in MissingAlert.OPEN and scope.may_answer_for(row.school_class)}
    guardians = to_ring({row.student_id: row.school_class.school_id for row in rows if row.pk in open_ones})
    return [AlertCard(row, row.pk in open_ones, guardians.get(row.student_id)) for row in rows]


def with_people(rows):
    """Alerts with everybody and everything that a card names."""
    return rows.select_related("student", "school_class__school", "reported_by", "answered_by")


def missing_today(school_class: int, today: date) -> dict[int, AlertCard]:
    """Child → the latest alert of today, for the tiles of a class; one query."""
    rows = with_people(MissingAlert.objects.standing().filter(school_class=school_class, day=today))
    return {row.student_id: AlertCard(row, may_answer=False, guardian=None) for row in rows.order_by("reported_at")}


BOXES = {"waiting": "没有答复", "today": "今天", "past": "以前"}


def boxes(scope: Scope, today: date) -> dict[str, object]:
    """The alerts in the scope. What today brings is the 班主任's; what nobody has answered by the next day is the
    school's to settle."""
    rows = MissingAlert.objects.visible_to(scope).standing()
    own = Q(day__lt=today) | Q(school_class__in=scope.homeroom)
    return {
        "waiting": rows.open().filter(own),
        "today": rows.filter(day=today),
        "past": rows.filter(day__lt=today),
    }


def alerts_of_the_register(school_class: int, day: date, slot: str) -> list[MissingAlert]:
    """What was reported of a class's children in a slot, or in none that is known; one query."""
    rows = MissingAlert.objects.standing().filter(school_class=school_class, day=day, slot__in=["", slot])
    return list(rows.select_related("student", "reported_by", "answered_by").order_by("reported_at", "pk"))


def absent_by_alert(alerts: Iterable[MissingAlert], opened_from: str) -> dict[int, str]:
    """Children whom somebody has answered to be 缺课: offered as absent in the slot of the alert.

    An alert without a slot marks them only on the register that its answer led to.
    """
    answered = (alert for alert in alerts if alert.answer == ANSWERS.ABSENT)
    return {alert.student_id: MarkKind.UNEXCUSED for alert in answered if alert.slot or str(alert.pk) == opened_from}


def alert_lines(alerts: Iterable[MissingAlert]) -> list[dict]:
    """The alerts as hints on a register: the child, who missed it, and the answer where there is one."""
    cards = [AlertCard(alert, may_answer=False, guardian=None) for alert in alerts]
    return [
        {"name": card.alert.student.name, "words": f"{card.sentence}{'，' + card.state if card.alert.answer else ''}。"}
        for card in cards
    ]
