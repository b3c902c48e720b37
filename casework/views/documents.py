"""文书: those of a child, a new one, changing a draft, the document itself with its chain, and its paper."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from casework.actions import documents as actions
from casework.document_checks import OnRecord
from casework.document_forms import CopyForm, DocumentForm, ReasonForm, SignForm, VersionForm, both_sides, touched
from casework.document_kinds import KINDS, OF_A_CHILD, DocumentKind
from casework.documents import UNISSUED, DocumentAction, DocumentState, is_wrong_person, name_of
from casework.models import Document, DocumentDraft, Obligation
from casework.papers import printed_words, typeset
from casework.queries import documents as papers
from casework.queries.document_facts import Prefill, on_record, record_of
from casework.queries.document_sheets import author_posts, sheet_of
from students.access import REGISTRY_ROLES
from students.forms.child import Difference
from students.models import Role, Student
from students.queries.changes import class_of
from students.queries.child import last_change
from students.views.audience import only_for

document_page = only_for(REGISTRY_ROLES, "文书由班主任、学校和主管部门办理，科任教师只签自己的责任书")
desk_page = only_for({*Role.values} - {Role.ADMINISTRATOR}, "文书由教师、学校和主管部门办理，系统管理员只管账号")


@require_safe
@document_page
def child_documents(request, pk):
    """All documents of a child, and the kinds that the reader may write."""
    student, school_class = _child(request, pk)
    kinds = papers.kinds_to_write(papers.posts_over(request.scope, school_class)) if school_class else []
    context = {
        "student": student,
        "school_class": school_class,
        "documents": list(papers.documents_of(student, request.scope)),
        "kinds": [{"code": kind.value, "label": kind.label, "note": KINDS[kind].in_short} for kind in kinds],
    }
    return render(request, "casework/child_documents.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@document_page
def new_document(request, pk, kind):
    """起草: the form is filled with what is on record; nothing is kept before it is saved."""
    student, school_class, kind = written_by(request, pk, kind)
    duty, asks = _duty(request, student, kind), request.method != "POST"
    if asks and duty and (standing := Document.objects.standing().filter(obligation=duty).first()):
        return redirect("casework:document", standing.pk)
    fill = Prefill(student=student, school_class=school_class, duty=duty, author=request.user, today=request.today)
    typed = papers.typed_of(request.user, student, kind)
    values = fill.values(kind) | (typed.typed() if typed else {}) if asks else None
    form = DocumentForm(request.POST or None, kind=kind, values=values, record=on_record(fill, kind))
    context = {"student": student, "school_class": school_class, "kind": kind, "document": None}
    context |= {"form": form, "typed": typed, "differences": [], "changed_by": "", "whom": student.name}
    context["place_words"] = school_class.name
    if form.is_valid():
        made, refused = _drafted(request, form, student, school_class, duty)
        if not refused:
            return redirect("casework:document", made.pk)
        context |= _refused(form, made, refused)
    status = 409 if context["differences"] else 422 if form.is_bound else 200
    return render(request, "casework/document_form.html", context, status=status)


def _drafted(request, form: DocumentForm, student, school_class, duty) -> tuple[Document | None, Exception | None]:
    """The document that the form has drafted, and why what it says now is not saved, None where it is."""
    place = {"by": request.user, "scope": request.scope, "today": request.today, "page": form.page}
    said = {"kind": form.kind, "student": student, "school_class": school_class, "duty": duty, "values": form.values}
    key = form.cleaned_data["submission"]
    try:
        made = actions.draft(**place, **said, submission=key)
    except actions.DocumentRefused as refused:
        own = Document.objects.filter(submission=key, drafted_by=request.user, student=student, kind=form.kind)
        return own.for_page().first(), refused
    messages.success(request, f"已保存《{KINDS[form.kind].label}》的草稿，还没有签发。")
    return made, None


def _refused(form: DocumentForm, row: Document | None, refused: Exception) -> dict:
    """What the page shows of it: where the form had drafted ``row`` before, it goes on as a change of that one."""
    differences = []
    if row:
        form, differences = form.reopened(row)
    if not differences or not isinstance(refused, actions.DocumentChanged):
        form.add_error(None, f"{refused}下面是你填写的内容。" if row else str(refused))
        differences = []
    changed_by = last_change(row, "document.edit") if differences else ""
    return {"form": form, "document": row, "differences": differences, "changed_by": changed_by}


@require_http_methods(["GET", "HEAD", "POST"])
@document_page
def edit_document(request, pk):
    """Change a draft, or what has been sent back."""
    row = _seen(request, pk)
    kind, over = DocumentKind(row.kind), _over(request, row)
    if over and request.method != "POST":
        messages.error(request, over)
        return redirect("casework:document", pk)
    typed = papers.typed_changes(request.user, row)
    mine = touched(row, typed.typed()) if typed else {}
    values = row.values | mine | ({"kept": typed.stamp} if typed else {})
    form = DocumentForm(request.POST or None, kind=kind, values=values, document=row, record=_record(request, row))
    differences = both_sides(row, mine) if typed and not form.is_bound and _is_overtaken(typed, row) else []
    if form.is_bound:
        form, differences, is_saved = _edited(request, form, row, over)
        if is_saved:
            return redirect("casework:document", pk)
    context = {"form": form, "student": row.student, "kind": kind, "document": row, "typed": typed}
    context |= {"differences": differences, "whom": row.of_whom, "place_words": row.place_words}
    context["changed_by"] = last_change(row, "document.edit") if differences else ""
    status = 409 if form.is_bound and differences else 422 if form.is_bound else 200
    return render(request, "casework/document_form.html", context, status=status)


def _over(request, row: Document) -> str:
    """Why nobody changes the document any more, in words; whose it is not is told so."""
    now, parties = papers.now_of(row), papers.parties_of(row, request.scope, request.today)
    reason = papers.refusal(now, DocumentAction.EDIT, parties)
    if is_wrong_person(now, DocumentAction.EDIT, parties):
        raise PermissionDenied(reason)
    return f"{reason}。没有保存。" if reason else ""


def _is_overtaken(typed: DocumentDraft, row: Document) -> bool:
    return typed.fields.get("version") != [str(row.version)]


def _record(request, row: Document) -> OnRecord | None:
    """What a document is held against as long as it may be changed or waits for somebody's signature."""
    is_open = row.state in UNISSUED or row.state == DocumentState.WAITING
    return record_of(row, by=request.user, today=request.today) if is_open else None


