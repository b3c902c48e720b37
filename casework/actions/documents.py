"""文书: drafted, changed, issued with a number, signed, sent back, voided (domain.md §5).

Whoever writes one waits for the document first, then for the school or the area that numbers it, then for the classes
and the child: the PDF is set while only the number is held, so that no register waits for it.
"""

from collections.abc import Callable, Mapping
from datetime import date
from hashlib import sha256
from uuid import UUID

from django.db import transaction
from django.db.models import Max, Q
from django.utils import timezone

from casework.actions import acts, planned_steps
from casework.actions.drafts import FIRST_VERSION, Page, discard
from casework.document_checks import impossible
from casework.document_kinds import KINDS, DocumentKind, fixed, forbidden, missing_labels
from casework.documents import (
    DocumentAction,
    DocumentState,
    Post,
    after_issue,
    is_wrong_person,
    reference,
    refusal,
)
from casework.models import Case, Document, DocumentDraft, DocumentStep, IssuedPaper, Obligation, Report
from casework.papers import typeset
from casework.queries.document_facts import record_of
from casework.queries.document_sheets import area_of, author_posts, sheet_of
from casework.queries.documents import awaited, now_of, parties_of, posts_over, signers
from casework.ruleset import Tier
from students.access import Scope
from students.actions import audit, notices
from students.actions.locks import lock_children
from students.models import Area, Notice, School, SchoolClass, Student
from students.queries.notices import class_for

AWAITED = {
    DocumentState.WAITING: Notice.Kind.DOCUMENT_WAITING,
    DocumentState.RETURNED: Notice.Kind.DOCUMENT_RETURNED,
}  # state → how those are told for whom a document stands so
# What of an app above stands against issuing a document as it is, in a Chinese sentence; blank where nothing does.
GUARDS: list[Callable[[Document], str]] = []
SCHOOL_POSTS = frozenset({Post.HOMEROOM, Post.CLERK, Post.HEAD})


class DocumentRefused(Exception):
    """Nothing was saved; the message is a Chinese sentence that says why and what to do."""


class NotYourDocument(DocumentRefused):
    """The person sees the document and has no part in this."""


class DocumentChanged(DocumentRefused):
    """Somebody else has done something to the document since the page was opened."""


@transaction.atomic
def draft(
    *, by, scope: Scope, kind: DocumentKind, student: Student, school_class: SchoolClass, values: Mapping[str, object],
    duty: Obligation | None = None, submission: UUID, page: Page | None = None, today: date,
) -> Document:  # fmt: skip
    """起草 a document about a child; the same form sent twice is one, and with other content a change of it.

    ``page``: where it was typed. Raises ``DocumentRefused``.
    """
    sent = Document.objects.filter(submission=submission)
    if row := sent.first():
        if (row.drafted_by_id, row.student_id, row.kind) != (by.pk, student.pk, kind):
            raise DocumentRefused("提交的内容不完整，没有保存。请刷新页面后重新填写。")
        if row.values == dict(values):
            return row
        return edit(by=by, scope=scope, document=row, values=values, version=FIRST_VERSION, page=page, today=today)
    lock_children([student.pk])
    if row := sent.first():  # at the same moment
        _refuse_stale(row, FIRST_VERSION if row.values == dict(values) else 0)
        return row
    spec = KINDS[kind]
    if not posts_over(scope, school_class) & spec.authors:
        raise NotYourDocument(f"《{spec.label}》由{spec.author_label}起草，没有保存。")
    _refuse_words(values)
    if spec.tier:
        duty = duty or duty_for(student, spec.tier, today)
    standing = duty and Document.objects.standing().filter(obligation=duty).first()
    if standing:
        raise DocumentRefused(f"这件待办已有一份《{spec.label}》，没有另外起草。请打开那一份办理。")
    row = Document.objects.create(
        kind=kind, student=student, school_class=school_class, obligation=duty, values=dict(values),
        case=Case.objects.open().filter(student=student).first(), submission=submission,
        drafted_at=timezone.now(), drafted_by=by,
    )  # fmt: skip
    discard(DocumentDraft, by=by, submission=submission, page=page)
    audit.record(by=by, action="document.draft", subject=row, student=student.pk, kind=kind)
    return row


