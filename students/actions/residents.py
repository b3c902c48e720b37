"""比对: links residents to students by their identity numbers, proposes the rest to a person, and keeps the answers."""

from collections import defaultdict

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, Subquery, Value
from django.db.models.functions import Concat
from django.utils import timezone

from students.actions import audit
from students.identity import formal_number, identity_numbers
from students.matching import Child, Pair, phone_digits, propose
from students.models import Area, Guardian, ProposedMatch, RefusedMatch, Resident, Student

BATCH = 2000  # rows written together


class MatchRefused(Exception):
    """A decision that cannot be kept; the message is a Chinese sentence."""


@transaction.atomic
def match_residents(*, by=None) -> dict[str, int]:
    """Bring all links by number, and all proposals, to what the two lists say now; what changed, counted.

    Runs after an import and by the clock. Running it again changes nothing.
    """
    lock_matching()
    outcome = {"released": _release(), "linked": _link(by), "proposed": _keep_proposals()}
    if any(outcome.values()):
        audit.record(by=by, action="residents.match", subject="students.resident", **outcome)
    return outcome


def lock_matching() -> None:
    """One at a time: who decides on pairs and who works them out anew write the same rows; taken before any resident.

    The county's row stands for the whole comparison; nobody else waits for it.
    """
    list(Area.objects.select_for_update(no_key=True).filter(level=Area.Level.COUNTY).order_by("pk").values_list("pk"))


def _release() -> int:
    """Take back links by number whose numbers have changed, and links of a person that a number contradicts by now."""
    same = Student.objects.filter(pk=OuterRef("student")).filter(
        Q(id_number=OuterRef("id_number")) | Q(student_number=Concat(Value("G"), OuterRef("id_number")))
    )
    stale = set(Resident.objects.filter(~Exists(same), match=Resident.Match.ID).values_list("pk", flat=True))
    stale |= _contradicted()
    return Resident.objects.filter(pk__in=stale).update(student=None, match="", matched_at=None, matched_by=None)


def _contradicted() -> set[int]:
    """Residents whom a person linked, while the number of either child has meanwhile turned up at another one."""
    links = Resident.objects.filter(match=Resident.Match.CONFIRMED).values_list(
        "pk", "id_number", "student__id_number", "student__student_number"
    )
    own, theirs = {}, {}
    for pk, number, *numbers in links:
        own[number] = pk
        theirs |= dict.fromkeys(identity_numbers(*numbers) - {number}, pk)
    held = Resident.objects.filter(id_number__in=theirs.keys()).values_list("id_number", flat=True)
    found = {theirs[number] for number in held}
    wanted = {formal_number(number) for number in own} | own.keys()
    students = Student.objects.filter(Q(id_number__in=wanted) | Q(student_number__in=wanted))
    for linked, *numbers in students.values_list("resident", "id_number", "student_number"):
        found |= {own[number] for number in identity_numbers(*numbers) if number in own} - {linked}
    return found


def _link(by) -> int:
    """Link every resident without a student to the one with the same number; two statements, whatever the county."""
    linked = 0
    for same in (
        {"id_number": OuterRef("id_number")},
        {"student_number": Concat(Value("G"), OuterRef("id_number"))},
    ):
        found = Student.objects.filter(**same, resident=None)
        unlinked = Resident.objects.filter(Exists(found), student=None)
        linked += unlinked.update(
            student=Subquery(found.values("pk")[:1]), match=Resident.Match.ID, matched_at=timezone.now(), matched_by=by
        )
    return linked


# ---- proposals ---------------------------------------------------------------------------------


def _keep_proposals() -> int:
    """Write the differences between the proposals kept and those that the two lists give; rows changed."""
    wanted = {(pair.resident, pair.student): pair for pair in _proposals()}
    stale = []
    for kept in ProposedMatch.objects.order_by().iterator():
        pair = wanted.get((kept.resident_id, kept.student_id))
        if pair and (kept.confidence, tuple(kept.reasons), kept.rivals) == pair[2:]:
            del wanted[pair[:2]]
        else:
            stale.append(kept.pk)
    # What no longer holds goes first: a child is in one proposal.
    ProposedMatch.objects.filter(pk__in=stale).delete()
    new = [
        ProposedMatch(
            resident_id=pair.resident,
            student_id=pair.student,
            confidence=pair.confidence,
            reasons=list(pair.reasons),
            rivals=pair.rivals,
        )
        for pair in wanted.values()
    ]
    ProposedMatch.objects.bulk_create(new, batch_size=BATCH)
    return max(len(stale), len(new))


