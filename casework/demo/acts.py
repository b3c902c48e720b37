"""How the county's teachers answer what the ladder asks of them: on time, late, or not at all."""

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from random import Random
from typing import NamedTuple

from django.utils import timezone

from casework.contacts import Account, Companion, ContactMethod, ContactOutcome
from casework.demo.children import Child
from casework.demo.plan import ClassPlan
from casework.facts import Surroundings, assess_students
from casework.ladder import Duty
from casework.models import Contact, Report
from casework.ruleset import PAPER_TIERS, REPORT_TIERS, Tier
from students.models import Person

ANSWERED_BY_NOW = 0.3  # of today's duties
LATE_AT_ALL = 0.6  # of duties not answered on time
LATENESS = (1, 1, 1, 2, 2, 3, 5)  # days
METHODS = {
    Tier.HOME_VISIT: ContactMethod.HOME_VISIT,
    Tier.JOINT_VISIT: ContactMethod.JOINT_VISIT,
    Tier.OPENING_VISIT: ContactMethod.HOME_VISIT,
}
RESULTS = {
    ContactMethod.PHONE: (
        (ContactOutcome.ASKS_LEAVE, "孩子感冒发烧，在家休息。"),
        (ContactOutcome.RETURNS_TODAY, "家长不知道孩子没有到校，下午送来。"),
        (ContactOutcome.AWAY, "孩子随祖父母走亲戚，过两天回来。"),
        (ContactOutcome.REFUSES, "孩子说功课跟不上，不想上学，约好晚上再谈。"),
        (ContactOutcome.NO_ANSWER, "拨打两次无人接听。"),
    ),
    ContactMethod.WECHAT: (
        (ContactOutcome.ASKS_LEAVE, "家长回复孩子身体不舒服。"),
        (ContactOutcome.NO_ANSWER, "已发消息，暂未回复。"),
    ),
    ContactMethod.HOME_VISIT: (
        (ContactOutcome.TALKED, "见到祖父和孩子，孩子愿意返校。"),
        (ContactOutcome.AWAY, "见到母亲，孩子在镇上，说好送来学校。"),
        (ContactOutcome.NOBODY_HOME, "邻居说家长外出务工，孩子在外祖母家。"),
    ),
    ContactMethod.JOINT_VISIT: ((ContactOutcome.TALKED, "校长与村干部一同到家，监护人愿意送孩子返校。"),),
    ContactMethod.LETTER: ((ContactOutcome.TALKED, "劝返通知书已送到家中，祖父签收。"),),
}


class Answer(NamedTuple):
    """A paper handed in on ``day`` for the change of ``changed_on``."""

    student: int
    changed_on: date
    day: date
    by: Person


def at(day: date, hour: int, minute: int = 0) -> datetime:
    """A moment in the county's time."""
    return timezone.make_aware(datetime.combine(day, time(hour, minute)))


def told_contacts(children: Iterable[Child]) -> list[Contact]:
    """The contacts that the stories tell of."""
    return [contact(child, *act, by=child.of.teacher) for child in children for act in child.acts]


def contact(
    child: Child, day: date, method: ContactMethod, outcome: ContactOutcome, talk: str, *, by: Person
) -> Contact:
    """A contact with the child's guardian, recorded in the evening."""
    is_joint = method is ContactMethod.JOINT_VISIT
    told = Account(method, day, outcome, talk, companions=(Companion.VILLAGE,) if is_joint else ())
    return Contact(
        student=child.row, day=day, method=method, outcome=outcome, talk=talk, result=told.result,
        companions=",".join(told.companions), recorded_at=at(day, 19, 30),
        recorded_by=child.of.school.principal if is_joint else by,
    )  # fmt: skip


def report(child: Child, day: date, kind: Tier, *, by: Person) -> Report:
    """A report handed in before the teachers go home."""
    return Report(student=child.row, day=day, kind=kind, recorded_at=at(day, 17, 20), recorded_by=by)


def answer_duties(
    children: dict[int, Child], classes: dict[int, ClassPlan], *, today: date, rng: Random
) -> tuple[list[Contact], list[Report], list[Answer]]:
    """What answers the duties that these children's facts have brought about through ``today``: contacts, reports,
    and the papers to be handed in.

    The duties come from the engine itself, so whatever a rule set asks for is answered.
    """
    contacts, reports, papers = [], [], []
    done = {(student, act.day, act.method) for student, child in children.items() for act in child.acts}
    for student, duties, _ in assess_students(sorted(children), Surroundings(), through=today):
        child = children[student]
        for duty in duties:
            of = classes.get(duty.school_class, child.of)
            day = None if duty.done_on else answered_on(duty, child, of, today=today, rng=rng)
            if day is None:
                continue
            if duty.tier in PAPER_TIERS:  # the end of a suspension is settled by a new change, not by an act
                papers += [Answer(student, duty.key, day, of.teacher)] if duty.tier is Tier.CHANGE_EVIDENCE else []
                continue
            method = METHODS.get(duty.tier) or rng.choices((ContactMethod.PHONE, ContactMethod.WECHAT), (4, 1))[0]
            act = (student, day, duty.tier if duty.tier in REPORT_TIERS else method)
            if act in done:  # one evening's call or visit answers several duties; a day holds one report of a kind
                continue
            done.add(act)
            if duty.tier in REPORT_TIERS:
                reports.append(report(child, day, duty.tier, by=of.teacher))
            else:
                contacts.append(contact(child, day, method, *rng.choice(RESULTS[method]), by=of.teacher))
    return contacts, reports, papers


def answered_on(duty: Duty, child: Child, of: ClassPlan, *, today: date, rng: Random) -> date | None:
    """The day on which a duty is answered, None = not by today. A story's habit decides before chance does."""
    on_time, by_now, at_all, late = rng.random(), rng.random(), rng.random(), rng.choice(LATENESS)
    if duty.tier in child.habit:
        delay = child.habit[duty.tier]
    elif duty.triggered_on == today and by_now > ANSWERED_BY_NOW:
        delay = None
    elif on_time < of.care:
        delay = 0
    else:
        delay = late if at_all < LATE_AT_ALL else None
    if delay is None:
        return None
    day = (duty.due_on if delay else duty.triggered_on) + timedelta(days=delay)
    return day if day <= today else None
