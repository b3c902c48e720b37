"""What a document is filled with beforehand: the child, the run, the contacts, the change, from what is on record."""

from collections.abc import Callable, Mapping
from datetime import date
from functools import cached_property

from django.db.models import Q

from casework.contacts import CALLS, VISITS
from casework.document_checks import HELD, OnRecord
from casework.document_kinds import KINDS, DocumentKind
from casework.models import AbsenceRun, Contact, Document, Obligation
from casework.wording import joined_days, short_day
from students.calendar import SchoolDays, school_year_of, school_year_start
from students.days import UNEXCUSED
from students.enrolment import REPORTED_CHANGES
from students.identity import masked_number
from students.models import AbsenceMark, Certificate, Enrolment, EnrolmentEvent, Person, SchoolClass, Student
from students.queries.calendar import current_calendar
from students.queries.guardians import to_ring
from students.queries.policy import policy_of
from students.templatetags.chinese import cdate

SHOWN_CONTACTS = 8
GRADES = "一二三四五六七八九"


def facts_about(student: Student, school_class: SchoolClass, day: date) -> dict[str, str]:
    """Who the document is about, in words; the numbers masked, for paper goes through many hands."""
    return {
        "name": student.name,
        "sex": student.get_sex_display(),
        "born": cdate(student.birth_date),
        "number_label": "学籍号" if student.student_number else "证件号",
        "number": masked_number(student.number),
        "school": school_class.school.name,
        "school_class": school_class.name,
        "grade": f"{GRADES[school_class.grade_on(day) - 1]}年级" if 1 <= school_class.grade_on(day) <= 9 else "",
    }


class Prefill:
    """The facts by which the fields of one document are filled; each is read where a field asks for it."""

    def __init__(
        self, *, student: Student, school_class: SchoolClass, duty: Obligation | None, author: Person, today: date
    ):
        self.student, self.school_class, self.duty, self.author, self.today = (
            student, school_class, duty, author, today,
        )  # fmt: skip
        self.run = _run_of(student, duty, today)

    def values(self, kind: DocumentKind) -> dict[str, str]:
        """Field → what stands in it before anybody has written; blank where nothing is known."""
        return {
            each.name: SOURCES[each.source](self) if each.source else "" for each in KINDS[kind].fields
        }  # fmt: skip

    @property
    def since(self) -> date:
        """From when on contacts belong to the matter."""
        return self.run.started_on if self.run else school_year_start(school_year_of(self.today))

    def run_start(self) -> str:
        return self.run.started_on.isoformat() if self.run else ""

    def run_days(self) -> str:
        return str(self.run.days) if self.run else ""

    def run_words(self) -> str:
        """9月7日、8日、9日未请假缺课。另有1天未点名。"""
        if self.run is None:
            return ""
        marks = AbsenceMark.objects.filter(
            student=self.student, kind__in=sorted(UNEXCUSED),
            roll_call__day__range=(self.run.started_on, self.run.last_absent_on),
        )  # fmt: skip
        days = sorted(set(marks.order_by().values_list("roll_call__day", flat=True)))
        unknown = f"另有{self.run.unknown_days}天未点名。" if self.run.unknown_days else ""
        return f"{joined_days(days)}未请假缺课。{unknown}" if days else unknown

    def contacts(self) -> str:
        """9月7日电话：未接通；9月8日家访：……；另联系12次。 By day; of many, calls are left out first."""
        rows = Contact.objects.filter(student=self.student, day__gte=self.since, day__lte=self.today, cancelled_at=None)
        told = sorted(rows, key=lambda row: (row.method not in CALLS, row.day, row.pk), reverse=True)
        shown = sorted(told[:SHOWN_CONTACTS], key=lambda row: (row.day, row.pk))
        said = [
            f"{short_day(row.day)}{row.get_method_display()}：{row.result.rstrip('。') or '已联系'}" for row in shown
        ]
        said += [f"另联系{len(told) - SHOWN_CONTACTS}次"] if len(told) > SHOWN_CONTACTS else []
        return f"{'；'.join(said)}。" if said else ""

    def returned_on(self) -> str:
        return self.run.settled_on.isoformat() if self.run and self.run.settled_on else ""

    @cached_property
    def visit(self) -> Contact | None:
        """The last visit of the matter."""
        visits = Contact.objects.filter(student=self.student, method__in=sorted(VISITS), cancelled_at=None)
        return visits.filter(day__gte=self.since, day__lte=self.today).order_by("-day", "-pk").first()

    def visited_on(self) -> str:
        return (self.visit.day if self.visit else self.today).isoformat()

    def visitors(self) -> str:
        """Whoever writes, and who else went along."""
        return "、".join(filter(None, [self.author.name, self.visit.names if self.visit else ""]))

    def spoken_to(self) -> str:
        return (self.visit.spoke_to if self.visit else "") or self.guardian()

    def talk(self) -> str:
        return self.visit.talk if self.visit else ""

    def outcome(self) -> str:
        return self.visit.get_outcome_display() if self.visit else ""

    def reason(self) -> str:
        return self.visit.reason if self.visit else ""

    def promised_on(self) -> str:
        return self.visit.promised_on.isoformat() if self.visit and self.visit.promised_on else ""

    def address(self) -> str:
        return self.student.address

    def guardian(self) -> str:
        found = to_ring({self.student.pk: self.school_class.school_id}).get(self.student.pk)
        if found is None:
            return ""
        return f"{found.name}（{found.relation}）" if found.relation else found.name

    def contact(self) -> str:
        return f"{self.author.name} {self.author.phone}".strip()

    def limit_days(self) -> str:
        return str(policy_of(self.today).notice_days)

    def _event(self) -> EnrolmentEvent | None:
        events = EnrolmentEvent.objects.effective().filter(student=self.student, kind__in=sorted(REPORTED_CHANGES))
        if self.duty is not None:
            events = events.filter(happened_on=self.duty.key)
        return events.order_by("-happened_on", "-order").first()

    def change(self) -> str:
        event = self._event()
        return event.kind if event else ""

    def changed_on(self) -> str:
        event = self._event()
        return event.happened_on.isoformat() if event else ""

    def change_note(self) -> str:
        event = self._event()
        return event.note if event else ""

    def papers(self) -> str:
        event = self._event()
        names = (
            Certificate.objects.filter(event=event, cancelled_at=None).values_list("name", flat=True) if event else ()
        )
        return "、".join(names)


