"""检查批次: opened by the bureau for some schools, and changed while it runs."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from inspections.actions.filling import InspectionRefused, NotYourInspection
from inspections.models import Inspection, InspectionRound, StoredChecklist
from inspections.queries.reading import INSPECTING_ROLES, looks_at
from students.access import Scope, in_force, scope_of
from students.actions import audit
from students.models import Person, Posting, School

LONGEST_DAYS = 180
NAMED = 5  # schools in one sentence


@transaction.atomic
def open_round(
    *, by, scope: Scope, title: str, checklist: StoredChecklist, schools: Sequence[School], first_day: date,
    last_day: date, inspectors: Sequence[Person], submission: UUID, today: date,
) -> InspectionRound:  # fmt: skip
    """开始检查批次. The same ``submission`` sent again is one. Raises ``InspectionRefused``."""
    _refuse_others(scope)
    if same := InspectionRound.objects.filter(submission=submission).first():
        return same
    if not title or not schools:
        raise InspectionRefused("要写名称，并至少选一所学校，没有开始。")
    _refuse_days(first_day, last_day, today)
    _refuse_inspectors(inspectors, schools, today)
    columns = {
        "title": title, "checklist": checklist, "first_day": first_day, "last_day": last_day,
        "opened_at": timezone.now(), "opened_by": by,
    }  # fmt: skip
    opened, is_new = InspectionRound.objects.get_or_create(submission=submission, defaults=columns)
    if not is_new:  # sent again at the same moment
        return opened
    opened.inspectors.set(inspectors)
    Inspection.objects.bulk_create(Inspection(round=opened, school=school) for school in schools)
    audit.record(by=by, action="inspection_round.open", subject=opened, schools=len(schools))
    return opened


@transaction.atomic
def change_round(
    *, by, scope: Scope, round: InspectionRound, seen: int, last_day: date, inspectors: Sequence[Person],
    schools: Sequence[School], today: date,
) -> InspectionRound:  # fmt: skip
    """Another last day, other inspectors, more schools or fewer; one that has been begun stays.

    ``seen``: the version that the page showed. Raises ``InspectionRefused``.
    """
    _refuse_others(scope)
    row = InspectionRound.objects.select_for_update(no_key=True).get(pk=round.pk)
    held = {each.school_id: each for each in row.inspections.all()}
    wanted = {school.pk for school in schools}
    same = (last_day, {each.pk for each in inspectors}, wanted) == (
        row.last_day,
        set(row.inspectors.values_list("pk", flat=True)),
        set(held),
    )
    if same:
        return row
    if row.version != seen:
        raise InspectionRefused("打开这一页以后，有人改过这个批次，没有保存。请看过再改。")
    if last_day != row.last_day:
        _refuse_days(row.first_day, last_day, today)
    done = {school for school, each in held.items() if each.signed_at}
    _refuse_inspectors(inspectors, [school for school in schools if school.pk not in done], today)
    if not wanted:
        raise InspectionRefused("至少要有一所学校，没有保存。")
    gone = [each for school, each in held.items() if school not in wanted]
    if begun := next((each for each in gone if each.version or each.photos.exists()), None):
        raise InspectionRefused(f"{begun.school}已经开始检查，不能去掉，没有保存。")
    Inspection.objects.filter(pk__in=[each.pk for each in gone]).delete()
    Inspection.objects.bulk_create(Inspection(round=row, school=each) for each in schools if each.pk not in held)
    row.last_day, row.version = last_day, row.version + 1
    row.save(update_fields=["last_day", "version"])
    row.inspectors.set(inspectors)
    audit.record(by=by, action="inspection_round.change", subject=row, schools=len(wanted))
    return row


def possible_inspectors(today: date):
    """县教育局 and 督学 of today: who may be made an inspector of a round."""
    posted = in_force(Posting.objects.filter(role__in=INSPECTING_ROLES), today)
    return Person.objects.filter(pk__in=posted.values("person"), is_active=True).order_by("name", "pk")


def _refuse_others(scope: Scope) -> None:
    if not scope.is_bureau:
        raise NotYourInspection("检查批次由县教育局开始和更改，没有保存。")


def _refuse_days(first_day: date, last_day: date, today: date) -> None:
    if last_day < first_day:
        raise InspectionRefused("检查的最后一天早于第一天，没有保存。")
    if last_day < today:
        raise InspectionRefused("检查的最后一天已经过去，没有保存。")
    if (last_day - first_day).days > LONGEST_DAYS:
        raise InspectionRefused(f"一个批次最长{LONGEST_DAYS}天，没有保存。")


def _refuse_inspectors(inspectors: Sequence[Person], schools: Sequence[School], today: date) -> None:
    """Raises where somebody may not be an inspector, or where none of them could judge at one of the schools."""
    able = set(possible_inspectors(today).values_list("pk", flat=True))
    if not inspectors:
        raise InspectionRefused("至少要有一名检查人，没有保存。")
    if wrong := next((each for each in inspectors if each.pk not in able), None):
        raise InspectionRefused(f"{wrong.name}现在不是县教育局人员或督学，不能做检查人，没有保存。")
    posts = in_force(Posting.objects.filter(person__in=inspectors), today)
    scopes = [scope_of(each, [post for post in posts if post.person_id == each.pk]) for each in inspectors]
    if unseen := [school.name for school in schools if not any(looks_at(scope, school) for scope in scopes)]:
        names = "、".join(unseen[:NAMED]) + (f"等{len(unseen)}所" if len(unseen) > NAMED else "")
        raise InspectionRefused(
            f"选的检查人都不能去检查{names}，没有保存。请加上县教育局人员或负责那里的督学，或者去掉这些学校。"
        )