def _edited(request, form: DocumentForm, row: Document, over: str) -> tuple[DocumentForm, list[Difference], bool]:
    """The form to show, what two people have changed at once, and whether it was saved: what was typed stays."""
    if over:
        form.add_error(None, f"{over}下面是你填写的内容。")
    if not form.is_valid():
        return form, [], False
    place = {"by": request.user, "scope": request.scope, "today": request.today, "page": form.page}
    try:
        actions.edit(**place, document=row, values=form.values, version=form.cleaned_data["version"])
    except actions.DocumentChanged as changed:
        form, differences = form.reopened(_seen(request, row.pk))
        if not differences:
            form.add_error(None, str(changed))
        return form, differences, False
    except actions.DocumentRefused as refused:
        form.add_error(None, str(refused))
        return form, [], False
    messages.success(request, "已保存，还没有签发。")
    return form, [], True


FORMS = {"issue": VersionForm, "sign": SignForm, "return": ReasonForm, "void": ReasonForm}


@require_http_methods(["GET", "HEAD", "POST"])
def document(request, pk):
    """One document: what it says, how far its chain has come, and what may be done with it now."""
    row = _seen(request, pk)
    do = request.POST.get("do", "")
    parties = papers.parties_of(row, request.scope, request.today)
    offered = papers.offered(row, parties, request.user)
    forms = {
        action.value: _form(action.value, row, request.POST if do == action else None)
        for action in offered
        if action.value in FORMS
    }
    status = 200
    if request.method == "POST" and (status := _stepped(request, row, do)) == 302:
        return redirect("casework:document", pk)
    context = papers.page_of(row, request.scope, _record(request, row)) | {
        "forms": forms,
        "offered": offered,
        "against": actions.against_issuing(row) if DocumentAction.ISSUE in offered else "",
        "sign_word": name_of(DocumentAction.SIGN, papers.step_of(row)),
        "copy_form": CopyForm() if DocumentAction.ATTACH in offered else None,
    }
    return render(request, "casework/document.html", context, status=status)