def on_record(fill: Prefill, kind: DocumentKind) -> OnRecord:
    """What the days and counts of a document are held against."""
    line, fields = fill.school_class, KINDS[kind].fields
    first = Enrolment.objects.filter(student=fill.student).order_by("since").values_list("since", flat=True).first()
    days = current_calendar().school_days(school=line.school_id, school_class=line.pk)
    known = {each.name: SOURCES[each.source](fill) for each in fields if each.source in HELD}
    return OnRecord(fill.today, first, days, known)


def record_of(document: Document, *, by: Person, today: date) -> OnRecord:
    """What a document is held against; a 责任书, which is of no child, against its school year alone."""
    if document.student is None:
        return OnRecord(today, None, SchoolDays(()), {}, document.school_year)
    place = {"student": document.student, "school_class": document.school_class, "author": by, "today": today}
    return on_record(Prefill(duty=document.obligation, **place), DocumentKind(document.kind))


def _run_of(student: Student, duty: Obligation | None, today: date) -> AbsenceRun | None:
    """The run that the duty speaks of, else the one that is not settled.

    A duty without a run is of no run that was settled before the day it is about; without a duty the last run of the
    school year is told of where none stands.
    """
    runs = AbsenceRun.objects.filter(student=student).order_by("-started_on")
    if duty is not None and duty.run_start:
        return runs.filter(started_on=duty.run_start).first()
    if unsettled := runs.filter(settled_on=None).first():
        return unsettled
    year = school_year_start(school_year_of(today))
    return runs.filter(Q(settled_on__gte=duty.key) if duty else Q(started_on__gte=year)).first()


SOURCES: Mapping[str, Callable[[Prefill], str]] = {
    "run_start": Prefill.run_start,
    "run_days": Prefill.run_days,
    "run_words": Prefill.run_words,
    "contacts": Prefill.contacts,
    "returned_on": Prefill.returned_on,
    "visited_on": Prefill.visited_on,
    "address": Prefill.address,
    "guardian": Prefill.guardian,
    "visitors": Prefill.visitors,
    "spoken_to": Prefill.spoken_to,
    "talk": Prefill.talk,
    "outcome": Prefill.outcome,
    "reason": Prefill.reason,
    "promised_on": Prefill.promised_on,
    "contact": Prefill.contact,
    "limit_days": Prefill.limit_days,
    "change": Prefill.change,
    "changed_on": Prefill.changed_on,
    "change_note": Prefill.change_note,
    "papers": Prefill.papers,
}
