"""What the clerks, the township and the bureau have done in the registry: transfers, suspensions, head counts.

Everything here goes through the same actions as the pages, each on its day, so nothing stands here that could not be
brought about by hand. The moments at which the rows were written are put back to those days.
"""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from itertools import count
from random import Random
from uuid import UUID

from casework.actions.acts import file_report
from casework.demo.acts import at
from casework.demo.plan import CENTRAL, JUNIOR, STRICT, ClassPlan, CountyPlan, SchoolPlan
from casework.demo.proofs import SHEETS, paper
from casework.demo.staff import USERNAMES
from casework.models import Report
from casework.ruleset import Tier
from students.access import scope_of
from students.actions import counts, families, groups, leave_slips, policy, suspensions, transfers
from students.calendar import DAY
from students.days import EXCUSED, UNEXCUSED, MarkKind
from students.enrolment import EventKind
from students.models import (
    AbsenceMark,
    AdoptedPolicy,
    Certificate,
    Enrolment,
    EnrolmentEvent,
    Guardian,
    HeadCount,
    HeadCountMissing,
    OpeningAbsence,
    Person,
    Role,
    RollCall,
    SpecialGroup,
    Student,
    Suspension,
    Term,
    Transfer,
)
from students.queries.calendar import current_calendar
from students.queries.registers import roster
from students.register_days import slot_at

LONGEST_AGO = 24  # school days: what happens here happened no longer ago
LOST_DAYS = 36  # a transfer out unconfirmed for longer than the county waits
END_OF_SUSPENSION = 21  # days from today: near enough to be reminded of
LONG_SLIP = 8  # school days: longer than a 班主任 may approve
NUMBERS_TRIED, GROUPS_ENDED = 24, 6
UNCOUNTED = 4  # every fourth class is still to be counted
COUNTED_DAYS_AGO, COUNTED_BEFORE = 7, 21  # school days
POLICY = {"head_counts": 2, "opening_days": 5, "national_working_days": 10}
HOSPITAL, RECEPTION = "医院证明.png", "接收函.png"
Reason = HeadCountMissing.Reason
NOT_BACK = (
    (OpeningAbsence.Reason.WITH_PARENTS, "随父母在外省打工处，父亲答应送回"),
    (OpeningAbsence.Reason.DISLIKE, ""),
    (OpeningAbsence.Reason.ILLNESS, "县医院住院"),
    (OpeningAbsence.Reason.HARDSHIP, ""),
)


def keep_registry(plan: CountyPlan, rng: Random) -> None:
    """Everything that the registry's pages show besides what the stories tell."""
    registry = _Registry(plan, rng)
    registry.adopt_policy()
    registry.transfer_juniors()
    registry.transfer_primaries()
    registry.suspend()
    registry.try_numbers()
    registry.end_groups()
    registry.count_heads()
    registry.hand_in_slips()
    registry.note_who_is_not_back()
    registry.date_back()


