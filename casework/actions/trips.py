"""联合劝返: planned for several children, the result of each recorded as a joint visit, taken back with a reason."""

from collections.abc import Mapping, Sequence
from datetime import date
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from casework import case_engine
from casework.actions import contacts
from casework.actions.case_notes import keep_note
from casework.actions.cases import plan
from casework.actions.contacts import columns_of
from casework.contacts import Account, Companion, ContactMethod, ContactOutcome
from casework.models import Case, JointTrip, TripChild
from casework.queries.case_facts import last_day_to_plan, postings_around
from casework.queries.trips import under_way
from casework.stages import OUT_OF_SCHOOL
from casework.steps import CaseStep
from students.access import Scope
from students.actions import audit, notices
from students.actions.locks import lock_children
from students.actions.repeats import told_otherwise
from students.models import Area, Notice, RegistryLine, Role
from students.templatetags.chinese import cdate_short

TOLD = (Role.HOMEROOM_TEACHER, Role.PRINCIPAL)
MOST_CHILDREN = 50


class TripRefused(Exception):
    """Nothing was saved; the message is a Chinese sentence that says why and what to do."""


class NotYourTrip(TripRefused):
    """The person sees the children and plans no trip to them."""


class AlreadyGoing(TripRefused):
    """A trip goes to some of the children already; a second one has to be meant."""


@transaction.atomic
def plan_trip(
    *, by, scope: Scope, township: Area, cases: Sequence[Case], day: date, leader: str,
    companions: Sequence[Companion], people: str = "", note: str = "",
    again: bool = False, today: date,
) -> JointTrip:  # fmt: skip
    """安排联合劝返: one trip to the families of several children of a township. The same one pressed twice is one.

    It is what comes next in each case where nothing earlier is planned; 班主任 and 校长 are told. ``again``: also to
    children to whom a trip goes already. Raises ``TripRefused``.
    """
    if not scope.may_manage_in(township.pk):
        raise NotYourTrip("联合劝返由本乡镇干部或县教育局安排，没有保存。")
    if not cases or len(cases) > MOST_CHILDREN:
        raise TripRefused(f"请选择1到{MOST_CHILDREN}名学生，没有保存。")
    _refuse_day(day, today)
    if not leader or not companions:
        raise TripRefused("要写明带队人和参加单位，没有保存。")
    lock_children([case.student_id for case in cases])
    rows = Case.objects.filter(pk__in=[case.pk for case in cases]).select_related("student").order_by("pk")
    told = {"township": township, "day": day, "leader": leader, "people": people, "note": note}
    told["companions"] = ",".join(companions)
    if same := _the_same(by, rows, told):
        return same
    lines = RegistryLine.objects.select_related("school_class__school").in_bulk([row.student_id for row in rows])
    for row in rows:
        if row.stage not in OUT_OF_SCHOOL or lines[row.student_id].school_class.school.township_id != township.pk:
            raise TripRefused(f"{row.student}现在不是本乡镇未到校的学生，没有保存。请重新选择。")
    if (going := under_way(rows)) and not again:
        raise AlreadyGoing(_already_going(rows, going))
    trip = JointTrip.objects.create(planned_at=timezone.now(), planned_by=by, **told)
    TripChild.objects.bulk_create(TripChild(trip=trip, case=row) for row in rows)
    for row in rows:
        _announce(row, trip, lines[row.student_id], by=by, today=today)
    audit.record(by=by, action="trip.plan", subject=trip, cases=[row.pk for row in rows])
    return trip