@transaction.atomic
def edit(
    *, by, scope: Scope, document: Document, values: Mapping[str, object], version: int, page: Page | None = None,
    today: date,
) -> Document:  # fmt: skip
    """Change what a draft, or a document that was sent back, says. ``page``: where it was typed.

    Raises ``DocumentRefused``.
    """
    row = locked(document)
    refuse(row, DocumentAction.EDIT, scope, today)
    values = dict(values) | fixed(DocumentKind(row.kind), row.values)
    if row.values == values:
        discard(DocumentDraft, by=by, submission=row.submission, page=page)
        return row  # a second press
    _refuse_stale(row, version)
    _refuse_words(values)
    discard(DocumentDraft, by=by, submission=row.submission, page=page)
    row.values = values
    row.version += 1
    row.save(update_fields=["values", "version"])
    audit.record(by=by, action="document.edit", subject=row)
    return row


@transaction.atomic
def issue(*, by, scope: Scope, document: Document, version: int, today: date) -> Document:
    """签发: number it, set it in type, keep the bytes, and let the chain begin; a report is filed with it.

    Issued anew after it was sent back it keeps its number, and the report is filed on the day of the new issue.
    Signatures that are the issuer's own are given by issuing. Raises ``DocumentRefused``.
    """
    row = locked(document)
    if _pressed_twice(row, DocumentAction.ISSUE, by, version):
        return row
    _refuse_step(row, DocumentAction.ISSUE, scope, today, version)
    if missing := missing_labels(DocumentKind(row.kind), row.values):
        raise DocumentRefused(f"还没有填写{'、'.join(missing)}，没有签发。请补上后再签发。")
    _refuse_words(row.values)
    _refuse_impossible(row, by, today)
    if reason := against_issuing(row):
        raise DocumentRefused(f"{reason}。没有签发。")
    posts = author_posts(row, posts_over(scope, row.place))
    if row.number is None:
        _number(row, posts, today)
    _settle(row, by, today)
    row.revision += 1
    row.issued_at, row.issued_by = timezone.now(), by
    kept = _print(row, posts, today)
    if KINDS[DocumentKind(row.kind)].tier:
        _file_report(row, by, today)
    first = after_issue(KINDS[DocumentKind(row.kind)].chain, posts)
    note_step(row, DocumentAction.ISSUE, by, verb=KINDS[DocumentKind(row.kind)].issue_verb(posts))
    for number in range(first):
        _sign_step(row, number, by, "")
    _wait_for_step(row, first, by, today)
    row.version += 1
    row.save()
    audit.record(
        by=by, action="document.issue", subject=row, number=row.number, revision=row.revision, paper=kept.pk,
        pages=kept.pages,
    )  # fmt: skip
    return row


@transaction.atomic
def sign(*, by, scope: Scope, document: Document, note: str = "", version: int, today: date) -> Document:
    """签收、审签、确认: give the signature that the document waits for. Raises ``DocumentRefused``."""
    row = locked(document)
    if _pressed_twice(row, DocumentAction.SIGN, by, version, note):
        return row
    _refuse_step(row, DocumentAction.SIGN, scope, today, version)
    _settle(row, by, today)
    _sign_step(row, row.step, by, note)
    _wait_for_step(row, row.step + 1, by, today)
    row.version += 1
    row.save()
    audit.record(by=by, action="document.sign", subject=row, step=row.step)
    return row


@transaction.atomic
def send_back(*, by, scope: Scope, document: Document, reason: str, version: int, today: date) -> Document:
    """退回 with a reason to whoever wrote it; a report that was sent back is not filed until it is issued anew.

    Raises ``DocumentRefused``.
    """
    row = locked(document)
    if _pressed_twice(row, DocumentAction.RETURN, by, version, reason):
        return row
    _refuse_step(row, DocumentAction.RETURN, scope, today, version)
    if not reason:
        raise DocumentRefused("退回要写明原因，没有退回。请填写后再提交。")
    _settle(row, by, today)
    note_step(row, DocumentAction.RETURN, by, verb="退回", reason=reason, post=row.waiting_for)
    row.state, row.waiting_for = DocumentState.RETURNED, ""
    row.version += 1
    row.save()
    audit.record(by=by, action="document.return", subject=row, step=row.step)
    _take_back_report(row, by, today)
    _tell(row, awaited(row, today), by, today, kind=Notice.Kind.DOCUMENT_RETURNED)
    return row