class _Registry:
    """The registry in the hands of its clerks; ``pick`` gives it children to whom nothing else has happened."""

    def __init__(self, plan: CountyPlan, rng: Random):
        self.plan, self.rng, self.today = plan, rng, plan.span.today
        self.home = plan.shown_school
        self.numbers = count(1)  # of the papers by which suspensions were approved
        self.term_start = max(term.start for _, _, term in plan.span.terms if term.start <= self.today)
        self.juniors = [school for school in plan.schools if school.part.key == JUNIOR]
        self.central = self._first(CENTRAL)
        self.strict = self._first(STRICT)
        people = Person.objects.in_bulk(list(USERNAMES.values()), field_name="username")
        self.bureau = people[USERNAMES[Role.BUREAU_OFFICER]]
        self.township = people[USERNAMES[Role.TOWNSHIP_OFFICER]]
        self._free: dict[SchoolPlan, Iterator[tuple[Student, ClassPlan]]] = {}

    def _first(self, part: str) -> SchoolPlan:
        return next(school for school in self.plan.schools if school.part.key == part)

    def pick(self, school: SchoolPlan) -> tuple[Student, ClassPlan]:
        """The next free child of a school, from a class that has been there for a year and is not the last one."""
        if school not in self._free:
            self._free[school] = iter(self._quiet(school))
        return next(self._free[school])

    def _quiet(self, school: SchoolPlan) -> list[tuple[Student, ClassPlan]]:
        first = school.classes[0].grade
        classes = {of.row.pk: of for of in school.classes if of.grade not in (first, 6) and not of.is_shown}
        moved = EnrolmentEvent.objects.exclude(kind=EventKind.ENROL).values("student")
        first_day = min(self.today - timedelta(days=LOST_DAYS + 14), school.classes[-1].days[-LONGEST_AGO])
        missed = AbsenceMark.objects.filter(roll_call__day__gte=first_day)
        rows = Enrolment.objects.attending().filter(school_class__in=classes, until=None).exclude(student__in=moved)
        rows = rows.exclude(student__in=missed.values("student")).order_by("student").select_related("student")
        usual = rows.filter(student__standing=Student.Standing.REGISTERED, student__student_number__startswith="G")
        result = [(row.student, classes[row.school_class_id]) for row in usual]
        self.rng.shuffle(result)
        return result

    def adopt_policy(self) -> None:
        starts_on = date(self.plan.span.school_year, 9, 1)
        policy.adopt(by=self.bureau, starts_on=starts_on, content=POLICY, today=starts_on)
        AdoptedPolicy.objects.update(adopted_at=at(starts_on, 9))

    # ---- transfers -----------------------------------------------------------------------------

    def transfer_juniors(self) -> None:
        """At the school of the printed log-ins: out of the county, and to and from the other junior school."""
        home = self.home
        letter = self.send(home, 12, to_place="外省某市第三中学", paper=paper(1), note="随父母迁居")
        transfers.confirm_by_letter(
            by=home.clerk, transfer=letter, paper=paper(2, RECEPTION), today=letter.out_event.happened_on + DAY * 5
        )
        lost = max(day for day in home.classes[-1].days if day <= self.today - timedelta(days=LOST_DAYS))
        self.send(home, lost, to_place="外省某市，学校不详", note="家长称转往外省就读")
        self.send(home, 3, to_place="外县第一初级中学", note="随父母迁居")
        if len(self.juniors) < 2:
            return
        other = self.juniors[1]
        self.accept(self.send(other, 14, to_school=home.row, paper=paper(3), note="住所变动"), home)
        self.send(other, 4, to_school=home.row, paper=paper(4), note="随祖父母居住")
        self.send(other, 2, to_school=home.row, note="住所变动")
        self.refuse(self.send(home, 10, to_school=other.row, note="家长申请"), other)
        self.send(home, 2, to_school=other.row, paper=paper(5), note="住所变动")

    def transfer_primaries(self) -> None:
        """Between two primary schools: accepted, refused, and not answered yet."""
        central, strict = self.central, self.strict
        self.accept(self.send(central, 13, to_school=strict.row, paper=paper(0), note="住所变动"), strict)
        self.refuse(self.send(strict, 9, to_school=central.row, note="家长申请"), central)
        self.send(central, 3, to_school=strict.row, note="住所变动")

    def send(self, school: SchoolPlan, when: int | date, *, note: str, **where) -> Transfer:
        """A child leaves ``school`` on a day, or as many school days ago; the 变动报告 is handed in the day after."""
        student, of = self.pick(school)
        day = when if isinstance(when, date) else of.days[-when]
        sent = transfers.send_out(by=school.clerk, student=student, happened_on=day, note=note, today=day, **where)
        reported_on = min(day + DAY, self.today)
        file_report(by=of.teacher, student=student, day=reported_on, kind=Tier.CHANGE_REPORT, today=reported_on)
        return sent

    def accept(self, transfer: Transfer, school: SchoolPlan) -> None:
        """The new school takes the child three days later, in the grade that it was in."""
        left = Enrolment.objects.filter(student=transfer.student).latest("since").school_class
        of = next(of for of in school.classes if of.row.cohort == left.cohort and not of.is_shown)
        day = next(day for day in of.days if day >= transfer.out_event.happened_on + DAY * 3)
        transfers.accept(by=school.clerk, transfer=transfer, school_class=of.row, happened_on=day, today=day)
        file_report(by=of.teacher, student=transfer.student, day=day, kind=Tier.CHANGE_REPORT, today=day)

    def refuse(self, transfer: Transfer, school: SchoolPlan) -> None:
        day = transfer.out_event.happened_on + DAY * 2
        transfers.refuse(by=school.clerk, transfer=transfer, reason="该年级班额已满，请就近联系其他学校", today=day)

    # ---- suspensions ---------------------------------------------------------------------------

    def suspend(self) -> None:
        """Asked for, approved and nearly over, over and nobody is back, refused; and one without an end."""
        home, today = self.home, self.today
        for school in (home, self.central):
            self.ask(school, 1, today + timedelta(days=120), "骨折术后，需卧床休养")
        nearly_over = self.ask(home, 22, today + timedelta(days=END_OF_SUSPENSION), "肺炎住院，医嘱休养")
        self.approve(nearly_over, self.township)
        over = self.ask(home, 23, home.classes[-1].days[-4], "肾病住院治疗")
        self.approve(over, self.bureau)
        refused = self.ask(self.central, 6, today + timedelta(days=60), "家长称体弱，未附医院证明", proven=False)
        reason = "没有县级以上医院的证明，补齐后再报"
        suspensions.refuse(by=self.bureau, suspension=refused, reason=reason, today=today)
        self.enter_ends()

    def ask(self, school: SchoolPlan, days: int, ends_on: date, reason: str, *, proven: bool = True) -> Suspension:
        student, of = self.pick(school)
        asked_on = of.days[-days]
        return suspensions.ask(
            by=school.clerk,
            student=student,
            ground=Suspension.Ground.ILLNESS,
            reason=reason,
            starts_on=asked_on,
            ends_on=ends_on,
            paper=paper(days % SHEETS, HOSPITAL) if proven else None,
            today=asked_on,
        )

    def approve(self, suspension: Suspension, by: Person) -> None:
        number = f"青禾教批〔{suspension.starts_on.year}〕{next(self.numbers)}号"
        day = suspension.starts_on
        suspensions.approve(by=by, suspension=suspension, paper_number=number, note="同意", today=day)
        teacher = next(
            of.teacher
            for of in self.home.classes
            if of.row.pk == Enrolment.objects.get(student=suspension.student, until=None).school_class_id
        )
        file_report(by=teacher, student=suspension.student, day=day, kind=Tier.CHANGE_REPORT, today=day)

    def enter_ends(self) -> None:
        """The suspensions that the stories tell of were approved on paper; at one school these are to be entered."""
        known = Enrolment.objects.filter(until=None, standing="suspended", student__suspensions=None)
        known = known.exclude(school_class__school=self.home.row).order_by("student")
        for row in known.select_related("student", "school_class"):
            event = EnrolmentEvent.objects.effective().filter(student=row.student, kind=EventKind.SUSPEND).last()
            suspensions.enter_end(
                by=self._first_of(row.school_class.school_id).clerk,
                event=event,
                ground=Suspension.Ground.ILLNESS,
                ends_on=event.happened_on + timedelta(days=180),
                paper_number=f"青禾教批〔{event.happened_on.year}〕补{next(self.numbers)}号",
                today=event.happened_on,
            )

    def _first_of(self, school: int) -> SchoolPlan:
        return next(plan for plan in self.plan.schools if plan.row.pk == school)

    # ---- families and groups -------------------------------------------------------------------

    def try_numbers(self) -> None:
        """Teachers have tried some numbers of parents."""
        states = [Guardian.PhoneState.ANSWERS] * 4 + [Guardian.PhoneState.NO_ANSWER, Guardian.PhoneState.WRONG]
        for of in self.home.classes[: NUMBERS_TRIED // 4]:
            members = Guardian.objects.filter(student__enrolments__school_class=of.row).exclude(phone="")
            for member in members.select_related("student").order_by("student", "position")[:4]:
                families.set_phone_state(by=of.teacher, member=member, state=self.rng.choice(states))
        Guardian.objects.exclude(phone_state="").update(phone_checked_at=at(self.home.classes[-1].days[-5], 18, 30))

    def end_groups(self) -> None:
        """Some children no longer belong to a group."""
        day = self.home.classes[-1].days[-10]
        rows = SpecialGroup.objects.filter(
            student__enrolments__school_class__school=self.home.row,
            kind__in=[SpecialGroup.Kind.LEARNING_DIFFICULTY, SpecialGroup.Kind.LOW_INCOME],
            until=None,
            since__lte=day,
        )
        for group in rows.order_by("pk").distinct()[:GROUPS_ENDED]:
            groups.end(by=self.home.clerk, group=group, until=day, today=day)

    # ---- counted in person ---------------------------------------------------------------------

    def count_heads(self) -> None:
        """The first round at two schools, most classes, and the second in some; in one class two were not there though
        the register says so."""
        for school in (self.home, self.central):
            for number, of in enumerate(school.classes):
                days = [day for day in of.days if day >= self.term_start]
                if number % UNCOUNTED != UNCOUNTED - 1 and len(days) > COUNTED_DAYS_AGO:
                    self.count_head(of, days[-COUNTED_DAYS_AGO + of.stories % 3], differs=number == 1)
                if number % UNCOUNTED == 0 and len(days) > COUNTED_BEFORE:
                    self.count_head(of, days[-COUNTED_BEFORE], differs=False)

    def count_head(self, of: ClassPlan, day: date, *, differs: bool) -> None:
        call = RollCall.objects.filter(school_class=of.row, day=day).order_by("slot").first()
        if call is None:
            return
        roll = list(roster(of.row.pk, day).values_list("student", flat=True))
        kinds = dict(call.marks.filter(student__in=roll).values_list("student", "kind"))
        missing = {student: Reason.ABSENT for student, kind in kinds.items() if kind in UNEXCUSED}
        missing |= {student: Reason.LEAVE for student, kind in kinds.items() if kind in EXCUSED}
        if differs:
            missing |= dict.fromkeys([student for student in roll if student not in kinds][:2], Reason.UNKNOWN)
        counts.record_head_count(
            by=of.school.deputy,
            scope=scope_of(of.school.deputy, of.school.deputy.postings.all()),
            school_class=of.row,
            present=len(roll) - len(missing),
            missing=missing,
            note="两人不在教室，班主任说不清去处，已告诉教务处" if differs else "",
            on_roll=len(roll),
            seen=None,
            today=day,
        )

    def hand_in_slips(self) -> None:
        """In the class that is shown one slip that waits for the school and one that the 班主任 has approved; in the
        holidays nobody asks for leave."""
        of = next(of for of in self.home.classes if of.is_shown)
        days = current_calendar().school_days(school=of.row.school_id, school_class=of.row.pk)
        coming = days.between(self.today + DAY, self.today + DAY * 16)
        if len(coming) < LONG_SLIP:
            return
        missed = AbsenceMark.objects.filter(roll_call__day__gte=of.days[-LONGEST_AGO]).values("student")
        rows = roster(of.row.pk, self.today).exclude(student__in=missed).exclude(student__leaves__isnull=False)
        scope = scope_of(of.teacher, of.teacher.postings.all())
        for row, (kind, first, last, reason) in zip(rows[::7], self._slips(coming), strict=False):
            guardian = Guardian.objects.filter(student=row.student).order_by("position").first()
            leave_slips.hand_in(
                by=of.teacher,
                scope=scope,
                student=row.student,
                kind=kind,
                first_day=first,
                last_day=last,
                reason=reason,
                applicant=f"{guardian.name}（{guardian.relation}）" if guardian else "学生本人",
                submission=UUID(int=self.rng.getrandbits(128)),
                today=self.today,
            )

    @staticmethod
    def _slips(coming):
        """Kind, days and reason: many of the school days that are coming, and two of them."""
        yield MarkKind.SICK_LEAVE, coming[0], coming[LONG_SLIP - 1], "阑尾炎手术，在县医院住院，出院后在家休养"
        yield MarkKind.PERSONAL_LEAVE, coming[2], coming[3], "外祖父去世，随父母回老家"

    def note_who_is_not_back(self) -> None:
        """Why the children who were not there on the first school day were not, as far as the school knows."""
        first_day = self.plan.span.first_day
        marks = AbsenceMark.objects.filter(roll_call__day__lt=first_day + DAY * 7, kind__in=UNEXCUSED)
        first = min(marks.values_list("roll_call__day", flat=True), default=first_day)
        term = Term.objects.get(start__lte=first, end__gte=first)
        rows = marks.filter(roll_call__day=first).order_by("student", "roll_call__slot")
        rows = rows.select_related("student", "roll_call__school_class")
        absent = {mark.student: mark.roll_call.school_class for mark in rows}
        teachers = {of.row.pk: of.teacher for school in self.plan.schools for of in school.classes}
        for number, (student, school_class) in enumerate(absent.items()):
            reason, whereabouts = NOT_BACK[number % len(NOT_BACK)]
            if number % (len(NOT_BACK) + 1) == len(NOT_BACK):
                continue  # still to be found out
            counts.note_opening_absence(
                by=teachers[school_class.pk],
                student=student,
                term=term,
                school_class=school_class,
                reason=reason,
                whereabouts=whereabouts,
                seen=None,
            )
        OpeningAbsence.objects.update(recorded_at=at(first + DAY * 2, 17))

    # ---- when it was written -------------------------------------------------------------------

    def date_back(self) -> None:
        """Put the moments of writing, which the actions take from the clock, to the days of the acts."""
        for row in Transfer.objects.select_related("out_event", "in_event"):
            out = row.out_event.happened_on
            row.offered_at = _write(row.out_event, at(out, 16, 20))
            if row.answer:
                answered_on = row.in_event.happened_on if row.in_event else row.out_event.confirmed_on or out + DAY * 2
                row.answered_at = at(answered_on, 10, 40)
                _write(row.in_event, row.answered_at)
            row.save(update_fields=["offered_at", "answered_at"])
        for row in Suspension.objects.select_related("event"):
            row.requested_at = _write(row.event, at(row.starts_on, 9, 20))
            row.decided_at = at(min(row.starts_on + DAY, self.today), 15) if row.decision else None
            row.save(update_fields=["requested_at", "decided_at"])
        for model, day, moment, hour in (
            (Certificate, "handed_in_on", "uploaded_at", 16),
            (Report, "day", "recorded_at", 17),
        ):
            rows = list(model.objects.only(day))
            for row in rows:
                setattr(row, moment, at(getattr(row, day), hour, 20))
            model.objects.bulk_update(rows, [moment], batch_size=500)
        counted = list(HeadCount.objects.select_related("school_class__school"))
        for row in counted:
            row.counted_at = row.recorded_at = at(row.counted_on, 10, 20)
            row.slot = slot_at(row.school_class.school.slot_list, row.counted_at).value
        HeadCount.objects.bulk_update(counted, ["counted_at", "recorded_at", "slot"], batch_size=500)


def _write(event: EnrolmentEvent | None, moment: datetime) -> datetime:
    """Let an event have been recorded at ``moment``."""
    if event:
        EnrolmentEvent.objects.filter(pk=event.pk).update(recorded_at=moment)
    return moment