def _proposals() -> list[Pair]:
    """Whoever is on one list alone and shares a name or a birthday with somebody who is on the other alone."""
    students = Student.objects.filter(resident=None).order_by()
    residents = Resident.objects.filter(student=None).order_by()
    shared = residents.filter(
        Q(birth_date__in=students.values("birth_date")) | Q(name__in=students.values("name"))
    ).values_list("pk", "name", "birth_date", "sex", "id_number", "guardian_name", "phone")
    left = [
        Child(pk, name, born, sex, frozenset({number}), frozenset({guardian} - {""}), phone_digits(phone))
        for pk, name, born, sex, number, guardian, phone in shared
    ]
    if not left:
        return []
    refused = set(RefusedMatch.objects.order_by().values_list("resident", "student"))
    return propose(left, _students_left(students, left), refused=refused)


def _students_left(students, residents: list[Child]) -> list[Child]:
    births, names = {child.birth_date for child in residents}, {child.name for child in residents}
    rows = [
        row
        for row in students.values_list("pk", "name", "birth_date", "sex", "id_number", "student_number", "phone")
        if row[1] in names or row[2] in births
    ]
    family, phones = defaultdict(set), defaultdict(set)
    members = Guardian.objects.filter(student__resident=None).order_by().values_list("student", "name", "phone")
    for student, name, phone in members.iterator(chunk_size=BATCH):
        family[student].add(name)
        phones[student] |= phone_digits(phone)
    return [
        Child(
            pk,
            name,
            born,
            sex,
            identity_numbers(id_number, student_number),
            frozenset(family[pk]),
            phone_digits(phone) | phones[pk],
        )
        for pk, name, born, sex, id_number, student_number, phone in rows
    ]


# ---- what a person says ------------------------------------------------------------------------


@transaction.atomic
def confirm_match(*, by, proposal: int) -> Resident:
    """是同一人: link the pair of a proposal (its id). Raises ``MatchRefused`` where somebody was quicker."""
    pair = _open_proposal(proposal)
    resident = pair.resident
    resident.student = pair.student
    resident.match = Resident.Match.CONFIRMED
    resident.matched_at, resident.matched_by = timezone.now(), by
    resident.save(update_fields=["student", "match", "matched_at", "matched_by"])
    audit.record(by=by, action="residents.confirm", subject=resident, student=pair.student_id)
    _keep_proposals()
    return resident


@transaction.atomic
def refuse_match(*, by, proposal: int) -> RefusedMatch:
    """不是同一人: never propose the pair again; each of the two may be proposed with somebody else."""
    pair = _open_proposal(proposal)
    refused = RefusedMatch.objects.create(
        resident=pair.resident, student=pair.student, refused_at=timezone.now(), refused_by=by
    )
    audit.record(by=by, action="residents.refuse", subject=pair.resident, student=pair.student_id)
    _keep_proposals()
    return refused


def _open_proposal(pk: int) -> ProposedMatch:
    lock_matching()
    try:
        return ProposedMatch.objects.select_related("resident", "student").select_for_update(of=("self",)).get(pk=pk)
    except ProposedMatch.DoesNotExist:
        raise MatchRefused("这一对刚才已由别人处理，或比对结果已更新，没有重复保存。请看最新的待确认名单。") from None


@transaction.atomic
def undo_match(*, by, resident: Resident) -> None:
    """Take back what a person confirmed; the pair is proposed again. A link by number follows from the numbers."""
    lock_matching()
    resident = Resident.objects.select_for_update(no_key=True).get(pk=resident.pk)
    if resident.match != Resident.Match.CONFIRMED:
        raise MatchRefused("这名儿童没有人工确认的比对，没有要撤销的内容。身份证件号一致的比对要先更正号码。")
    student = resident.student_id
    resident.student, resident.match = None, ""
    resident.matched_at = resident.matched_by = None
    resident.save(update_fields=["student", "match", "matched_at", "matched_by"])
    audit.record(by=by, action="residents.undo", subject=resident, student=student)
    _keep_proposals()


@transaction.atomic
def undo_refusal(*, by, refused: RefusedMatch) -> None:
    """Let a pair that somebody refused be proposed again."""
    lock_matching()
    audit.record(by=by, action="residents.undo_refusal", subject=refused.resident, student=refused.student_id)
    refused.delete()
    _keep_proposals()