@transaction.atomic
def void(*, by, scope: Scope, document: Document, reason: str, version: int, today: date) -> Document:
    """作废: the document stays and keeps its number; the report it has filed is taken back, and the duty owed again.

    A letter may be voided by those who issued it also when it is confirmed, or served. Raises ``DocumentRefused``.
    """
    row = locked(document)
    if _pressed_twice(row, DocumentAction.VOID, by, version, reason):
        return row
    _refuse_step(row, DocumentAction.VOID, scope, today, version)
    if not reason:
        raise DocumentRefused("作废要写明原因，没有作废。请填写后再提交。")
    _settle(row, by, today)
    note_step(row, DocumentAction.VOID, by, verb="作废", reason=reason)
    row.state, row.waiting_for, row.void_reason = DocumentState.VOIDED, "", reason
    row.voided_at, row.voided_by = timezone.now(), by
    row.confirmed_at, row.confirmed_by = None, None  # the history keeps who confirmed it
    row.version += 1
    row.save()
    audit.record(by=by, action="document.void", subject=row)
    _take_back_report(row, by, today)
    planned_steps.limit_off(row, by=by, today=today)
    return row


def duty_for(student: Student, tier: Tier, today: date) -> Obligation | None:
    """The duty that a report of this kind would close: the latest that is open."""
    return Obligation.objects.undone_on(today).filter(student=student, tier=tier).order_by("key").last()


def locked(document: Document) -> Document:
    """The document as it is now, held until the transaction ends."""
    Document.objects.select_for_update(no_key=True).get(pk=document.pk)
    return Document.objects.for_page().select_related("report", "obligation").get(pk=document.pk)


def refuse(row: Document, action: DocumentAction, scope: Scope, today: date) -> None:
    """Raise ``DocumentRefused`` where the table of transitions does not allow it to this person."""
    now, parties = now_of(row), parties_of(row, scope, today)
    if reason := refusal(now, action, parties):
        wrong = NotYourDocument if is_wrong_person(now, action, parties) else DocumentRefused
        raise wrong(f"{reason}。没有保存。")


def _refuse_step(row: Document, action: DocumentAction, scope: Scope, today: date, version: int) -> None:
    """``refuse``, and what comes from an old page; whoever has had their turn there is told of the page first."""
    try:
        refuse(row, action, scope, today)
    except NotYourDocument:
        _refuse_stale(row, version)
        raise
    _refuse_stale(row, version)


def _refuse_stale(row: Document, version: int) -> None:
    if row.version != version:
        raise DocumentChanged("你打开页面之后，这份文书有了新的改动，没有保存。请看过最新情况再办。")


def against_issuing(row: Document) -> str:
    """Why it is not to be issued as it stands, in a Chinese sentence without its full stop; blank where it may be."""
    return next(filter(None, (guard(row) for guard in GUARDS)), "")


def _refuse_words(values: Mapping[str, object]) -> None:
    if reason := forbidden(values):
        raise DocumentRefused(f"{reason}。没有保存。")


def _refuse_impossible(row: Document, by, today: date) -> None:
    """A draft may have been saved on another day, or its child's enrolment put right since."""
    kind = DocumentKind(row.kind)
    wrong = impossible(kind, row.values, record_of(row, by=by, today=today))
    said = [f"{each.label}：{wrong[each.name]}" for each in KINDS[kind].fields if each.name in wrong]
    if said:
        raise DocumentRefused(f"{'；'.join(said)}。没有签发，请改好后再签发。")


def _pressed_twice(row: Document, action: DocumentAction, by, version: int, reason: str = "") -> bool:
    """Whether what is asked for is what this person has just done from the same page, and for the same reason."""
    if row.version != version + 1:
        return False
    last = row.steps.exclude(action=DocumentAction.SIGN) if action is DocumentAction.ISSUE else row.steps
    step = last.order_by("pk").last()
    return step is not None and (step.action, step.by_id, step.reason) == (action, by.pk, reason)


def _number(row: Document, posts: frozenset[Post], today: date) -> None:
    """The next number of the school, or of the township or county, in this year; the issuer is held, so none is left
    out and none given twice."""
    school, area = row.home_school, area_of(row, posts)
    if area is None:
        School.objects.select_for_update(no_key=True).get(pk=school.pk)
        row.school, code = school, school.name
    else:
        Area.objects.select_for_update(no_key=True).get(pk=area.pk)
        row.area, code = area, area.name if area.level == Area.Level.TOWNSHIP else f"{area.name}教"
    given = Document.objects.filter(year=today.year, school=row.school, area=row.area, number__isnull=False)
    row.year, row.number = today.year, (given.aggregate(last=Max("number"))["last"] or 0) + 1
    row.reference = reference(code, row.year, row.number)


