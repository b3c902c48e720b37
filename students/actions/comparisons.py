"""核对: compare the national system's export with our registry, and settle what differs."""

from collections import Counter
from collections.abc import Sequence
from datetime import date
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from students.access import Scope
from students.actions import audit
from students.comparing import Found, Registry, TheirChild
from students.comparing import compare as differences_between
from students.models import Comparison, Difference, School
from students.queries.comparisons import changes_of, comparable_schools, our_children

MANY = 3  # schools named in a refusal


class ComparisonRefused(Exception):
    """An export that cannot be compared by this person; the message is Chinese and says that nothing was kept."""


class AlreadySettled(Exception):
    """Somebody else was quicker; the message is Chinese and says who, when and how."""


@transaction.atomic
def compare(
    *,
    by,
    scope: Scope,
    name: str,
    children: Sequence[TheirChild],
    headers: Sequence[str],
    as_of: date,
    submission: UUID,
) -> Comparison:
    """Compare the children of an export of ``as_of`` with ours of that day and keep every difference.

    The same form sent twice is one comparison. Raises ``ComparisonRefused`` where the export holds other schools.
    """
    if made := Comparison.objects.filter(submission=submission, compared_by=by).first():
        return made
    schools = _schools_of(children, scope)
    ours = our_children([school.pk for school in schools.values()], children, as_of)
    # Only who may stand in one registry alone needs its changes looked up: hardly anybody.
    registry = Registry(ours)
    agreeing = {known.key for child in children if (known := registry.find(child)) and known.school == child.school}
    left, arrived = changes_of({child.key for child in ours} - agreeing, as_of)
    found = list(differences_between(children, registry, left=left, arrived=arrived, headers=headers, as_of=as_of))
    # Sent twice at the same moment, the second waits here for the first and then is it.
    made, is_new = Comparison.objects.get_or_create(
        submission=submission,
        defaults={
            "name": name[-120:],
            "as_of": as_of,
            "there": len(children),
            "here": sum(child.expected for child in ours),
            "compared_at": timezone.now(),
            "compared_by": by,
        },
    )
    if not is_new:
        return made
    made.schools.set(schools.values())
    Difference.objects.bulk_create((_row(made, each, schools) for each in found), batch_size=1000)
    counts = Counter(each.kind for each in found)
    audit.record(by=by, action="comparison.compare", subject=made, there=made.there, here=made.here, **counts)
    return made


@transaction.atomic
def settle(*, by, difference: Difference, note: str) -> Difference:
    """Note how a difference has been dealt with; once. Raises ``AlreadySettled`` for whoever comes second."""
    row = Difference.objects.select_for_update().get(pk=difference.pk)
    if row.settled_at:
        day = timezone.localdate(row.settled_at)
        raise AlreadySettled(
            f"{row.settled_by.name}已在{day.year}年{day.month}月{day.day}日处理：{row.settled_note}。这次没有保存。"
        )
    row.settled_at, row.settled_by, row.settled_note = timezone.now(), by, note
    row.save(update_fields=["settled_at", "settled_by", "settled_note"])
    audit.record(by=by, action="comparison.settle", subject=row, comparison=row.comparison_id)
    return row


def _schools_of(children: Sequence[TheirChild], scope: Scope) -> dict[str, School]:
    """Code → school of every school in the export; all of them have to be the person's to compare."""
    rows: dict[str, int] = {}
    for child in children:
        rows.setdefault(child.school, child.row)
    if "" in rows:
        raise ComparisonRefused(f"第{rows['']}行没有学校标识码，没有核对。请补上后再上传。")
    own = {school.code: school for school in comparable_schools(scope).filter(code__in=rows)}
    if strange := [code for code in rows if code not in own]:
        told = "、".join(f"{code}（第{rows[code]}行）" for code in strange[:MANY])
        more = f"等{len(strange)}所" if len(strange) > MANY else ""
        raise ComparisonRefused(
            f"文件里有不归你管理、或本系统没有的学校：{told}{more}。没有核对。请只导出本校的学生再上传。"
        )
    return own


def _row(comparison: Comparison, found: Found, schools: dict[str, School]) -> Difference:
    return Difference(
        comparison=comparison,
        kind=found.kind,
        school=schools[found.school],
        student_id=found.student,
        name=found.name[:60],
        number=found.number,
        field=found.field,
        theirs=found.theirs[:200],
        ours=found.ours[:200],
    )