def _form(do: str, row: Document, data):
    prefix = {"prefix": do} if FORMS[do] is ReasonForm else {}
    return FORMS[do](data, initial={"version": row.version}, **prefix)


STEPS = {
    "issue": (actions.issue, "已{verb}，编号{reference}。"),
    "sign": (actions.sign, "已{verb}。"),
    "return": (actions.send_back, "已{verb}，起草人会收到通知。"),
    "void": (actions.void, "已{verb}。文书和文号留存。"),
}


def _stepped(request, row: Document, do: str) -> int:
    """302 where there is nothing to be put right on the page."""
    if do not in STEPS:
        messages.error(request, "没有收到要办的事，没有保存。请再点一次。")
        return 422
    form = _form(do, row, request.POST)
    if not form.is_valid():
        return 422
    step, text = STEPS[do]
    try:
        done = step(
            by=request.user, scope=request.scope, document=row, today=request.today, **form.cleaned_data
        )  # fmt: skip
        # What this person has done, also where it was on an old page and they are the last no more.
        verb = done.steps.filter(action=do, by=request.user).order_by("pk").last().verb
        messages.success(request, text.format(reference=done.reference, verb=verb))
    except actions.NotYourDocument as refused:
        raise PermissionDenied(str(refused)) from None
    except actions.DocumentRefused as refused:
        messages.error(request, str(refused))
    return 302


@require_safe
def document_paper(request, pk):
    """The PDF: of an issued document the bytes that were kept, of a draft what it would be, marked 草稿."""
    row = _seen(request, pk)
    wanted = request.GET.get("revision", "")
    if row.revision and wanted != "draft":
        number = int(wanted) if wanted.isdecimal() and len(wanted) < 5 else row.revision
        kept = get_object_or_404(row.papers, revision=number)
        return _pdf(bytes(kept.pdf), f"{row.pk}-{kept.revision}")
    posts = author_posts(row, papers.posts_over(request.scope, row.place))
    printed = printed_words(request.user.name, timezone.now())
    sheet = sheet_of(row, posts, request.today, by=request.user, printed=printed)
    return _pdf(typeset(sheet).pdf, f"{row.pk}-draft")


def _pdf(content: bytes, name: str) -> HttpResponse:
    response = HttpResponse(content, content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{name}.pdf"'
    response["Cache-Control"] = "private, no-store"
    return response


def _child(request, pk):
    student = get_object_or_404(Student.objects.visible_to(request.scope.without_lessons), pk=pk)
    return student, class_of(student)


def written_by(request, pk, code: str):
    """A child, its class, and the kind of document that the reader may write about it."""
    if code not in [kind.value for kind in OF_A_CHILD]:
        raise Http404
    kind, (student, school_class) = DocumentKind(code), _child(request, pk)
    if school_class is None or not papers.posts_over(request.scope, school_class) & KINDS[kind].authors:
        raise PermissionDenied(f"《{KINDS[kind].label}》由{KINDS[kind].author_label}起草")
    return student, school_class, kind


def _duty(request, student: Student, kind: DocumentKind) -> Obligation | None:
    """The duty that the report is for: the one that the link names, else the latest that is open."""
    tier, named = KINDS[kind].tier, request.GET.get("duty", "")
    if tier is None:
        return None
    if named.isdecimal() and len(named) < 19:
        rows = Obligation.objects.visible_to(request.scope).undone_on(request.today)
        if found := rows.filter(student=student, tier=tier, pk=named).first():
            return found
    return actions.duty_for(student, tier, request.today)


def _seen(request, pk) -> Document:
    return get_object_or_404(papers.documents_seen_by(request.scope).for_page(), pk=pk)