def _print(row: Document, posts: frozenset[Post], today: date) -> IssuedPaper:
    sheet = sheet_of(row, posts, today)
    made = typeset(sheet)
    return IssuedPaper.objects.create(
        document=row, revision=row.revision, values={"values": row.values, "facts": dict(sheet.facts)}, pdf=made.pdf,
        sha256=sha256(made.pdf).hexdigest(), pages=made.pages, issued_at=row.issued_at, issued_by=row.issued_by,
    )  # fmt: skip


def _file_report(row: Document, by, today: date) -> None:
    """The act that the report is, on the day of the issue."""
    tier = KINDS[DocumentKind(row.kind)].tier
    duty = row.obligation or duty_for(row.student, tier, today)
    if duty and Document.objects.standing().filter(obligation=duty).exclude(pk=row.pk).exists():
        raise DocumentRefused("这件待办已有另一份报告，没有签发。请打开那一份办理，作废这一份。")
    if duty and duty.withdrawn_at:
        raise DocumentRefused(f"这件待办已撤销（{duty.withdrawn_reason}），报告不用再交。没有签发，请作废这一份。")
    if duty is None and Report.objects.filter(student=row.student, day=today, kind=tier, cancelled_at=None).exists():
        raise DocumentRefused("今天已经登记过一份同样的报告，没有签发。同一天两份算一份，请作废这一份。")
    try:
        row.report = (
            acts.answer_with_report(by=by, duty=duty, today=today)
            if duty
            else acts.file_report(by=by, student=row.student, day=today, kind=tier, today=today)
        )
    except acts.ReportRefused as refused:
        raise DocumentRefused(f"{refused}文书没有签发。") from None
    row.obligation = duty


def _take_back_report(row: Document, by, today: date) -> None:
    """What the document has filed is owed again."""
    if row.report_id:
        try:
            acts.cancel(by=by, act=row.report, today=today)
        except acts.ReportRefused as refused:
            raise DocumentRefused(str(refused)) from None


def _wait_for_step(row: Document, number: int, by, today: date) -> None:
    """Let the document wait for signature ``number`` of its chain, or confirm it where that was the last."""
    chain = KINDS[DocumentKind(row.kind)].chain
    row.step = number
    if number == len(chain):
        row.state, row.waiting_for = DocumentState.CONFIRMED, ""
        row.confirmed_at, row.confirmed_by = timezone.now(), by
        return
    row.state, row.waiting_for = DocumentState.WAITING, chain[number].post
    _tell(row, signers(row, today), by, today)


def _sign_step(row: Document, number: int, by, note: str) -> None:
    step = KINDS[DocumentKind(row.kind)].chain[number]
    note_step(row, DocumentAction.SIGN, by, verb=step.verb, reason=note, post=step.post, step=number)


def note_step(row: Document, action: DocumentAction, by, *, verb: str, reason: str = "", post: str = "", step: int = 0):
    """Keep what was done to the document."""
    DocumentStep.objects.create(
        document=row, action=action, revision=row.revision, step=step, post=post, verb=verb, reason=reason,
        at=timezone.now(), by=by,
    )  # fmt: skip


def _tell(row: Document, people, by, today: date, *, kind=Notice.Kind.DOCUMENT_WAITING) -> None:
    if school_class := told_in(row):
        notices.send(by=by, to=people, kind=kind, school_class=school_class, day=today, student=row.student)


def _settle(row: Document, by, today: date) -> None:
    """Whoever was told that the document waits for them has nothing to do any more, unless another one still does.

    A notice names the child and not the paper; to be called before the document is moved on.
    """
    if row.state not in AWAITED:
        return
    school_class = told_in(row)
    if school_class is None:
        return
    others = Document.objects.for_page().filter(student=row.student, state=row.state).exclude(pk=row.pk)
    if row.student is None:
        others = others.filter(Q(school_class=school_class) | Q(of_school=school_class.school_id))
    busy = {
        person.pk for other in others if told_in(other) == school_class for person in awaited(other, today)
    }  # fmt: skip
    people = [person for person in {*awaited(row, today), by} if person.pk not in busy]
    about = {"school_class": school_class, "student": row.student}
    notices.settle(by=by, to=people, kind=AWAITED[DocumentState(row.state)], **about)


def told_in(row: Document) -> SchoolClass | None:
    """The class that a notice of the document names: its own, of a 责任书 of a school's heads the school's first."""
    return row.school_class or class_for(row.of_school)
