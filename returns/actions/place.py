"""Where a step of a return is done: behind the locks, on the edition that the page showed, kept with its audit row.

The classes of the school are locked before the return, so that no change of a child comes between what is shown and
what is signed.
"""

from dataclasses import dataclass
from datetime import date, datetime

from returns.models import Edition, SchoolReturn
from returns.queries.editions import Filing, editions_of
from returns.queries.periods import FilingCalendar, FilingPeriod
from returns.queries.posts import posts_of
from returns.states import RULES, State, Step, refusal
from students.access import Scope
from students.actions import audit
from students.actions.locks import lock_classes
from students.models import Person, School, SchoolClass
from students.templatetags.chinese import cdate

MEANWHILE = "你打开页面之后，别人办过这份{title}，没有保存。请看本页的最新情况。"


class ReturnRefused(Exception):
    """Nothing was saved; the message is a Chinese sentence that says why and what to do."""


class NotYoursToFile(ReturnRefused):
    """The person sees the return and has no part in this step."""


@dataclass(frozen=True)
class Place:
    """Whose return it is, of which period, and who does something with it, when."""

    school: School
    period: FilingPeriod
    by: Person
    scope: Scope
    today: date
    at: datetime


def locked(place: Place, step: Step) -> Filing:
    """The editions as they are now, behind the locks; the return is begun with the first step."""
    if RULES[step].post not in posts_of(place.scope, place.school.pk):
        raise NotYoursToFile(why_not(place, step, State.DRAFT))
    period, span = place.period, place.period.period
    if not FilingCalendar().keeps(period):
        raise ReturnRefused(f"{period.name}在第一个录入的学年以前，不在这里上报，没有保存。")
    if not period.is_due(place.today):
        raise ReturnRefused(f"{period.name}{cdate(span.cut_off)}才截止，没有保存。截止那天起再办。")
    lock_classes(SchoolClass.objects.filter(school=place.school).order_by().values_list("pk", flat=True))
    days = {"kind": span.kind, "first": span.first, "cut_off": span.cut_off, "deadline": period.deadline}
    made, _ = SchoolReturn.objects.get_or_create(school=place.school, period=span.code, defaults=days)
    rows = SchoolReturn.objects.select_for_update(of=("self",), no_key=True).select_related("school")
    return editions_of(rows.get(pk=made.pk))


def of_the_page(place: Place, filing: Filing, step: Step, seen: int) -> Edition:
    """The latest edition, where the step is the next one and nobody else was quicker."""
    if said := why_not(place, step, filing.state):
        raise ReturnRefused(said)
    if filing.latest is None or filing.latest.version != seen:
        raise ReturnRefused(MEANWHILE.format(title=place.period.kind.label))
    return filing.latest


def why_not(place: Place, step: Step, state: State) -> str:
    return refusal(step, state, posts_of(place.scope, place.school.pk), title=place.period.kind.label)


def set_reason(row: Edition, reason: str) -> None:
    """An amendment says why; the return itself has no reason."""
    if row.number and not reason:
        raise ReturnRefused("更正要写明原因，没有保存。请填写后再提交。")
    row.reason = reason if row.number else ""


def set_prepared(row: Edition, place: Place, remark: str) -> None:
    row.state, row.remark, row.prepared_at, row.prepared_by = State.PREPARED, remark, place.at, place.by


def save(row: Edition, action: str, place: Place, **details) -> None:
    row.version += 1
    row.save()
    told = {"school": place.school.pk, "period": place.period.code, "number": row.number}
    audit.record(by=place.by, action=action, subject=row, at=place.at, **told, **details)
