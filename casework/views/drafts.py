"""What is typed into a form is kept while it is typed: what every such form sends, and the drafts of documents."""

from collections.abc import Mapping
from uuid import UUID

from django.contrib import messages
from django.http import JsonResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from casework.actions import drafts as actions
from casework.document_kinds import KINDS
from casework.models import Document, DocumentDraft
from casework.views.documents import document_page, written_by
from students.templatetags.chinese import ctime


def submission_of(sent: Mapping[str, str]) -> UUID | None:
    """The key of what is being written; None where the page has sent none that could be one."""
    try:
        return UUID(sent.get("submission", ""))
    except ValueError:
        return None


@require_POST
@document_page
def save_document_draft(request, pk, kind):
    """Keep what has been typed of a document so far: asked for by the page itself while one types."""
    student, _, kind = written_by(request, pk, kind)
    names = ["version", "opened", "tab", "kept", *(each.name for each in KINDS[kind].fields)]
    if not (key := submission_of(request.POST)):
        return JsonResponse({"said": ""})
    fields = {name: request.POST.getlist(name) for name in names if name in request.POST}
    try:
        draft = actions.keep_document(by=request.user, student=student, kind=kind, submission=key, fields=fields)
    except actions.NotKept as refused:
        return JsonResponse({"said": str(refused)})
    if draft is None:  # the page, where somebody still types on it, goes on as one that changes what was saved
        return JsonResponse({"said": "", "goes_on": {"version": actions.FIRST_VERSION}})
    return JsonResponse({"said": f"填写的内容已存下 {ctime(draft.saved_at)}，还没有保存成草稿"})


@require_POST
@document_page
def discard_document_draft(request, pk, kind):
    """Throw away what has been typed and not saved."""
    student, _, _ = written_by(request, pk, kind)
    if key := submission_of(request.POST):
        page = actions.page_of(dict(request.POST.lists()))
        actions.discard(DocumentDraft, by=request.user, submission=key, page=page)
        messages.success(request, "没有保存的内容已放弃。")
        if row := Document.objects.filter(submission=key, student=student).first():
            return redirect("casework:document", row.pk)
    return redirect("casework:child_documents", student.pk)