@transaction.atomic
def record_result(
    *, by, scope: Scope, child: TripChild, outcome: ContactOutcome, talk: str, wish: str = "", reason: str = "",
    whereabouts: str = "", promised_on: date | None = None, step: CaseStep | None = None, step_on: date | None = None,
    submission: UUID, today: date,
) -> TripChild:  # fmt: skip
    """What came of a trip for one child: a contact of the day of the trip, and what is next in the case.

    The same ``submission`` sent again is one. Raises ``TripRefused``, ``contacts.ContactRefused``.
    """
    lock_children([child.case.student_id])
    row = TripChild.objects.select_related("trip", "case__student", "contact").get(pk=child.pk)
    trip = row.trip
    if not scope.may_manage_in(trip.township_id):
        raise NotYourTrip("联合劝返的结果由本乡镇干部或县教育局登记，没有保存。")
    if trip.cancelled_at:
        raise TripRefused("这次联合劝返已经取消，没有保存。")
    account = Account(
        method=ContactMethod.JOINT_VISIT, day=trip.day, outcome=outcome, talk=talk, wish=wish, reason=reason,
        whereabouts=whereabouts, promised_on=promised_on, companions=tuple(trip.companions.split(",")),
        names="、".join(filter(None, [trip.leader, trip.people]))[:100],
    )  # fmt: skip
    if row.result:
        if row.contact.submission == submission and not _other(row, account, step, step_on):
            return row  # a second press
        words = f"已经登记为“{row.contact.get_outcome_display()}”，这次填的没有保存"
        raise TripRefused(f"这名学生的结果{words}。写错了的，请在联系记录里撤销后再登记。")
    if bool(step) != bool(step_on):
        raise TripRefused("下一步要连同日期一起填，没有保存。")
    if step_on and step_on < today:
        raise TripRefused("下一步的日期已经过去，没有保存。请选今天或以后的日子。")
    [row.contact] = contacts.record(
        by=by, scope=scope, student=row.case.student, account=account, submission=submission, trip=row, today=today
    )
    row.refresh_from_db(fields=["left_out_at", "left_out_by", "left_out_reason"])
    case = Case.objects.get(pk=row.case_id)
    if step and case.is_open:
        plan(by=by, scope=scope, case=case, step=step, on=step_on, note="", version=case.version, today=today)
    audit.record(by=by, action="trip.result", subject=row, contact=row.contact_id)
    return row


@transaction.atomic
def leave_out(*, by, scope: Scope, child: TripChild, reason: str, today: date) -> TripChild:
    """没有去: say why a trip did not go to one child, whose case goes on with what its stage asks for.

    A second press is harmless; a result that is told later stands in its place. Raises ``TripRefused``.
    """
    lock_children([child.case.student_id])
    row = TripChild.objects.select_related("trip", "case__student", "contact").get(pk=child.pk)
    if not scope.may_manage_in(row.trip.township_id):
        raise NotYourTrip("联合劝返的结果由本乡镇干部或县教育局登记，没有保存。")
    if row.left_out_at:
        if row.left_out_reason != reason:
            raise TripRefused(f"已经登记没有去，原因是“{row.left_out_reason}”，这次写的没有保存。")
        return row
    if row.trip.cancelled_at:
        raise TripRefused("这次联合劝返已经取消，没有保存。")
    if row.result:
        raise TripRefused("这名学生的结果已经登记，没有再保存。")
    if row.trip.day > today:
        raise TripRefused("还没有到这一天，没有保存。不去了的，请取消这次联合劝返。")
    if not reason:
        raise TripRefused("没有去要写明原因，没有保存。")
    row.left_out_at, row.left_out_by, row.left_out_reason = timezone.now(), by, reason
    row.save()
    _call_off(row, "left_out", reason, by=by, today=today)
    audit.record(by=by, action="trip.left_out", subject=row)
    return row


@transaction.atomic
def cancel_trip(*, by, scope: Scope, trip: JointTrip, reason: str, today: date) -> JointTrip:
    """取消 a trip of which no result stands; whoever was told of it is told that it is off.

    A second press is harmless. Raises ``TripRefused``.
    """
    children = list(TripChild.objects.filter(trip=trip).select_related("trip", "case"))
    lock_children([child.case.student_id for child in children])
    trip = JointTrip.objects.get(pk=trip.pk)
    if not scope.may_manage_in(trip.township_id):
        raise NotYourTrip("联合劝返由本乡镇干部或县教育局取消，没有保存。")
    if trip.cancelled_at:
        if trip.cancelled_reason != reason:
            raise TripRefused(f"这次联合劝返已经取消，原因是“{trip.cancelled_reason}”，这次写的没有保存。")
        return trip
    if not reason:
        raise TripRefused("取消要写明原因，没有保存。")
    if TripChild.objects.filter(trip=trip).visited().exists():
        raise TripRefused("这次联合劝返已经登记了结果，不能取消。")
    trip.cancelled_at, trip.cancelled_by, trip.cancelled_reason = timezone.now(), by, reason
    trip.save()
    for child in children:
        for notice in _call_off(child, "trip_off", reason, by=by, today=today):
            about = {"school_class": notice.school_class, "day": trip.day, "student": notice.student}
            notices.send(by=by, to=[notice.person], kind=Notice.Kind.JOINT_TRIP_OFF, **about)
    audit.record(by=by, action="trip.cancel", subject=trip)
    return trip


