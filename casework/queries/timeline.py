"""Everything that happened to a child, as one line of time: as far back and as far around as the reader may see."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby

from django.urls import reverse
from django.utils import timezone

from casework import wording
from casework.ladder import DutyStatus
from casework.models import AbsenceRun, Contact, ContactPhoto, Document, Obligation, Report
from casework.queries.documents import documents_of
from casework.ruleset import Tier
from students.access import REGISTRY_ROLES, Scope
from students.enrolment import INS, MOVES, EventKind
from students.models import (
    AuditRow,
    Certificate,
    EnrolmentEvent,
    FormerNumber,
    FormerStanding,
    HeadCount,
    HeadCountMissing,
    Leave,
    LeaveSlip,
    OpeningAbsence,
    SpecialGroup,
    Student,
    Suspension,
    Transfer,
)
from students.queries.child import Rights
from students.queries.leave_slips import span_words
from students.templatetags.chinese import cdate, cdate_short, masked_id

KINDS = {
    "registry": "学籍",
    "absence": "缺课",
    "leave": "请假",
    "duty": "待办",
    "act": "联系和文书",
    "paper": "材料",
}
IMPORTED = "由工作簿导入"


@dataclass(frozen=True)
class Entry:
    """One thing that happened on ``day``; ``struck`` where it was corrected or taken back, ``at`` orders a day.

    ``pictures`` are the keys of photographs of a contact.
    """

    day: date
    kind: str
    title: str
    text: str = ""
    by: str = ""
    tone: str = ""
    url: str = ""
    struck: bool = False
    pictures: tuple[int, ...] = ()
    at: datetime | None = None

    @property
    def order(self) -> tuple:
        return self.day, self.at.timestamp() if self.at else 0.0, self.kind


def timeline(student: Student, *, scope: Scope, rights: Rights, today: date, kind: str = "") -> list[Entry]:
    """The entries of ``kind`` (all where blank), newest first; as many queries for a long life as for a short one."""
    sources = [*READERS.items()] if not kind else [(kind, READERS[kind])]
    entries = [entry for _, reader in sources for entry in reader(student, scope, rights, today)]
    return sorted((entry for entry in entries if entry.day <= today), key=lambda entry: entry.order, reverse=True)


def by_month(entries: list[Entry]) -> list[dict]:
    """Entries under the month they fell in: 2026年9月."""
    groups = groupby(entries, key=lambda entry: (entry.day.year, entry.day.month))
    return [{"label": f"{year}年{month}月", "entries": list(group)} for (year, month), group in groups]


def _registry(student, scope, rights, today) -> Iterator[Entry]:
    yield from _events(student, scope)
    yield from _transfers(student, scope)
    yield from _suspensions(student, scope)
    if rights.here:
        yield from _numbers(student)
        yield from _standings(student)
        yield from _groups(student)


def _events(student, scope) -> Iterator[Entry]:
    """学籍变动; one that was corrected stays, struck through and naming what stands in its place."""
    rows = EnrolmentEvent.objects.visible_to(scope).filter(student=student)
    for event in rows.select_related("school_class__school", "recorded_by", "corrected_by", "corrects"):
        kind = EventKind(event.kind)
        words = [f"进入{event.school_class.school}{event.school_class}"] if event.school_class_id else []
        if event.confirmed_on:
            words.append(f"{cdate(event.confirmed_on)}对方已接收")
        words += [event.note] if event.note else []
        if correction := getattr(event, "corrected_by", None):
            words.append(_corrected(correction))
        title = f"更正：{event.corrects.get_kind_display()}{kind.label}" if kind is EventKind.VOID else kind.label
        if event.corrects_id and kind is not EventKind.VOID:
            title = f"更正为：{kind.label}"
        tone = "ok" if kind in INS else "" if kind in MOVES else "warn"
        yield Entry(
            event.happened_on, "registry", title, "；".join(words), _by(event.recorded_by), tone,
            struck=correction is not None, at=event.recorded_at,
        )  # fmt: skip


def _corrected(correction: EnrolmentEvent) -> str:
    day = cdate(correction.recorded_at)
    if correction.kind == EventKind.VOID:
        return f"{day}更正：此条作废"
    return f"{day}更正为{cdate(correction.happened_on)}{correction.get_kind_display()}"


def _transfers(student, scope) -> Iterator[Entry]:
    rows = Transfer.objects.visible_to(scope).filter(student=student)
    for row in rows.select_related("from_school", "to_school", "offered_by", "answered_by"):
        ways = f"{row.from_school}转往{row.to_school or row.to_place}"
        yield Entry(_local(row.offered_at), "registry", "发出转学", ways, _by(row.offered_by), at=row.offered_at)
        if row.answer:
            title = f"转学：{row.get_answer_display()}"
            tone = "ok" if row.answer in Transfer.CONFIRMING else "warn"
            text = f"{ways}；{row.answer_note}" if row.answer_note else ways
            day = _local(row.answered_at)
            yield Entry(day, "registry", title, text, _by(row.answered_by), tone, at=row.answered_at)


def _suspensions(student, scope) -> Iterator[Entry]:
    rows = Suspension.objects.visible_to(scope).filter(student=student)
    for row in rows.select_related("requested_by", "decided_by"):
        span = f"{cdate(row.starts_on)}至{cdate(row.ends_on)}，{row.get_ground_display()}"
        day, by = _local(row.requested_at), _by(row.requested_by)
        yield Entry(day, "registry", "申请休学", span, by, at=row.requested_at)
        if row.decision:
            tone = "ok" if row.decision == Suspension.Decision.APPROVED else "warn"
            title, by = f"休学申请：{row.get_decision_display()}", _by(row.decided_by)
            yield Entry(_local(row.decided_at), "registry", title, row.decision_note, by, tone, at=row.decided_at)


def _numbers(student) -> Iterator[Entry]:
    for row in FormerNumber.objects.filter(student=student).select_related("replaced_by"):
        text, by = f"原来是{masked_id(row.number)}", _by(row.replaced_by)
        yield Entry(_local(row.replaced_at), "registry", "更换学籍号", text, by, "note", at=row.replaced_at)


def _standings(student) -> Iterator[Entry]:
    for row in FormerStanding.objects.held().filter(student=student).select_related("replaced_by"):
        text, by = f"原来是{row}", _by(row.replaced_by)
        yield Entry(row.until, "registry", "就读身份改变", text, by, "note", at=row.replaced_at)
    yield from _standing_corrections(student)


def _standing_corrections(student) -> Iterator[Entry]:
    """What was put down and never held; of it nothing is kept but the log."""
    acts = AuditRow.objects.filter(subject=Student._meta.label_lower, subject_id=student.pk, action="identity.correct")
    for act in acts.select_related("done_by"):
        told = act.details
        if "standing_before" not in told or (told["standing_since"] or "") > told["standing_from"]:
            continue
        old, new = (Student.Standing(told[f"standing_{which}"]).label for which in ("before", "after"))
        text = f"{cdate(date.fromisoformat(told['standing_from']))}起登记的是{old}，更正为{new}"
        yield Entry(_local(act.done_at), "registry", "更正就读身份", text, _by(act.done_by), "note", at=act.done_at)


def _groups(student) -> Iterator[Entry]:
    for row in SpecialGroup.objects.filter(student=student):
        name = row.get_kind_display()
        yield Entry(row.since, "registry", f"登记为{name}", row.detail, tone="note")
        if row.until:
            yield Entry(row.until, "registry", f"不再属于{name}")


def _absence(student, scope, rights, today) -> Iterator[Entry]:
    for run in AbsenceRun.objects.visible_to(scope).filter(student=student):
        last = f"至{cdate_short(run.last_absent_on)}" if run.last_absent_on != run.started_on else ""
        words = [f"{cdate_short(run.started_on)}{last}"]
        words += [f"另有{run.unknown_days}天未点名"] if run.unknown_days else []
        words.append(_how_it_ended(run))
        title, tone = f"连续缺课{run.days}天", "alarm" if run.ended_on is None else "warn"
        yield Entry(run.started_on, "absence", title, "，".join(words), tone=tone)
    counts = HeadCount.objects.visible_to(scope)
    missing = HeadCountMissing.objects.filter(student=student, head_count__in=counts)
    for row in missing.select_related("head_count__counted_by"):
        count, text = row.head_count, _joined(row.get_reason_display(), row.note)
        by, at = _by(count.counted_by), count.recorded_at
        yield Entry(count.counted_on, "absence", "班级清点时不在", text, by, "warn", at=at)
    opening = OpeningAbsence.objects.visible_to(scope).filter(student=student)
    for row in opening.select_related("term", "recorded_by"):
        text = _joined(row.get_reason_display(), row.whereabouts)
        yield Entry(row.term.start, "absence", f"{row.term}开学未到", text, _by(row.recorded_by), "warn")


def _how_it_ended(run: AbsenceRun) -> str:
    if run.settled_on:
        return f"{cdate_short(run.settled_on)}返校"
    return f"{cdate_short(run.ended_on)}起不再计算" if run.ended_on else "还没有返校"


def _leave(student, scope, rights, today) -> Iterator[Entry]:
    rows = Leave.objects.visible_to(scope).filter(student=student).select_related("approved_by")
    may_open = scope.roles & REGISTRY_ROLES
    slips = LeaveSlip.objects.visible_to(scope).filter(student=student).select_related("handed_in_by")
    slips = list(slips) if may_open else []
    urls = {slip.leave_id: reverse("students:leave_slip", args=[slip.pk]) for slip in slips}
    for row in rows:
        span = span_words((row.first_day, row.last_day))
        title = f"{row.get_kind_display()}（已撤销）" if row.cancelled_at else row.get_kind_display()
        by, struck, url = _by(row.approved_by), row.cancelled_at is not None, urls.get(row.pk, "")
        yield Entry(row.first_day, "leave", title, span, by, "note", url, struck=struck, at=row.approved_at)
    for slip in slips:
        if slip.leave_id is None:
            state = slip.get_decision_display() or "待批"
            span, url = span_words((slip.first_day, slip.last_day)), reverse("students:leave_slip", args=[slip.pk])
            title, day = f"{slip.get_kind_display()}请假条（{state}）", timezone.localdate(slip.handed_in_at)
            yield Entry(day, "leave", title, span, slip.handed_in_by.name, "warn", url, at=slip.handed_in_at)


def _duties(student, scope, rights, today) -> Iterator[Entry]:
    for row in Obligation.objects.visible_to(scope).filter(student=student):
        url, name = reverse("casework:duty", args=[row.pk]), row.get_tier_display()
        status = row.status_on(today)
        tone = "alarm" if status is DutyStatus.LATE_OPEN else "warn" if status is DutyStatus.OPEN else ""
        due = f"应于{cdate_short(row.due_on)}办结"
        if row.run_days:
            run = wording.counted(row.tier, row.run_days)
            unknown = f"，另有{row.unknown_days}天未点名" if row.unknown_days else ""
            due = f"{run}{unknown}，{due}"
        text = f"{due}；已撤销：{row.withdrawn_reason}" if row.withdrawn_at else due
        task = wording.TASKS[Tier(row.tier)]
        yield Entry(row.triggered_on, "duty", task, text, tone=tone, url=url, struck=row.withdrawn_at is not None)
        if row.done_on:
            late = f"逾期{(row.done_on - row.due_on).days}天" if row.done_on > row.due_on else "按时"
            yield Entry(row.done_on, "duty", f"{name}已办结", late, tone="ok", url=url)


def _acts(student, scope, rights, today) -> Iterator[Entry]:
    may_open = bool(scope.roles & REGISTRY_ROLES)
    contacts = Contact.objects.visible_to(scope).filter(student=student).select_related("recorded_by")
    pictures = _pictures(student) if may_open else {}
    for row in contacts:
        url = reverse("casework:contact_page", args=[row.pk]) if may_open else ""
        title, text, by = _act_title(row, row.get_method_display()), row.result, _by(row.recorded_by)
        yield Entry(
            row.day, "act", title, text, by, "note", url, struck=row.cancelled_at is not None,
            pictures=tuple(pictures.get(row.pk, ())), at=row.recorded_at,
        )  # fmt: skip
    documents = documents_of(student, scope).exclude(issued_at=None)
    yield from map(_document, documents)
    # A report that was written here is shown as the document that it is.
    reports = Report.objects.visible_to(scope).filter(student=student).exclude(document__in=documents.order_by())
    for row in reports.select_related("recorded_by"):
        title, by, struck = _act_title(row, f"交《{row.get_kind_display()}》"), _by(row.recorded_by), row.cancelled_at
        yield Entry(row.day, "act", title, "", by, "note", struck=struck is not None, at=row.recorded_at)


def _document(row: Document) -> Entry:
    """签发《学生缺课报告》: the number it was given, and the document itself."""
    voided = row.voided_at is not None
    title, state = f"签发《{row.get_kind_display()}》", "，已作废" if voided else ""
    return Entry(
        _local(row.issued_at), "act", title, f"{row.reference}{state}", row.issued_by.name, "note",
        reverse("casework:document", args=[row.pk]), struck=voided, at=row.issued_at,
    )  # fmt: skip


def _act_title(act: Contact | Report, title: str) -> str:
    return f"{title}（已撤销）" if act.cancelled_at else title


def _pictures(student) -> dict[int, list[int]]:
    """Contact → its photographs; one query."""
    found: dict[int, list[int]] = defaultdict(list)
    rows = ContactPhoto.objects.filter(contact__student=student).order_by("contact", "position")
    for contact, pk in rows.values_list("contact", "pk"):
        found[contact].append(pk)
    return found


def _papers(student, scope, rights, today) -> Iterator[Entry]:
    for row in certificates(student, scope):
        title = f"提交{row.get_kind_display()}"
        title = f"{title}（已撤销）" if row.cancelled_at else title
        by, struck = _by(row.uploaded_by), row.cancelled_at is not None
        yield Entry(row.handed_in_on, "paper", title, row.name, by, struck=struck, at=row.uploaded_at)


def certificates(student: Student, scope: Scope):
    """The papers about a child, the latest first, without their content."""
    rows = Certificate.objects.visible_to(scope).filter(student=student).select_related("uploaded_by")
    return rows.defer("content").order_by("-handed_in_on", "-pk")


def _joined(*words: str) -> str:
    return "，".join(filter(None, words))


def _by(person) -> str:
    return person.name if person else IMPORTED


def _local(moment: datetime) -> date:
    return timezone.localdate(moment)


READERS = {
    "registry": _registry,
    "absence": _absence,
    "leave": _leave,
    "duty": _duties,
    "act": _acts,
    "paper": _papers,
}
