"""代班: somebody of the school stands in for the 班主任 of a class for some days."""

from datetime import date

from django.db import transaction
from django.db.models import F

from students.access import Scope, in_force
from students.actions import audit
from students.calendar import DAY
from students.models import Person, Posting, Role, SchoolClass
from students.templatetags.chinese import cdate, cdate_short

LONGEST = 200  # days: a term; whoever stays longer is the 班主任


class SubstituteRefused(Exception):
    """Nothing was saved; the message is a Chinese sentence that says why and what to do."""


@transaction.atomic
def appoint(
    *, by, scope: Scope, school_class: SchoolClass, person: Person, first_day: date, last_day: date, reason: str,
    today: date,
) -> Posting:  # fmt: skip
    """Let ``person`` be the substitute 班主任 of a class from ``first_day`` to ``last_day``, both included.

    The same appointment sent twice is one. Raises ``SubstituteRefused``.
    """
    SchoolClass.objects.select_for_update(no_key=True).get(pk=school_class.pk)
    if not scope.runs(school_class.school_id):
        raise SubstituteRefused("代班由本校教务处和校领导安排，没有保存。")
    _refuse_impossible_days(first_day, last_day, today)
    values = {"person": person, "since": first_day, "until": last_day + DAY}
    others = school_class.postings.filter(role=Role.HOMEROOM_TEACHER, since__lt=values["until"])
    substitutes = others.filter(is_substitute=True, until__gt=first_day).exclude(until=F("since"))
    substitutes = substitutes.select_related("person")
    if same := substitutes.filter(**values).first():
        return same  # a second press
    if clash := substitutes.first():
        until = cdate_short(clash.until - DAY)
        raise SubstituteRefused(
            f"{cdate_short(clash.since)}到{until}已经由{clash.person.name}代班，没有保存。请先结束那次代班，或改日期。"
        )
    if in_force(others.filter(person=person, is_substitute=False), first_day).exists():
        raise SubstituteRefused(f"{person.name}就是这个班的班主任，不用代班。没有保存。")
    posts = person.postings.filter(school=school_class.school_id, is_substitute=False)
    if absent := next((day for day in (first_day, last_day) if not in_force(posts, day).exists()), None):
        raise SubstituteRefused(
            f"{person.name}{cdate(absent)}不在本校任职，不能代班。没有保存，请选本校的人，或改日期。"
        )
    posting = Posting.objects.create(
        role=Role.HOMEROOM_TEACHER,
        school_class=school_class,
        school_id=school_class.school_id,
        is_substitute=True,
        reason=reason,
        **values,
    )
    audit.record(by=by, action="substitute.appoint", subject=posting, person=person.pk, school_class=school_class.pk)
    return posting


def _refuse_impossible_days(first_day: date, last_day: date, today: date) -> None:
    if last_day < first_day:
        raise SubstituteRefused("结束日期在开始日期之前，没有保存。请改日期。")
    if first_day < today:
        raise SubstituteRefused("代班不能从过去的日子开始，没有保存。请从今天或以后的日子开始。")
    if (last_day - first_day).days >= LONGEST:
        raise SubstituteRefused(f"代班最长{LONGEST}天，没有保存。更长的请在教职工岗位里换班主任。")


@transaction.atomic
def end_early(*, by, scope: Scope, posting: Posting, today: date) -> None:
    """From ``today`` on the substitute no longer has the class; one that has not begun never will.

    A second press does nothing. Raises ``SubstituteRefused``.
    """
    SchoolClass.objects.select_for_update(no_key=True).get(pk=posting.school_class_id)
    posting = Posting.objects.get(pk=posting.pk, is_substitute=True)
    if not scope.runs(posting.school_id):
        raise SubstituteRefused("代班由本校教务处和校领导安排，没有保存。")
    if posting.until <= max(today, posting.since):
        return
    posting.until = max(today, posting.since)
    posting.save(update_fields=["until"])
    audit.record(by=by, action="substitute.end", subject=posting, person=posting.person_id)