def _other(row: TripChild, account: Account, step: CaseStep | None, step_on: date | None) -> bool:
    """Whether something else is told than what the contact of the trip, and what is next in the case, say."""
    is_planned = step is None or (row.case.plan_step, row.case.plan_on) == (step, step_on)
    return not is_planned or bool(told_otherwise(row.contact, columns_of(account)))


def _call_off(child: TripChild, action: str, reason: str, *, by, today: date) -> list[Notice]:
    """Nobody is waited for at the child's any more: its case goes on without the trip, and the notices of it are done.

    Returns the notices by which people had been told; none where another trip goes there on the same day.
    """
    trip, case = child.trip, Case.objects.get(pk=child.case_id)
    others = TripChild.objects.filter(case=case, trip__day=trip.day).waited_for().exclude(trip=trip)
    is_planned = (case.plan_step, case.plan_on) == (CaseStep.JOINT_PERSUADE, trip.day)
    if not case.is_open or not is_planned:
        keep_note(case, action, by=by, day=today, note=reason, trip=trip.pk)
    else:
        line = RegistryLine.objects.select_related("school_class__school").get(pk=case.student_id)
        event = case_engine.replan(
            case, by=by, day=today, line=line, planner=case_engine.Planner(today), action=action, note=reason
        )
        case.save()
        event.save()
    if others.exists():
        return []
    told = Notice.objects.filter(kind=Notice.Kind.JOINT_TRIP, student=case.student_id, day=trip.day)
    told.filter(seen_at=None).update(seen_at=timezone.now(), seen_by=by)
    return list(told.select_related("person", "school_class", "student"))


def _refuse_day(day: date, today: date) -> None:
    if day < today:
        raise TripRefused("日期已经过去，没有保存。请选今天或以后的日子。")
    if day > (last := last_day_to_plan(today)):
        raise TripRefused(f"联合劝返最晚安排在{cdate_short(last)}，没有保存。请选这一天以前的日子。")


def _already_going(cases, going: Mapping[int, JointTrip]) -> str:
    told = [
        f"{case.student}（{cdate_short(going[case.pk].day)}，{going[case.pk].leader}带队）"
        for case in cases
        if case.pk in going
    ]
    return f"{'、'.join(told)}已在另一次联合劝返的名单里，没有保存。确实要再去一次的，请勾选“仍要再去一次”。"


def _the_same(by, cases, told: dict) -> JointTrip | None:
    """The trip that a second press would plan again."""
    wanted = sorted(case.pk for case in cases)
    for trip in JointTrip.objects.filter(planned_by=by, cancelled_at=None, **told):
        if sorted(trip.children.values_list("case", flat=True)) == wanted:
            return trip
    return None


def _announce(case: Case, trip: JointTrip, line: RegistryLine, *, by, today: date) -> None:
    keep_note(case, "trip", by=by, day=today, note=f"{trip.leader}带队，{trip.units}参加"[:200], trip=trip.pk)
    if case.plan_on >= trip.day or case.plan_on < today:  # nothing earlier is to be done before
        event = case_engine.replan(
            case,
            by=by,
            day=today,
            line=line,
            planner=case_engine.Planner(today),
            action="plan",
        )
        event.note, event.details = case.plan_note, {"step": case.plan_step, "on": case.plan_on.isoformat()}
        case.save()
        event.save()
    people = postings_around(line, today).filter(role__in=TOLD)
    notices.send(
        by=by, to=[posting.person for posting in people], kind=Notice.Kind.JOINT_TRIP,
        school_class=line.school_class, day=trip.day, student=case.student,
    )  # fmt: skip
