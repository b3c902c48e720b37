"""转学 as both schools see it. Until it accepts, the new school learns who is to come and no more."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Exists, OuterRef, Q

from students.access import Scope
from students.models import EnrolmentEvent, School, SchoolClass, Transfer
from students.queries.changes import narrowed
from students.queries.unaccounted import classes_left

BOXES = {"in": "待接收", "out": "转出未确认", "done": "已办结"}
STEPS = ("accept", "refuse", "withdraw", "letter", "registered", "offer")
OF_THE_NEW_SCHOOL = ("accept", "refuse")
GIVEN_BACK = (Transfer.Answer.REFUSED, Transfer.Answer.WITHDRAWN)
UNSETTLED = Q(answer="") | Q(answer__in=GIVEN_BACK, unanswered=True)


def seen_by(scope: Scope):
    """Transfers of the schools in the scope, for whoever keeps, leads or oversees them."""
    return Transfer.objects.visible_to(scope).select_related(
        "student", "out_event", "from_school", "to_school", "offered_by", "answered_by"
    )


def boxes(scope: Scope, *, text: str = "", school: School | None = None) -> dict:
    """待接收: waits for an answer of a school here; 转出未确认: a child of ours that nobody has yet; and the rest."""
    rows, schools = seen_by(scope), _schools(scope)
    rows = narrowed(rows, "from_school", text=text, school=None)
    if school:
        rows = rows.filter(Q(from_school=school) | Q(to_school=school))
    rows = _with_unanswered(rows)
    coming, leaving = Q(answer="", to_school__in=schools), UNSETTLED & Q(from_school__in=schools)
    return {
        "in": rows.filter(coming).order_by("offered_at"),
        "out": rows.filter(leaving).order_by("offered_at"),
        "done": rows.exclude(coming).exclude(leaving).order_by("-offered_at"),
    }


def sent_out(school: School):
    """What stands under 转出未确认 of one school."""
    return _with_unanswered(Transfer.objects.filter(from_school=school)).filter(UNSETTLED)


def _with_unanswered(rows):
    later = Transfer.objects.filter(out_event=OuterRef("out_event"), pk__gt=OuterRef("pk"))
    stands = EnrolmentEvent.objects.effective().filter(pk=OuterRef("out_event"), confirmed_on=None)
    return rows.annotate(unanswered=Exists(stands) & ~Exists(later))


def _schools(scope: Scope):
    schools = School.objects.all() if scope.county else School.objects.filter(_held(scope))
    return schools.values("pk")


def _held(scope: Scope) -> Q:
    return Q(pk__in=scope.schools) | Q(township__in=scope.townships)


def may_answer(scope: Scope, transfer: Transfer) -> bool:
    """学籍管理员 of the school that is to take the child."""
    return transfer.to_school_id is not None and transfer.to_school_id in scope.clerk_of


def may_send(scope: Scope, transfer: Transfer) -> bool:
    """学籍管理员 of the school that the child has left, and 县教育局 on its behalf."""
    return transfer.from_school_id in scope.clerk_of or scope.is_bureau


def may_be_offered_again(transfer: Transfer) -> bool:
    """Given back, and nothing has become of the child since."""
    others = Transfer.objects.filter(out_event=transfer.out_event_id, pk__gt=transfer.pk)
    stands = EnrolmentEvent.objects.effective().filter(pk=transfer.out_event_id, confirmed_on=None)
    return transfer.answer in GIVEN_BACK and stands.exists() and not others.exists()


@dataclass(frozen=True)
class TransferLine:
    """A transfer with what both sides may know: the class left, and how long it has waited."""

    transfer: Transfer
    class_left: SchoolClass | None
    days: int


def lines(rows, today: date) -> list[TransferLine]:
    """A page of transfers; one query more."""
    rows = list(rows)
    classes = classes_left([row.out_event for row in rows])
    return [TransferLine(row, classes.get(row.out_event_id), (today - row.out_event.happened_on).days) for row in rows]
