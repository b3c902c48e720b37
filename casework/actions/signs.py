"""预警: computed from the facts for a class, a school or the county, and put off by whoever knows already."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import islice

from django.db import transaction
from django.utils import timezone

from casework.facts import Surroundings, load_facts
from casework.models import AbsenceRun, EarlySign, SignComputation, SignDismissal
from casework.signs import Lookout, Out, Sign, SignCode, kin, plain_phone
from students.actions import audit
from students.memory import rare_collections
from students.models import Area, Enrolment, Guardian, School, SchoolClass, Student
from students.policy import Policy
from students.queries.policy import policy_of

CLASSES = 24  # classes computed at a time: about a thousand children, a few megabytes of facts
SIGN_FIELDS = ("school_class_id", "since", "unseen_days", "details")
Kin = Mapping[int, Sequence[Sign]]


@dataclass
class Counts:
    """What a computation did."""

    students: int = 0
    signs: int = 0
    added: int = 0
    changed: int = 0
    removed: int = 0


@rare_collections()
def compute_county(*, day: date) -> Counts:
    """The signs of every child, some classes a transaction; computed again on the same facts it writes nothing."""
    return _compute(iter(list(SchoolClass.objects.order_by("pk").values_list("pk", flat=True))), day=day, by=None)


@transaction.atomic
def compute_anew(*, by, of: School | SchoolClass, today: date) -> Counts:
    """现在重算, pressed for a school or a class; what it shows of families and villages is the whole county's."""
    classes = of.classes.order_by("pk").values_list("pk", flat=True) if isinstance(of, School) else [of.pk]
    counts = _compute(iter(classes), day=today, by=by)
    audit.record(by=by, action="signs.compute", subject=of, students=counts.students, signs=counts.signs)
    return counts


def _compute(classes: Iterator[int], *, day: date, by) -> Counts:
    counts, policy, related = Counts(), policy_of(day), kin(_out_of_school())
    while group := list(islice(classes, CLASSES)):
        with transaction.atomic():
            _lock(group)
            _compute_group(group, related, policy, day, counts)
            SignComputation.objects.filter(pk__in=group).update(computed_at=timezone.now(), computed_by=by)
    return counts


def _lock(classes: Sequence[int]) -> None:
    """Of two who compute one class the later one waits here, and then reads the newer facts."""
    rows = [SignComputation(school_class_id=school_class, computed_at=timezone.now()) for school_class in classes]
    SignComputation.objects.bulk_create(rows, ignore_conflicts=True)
    standing = SignComputation.objects.select_for_update(no_key=True).filter(pk__in=classes)
    list(standing.order_by("pk").values_list("pk"))


def _compute_group(classes: Sequence[int], related: Kin, policy: Policy, day: date, counts: Counts) -> None:
    """Write the differences between the signs kept of these classes and what the facts say."""
    attending = Enrolment.objects.attending().on(day)
    class_of = dict(attending.filter(school_class__in=classes).order_by().values_list("student", "school_class"))
    surroundings = Surroundings()
    facts = load_facts(class_of.keys(), surroundings, with_registers=False) if class_of else {}
    surroundings.meet({place.school_class for fact in facts.values() for place in fact.places})
    lookout = Lookout(surroundings.world, policy, day)
    kept: dict[int, dict[str, EarlySign]] = defaultdict(dict)
    for row in EarlySign.objects.filter(student__in=class_of.keys()):
        kept[row.student_id][row.code] = row
    gone = EarlySign.objects.filter(school_class__in=classes).exclude(student__in=attending.values("student"))
    vanished, rows = list(gone.values_list("pk", flat=True)), []
    for student, school_class in class_of.items():
        outlook = lookout.of(facts[student])
        for sign in [*outlook.signs, *related.get(student, ())]:
            counts.signs += 1
            values = (school_class, sign.since, outlook.unseen_days, sign.details)
            row = kept[student].pop(sign.code, None)
            if row is None or tuple(getattr(row, name) for name in SIGN_FIELDS) != values:
                counts.added, counts.changed = counts.added + (row is None), counts.changed + (row is not None)
                named = dict(zip(SIGN_FIELDS, values, strict=True))
                rows.append(EarlySign(student_id=student, code=sign.code, computed_on=day, **named))
        vanished += [row.pk for row in kept[student].values()]
    counts.students, counts.removed = counts.students + len(class_of), counts.removed + len(vanished)
    _write(rows, vanished)


def _write(rows: list[EarlySign], vanished: list[int]) -> None:
    if vanished:
        EarlySign.objects.filter(pk__in=vanished).delete()
    if rows:
        EarlySign.objects.bulk_create(
            rows,
            update_conflicts=True,
            unique_fields=["student", "code"],
            update_fields=[*(name.removesuffix("_id") for name in SIGN_FIELDS), "computed_on"],
        )


def _out_of_school() -> list[Out]:
    """Every child of the county with an open run, its family's numbers and its home village; three queries."""
    runs = AbsenceRun.objects.filter(ended_on=None)
    villages = set(Area.objects.filter(level=Area.Level.VILLAGE).values_list("code", flat=True))
    phones: dict[int, set[str]] = defaultdict(set)
    for student, phone in Guardian.objects.filter(student__in=runs.order_by().values("student")).values_list(
        "student", "phone"
    ):
        phones[student].add(plain_phone(phone))
    return [
        Out(student, started_on, frozenset(phones[student] - {""}), village if village in villages else "")
        for student, started_on, village in runs.values_list("student", "started_on", "student__home_area_code")
    ]


@transaction.atomic
def put_off(*, by, student: Student, codes: Collection[SignCode], days: int, reason: str, today: date) -> int:
    """已了解，下次再提醒: put off those of ``codes`` that the child still has, today and for ``days`` days in all.

    Returns how many are put off; those already put off as long stay as they are, so a second press does nothing.
    """
    Student.objects.select_for_update(no_key=True).get(pk=student.pk)
    until = today + timedelta(days=days - 1)
    present = EarlySign.objects.filter(student=student, code__in=codes).values_list("code", flat=True)
    standing = SignDismissal.objects.filter(student=student, until__gte=until, taken_back_at=None)
    new = sorted(set(present) - set(standing.values_list("code", flat=True)))
    if new:
        by_whom = {"dismissed_at": timezone.now(), "dismissed_by": by, "until": until, "reason": reason}
        SignDismissal.objects.bulk_create(SignDismissal(student=student, code=code, **by_whom) for code in new)
        audit.record(by=by, action="signs.put_off", subject=student, codes=new, until=until.isoformat())
    return len(set(present))


@transaction.atomic
def bring_back(*, by, student: Student, today: date) -> int:
    """恢复提醒: take back whatever of the child's signs is put off today; a second press does nothing."""
    standing = SignDismissal.objects.select_for_update(no_key=True).filter(student=student, until__gte=today)
    rows = list(standing.filter(taken_back_at=None))
    for row in rows:
        row.taken_back_at, row.taken_back_by = timezone.now(), by
    if rows:
        SignDismissal.objects.bulk_update(rows, ["taken_back_at", "taken_back_by"])
        audit.record(by=by, action="signs.bring_back", subject=student, signs=len(rows))
    return len(rows)
