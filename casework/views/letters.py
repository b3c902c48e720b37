"""签字件 and 送达 of a document."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from casework.actions import letters as actions
from casework.actions.documents import DocumentRefused, NotYourDocument
from casework.document_forms import CopyForm, DeliveryForm
from casework.documents import DocumentAction, is_wrong_person, refusal
from casework.models import Document, SignedCopy
from casework.queries import documents as papers
from students.views.files import send_file


@require_POST
def attach_copy(request, pk):
    """Keep a signed copy beside the document."""
    row = _seen(request, pk)
    _refuse_strangers(request, row, DocumentAction.ATTACH)
    form = CopyForm(request.POST, request.FILES)
    if not form.is_valid():
        messages.error(request, "".join(form.errors.get("paper", ["文件没有传上来，请重新选择。"])))
        return redirect("casework:document", pk)
    place = {"by": request.user, "scope": request.scope, "today": request.today}
    try:
        actions.attach(**place, document=row, paper=form.cleaned_data["paper"])
        messages.success(request, "已上传签字件。")
    except DocumentRefused as refused:
        messages.error(request, str(refused))
    return redirect("casework:document", pk)


@require_safe
def signed_copy(request, pk):
    """The scanned paper itself."""
    copies = SignedCopy.objects.visible_to(request.scope.without_lessons)
    return send_file(get_object_or_404(copies, pk=pk))


@require_http_methods(["GET", "HEAD", "POST"])
def deliver_document(request, pk):
    """登记送达: when, how, and to whom."""
    row = _seen(request, pk)
    _refuse_strangers(request, row, DocumentAction.DELIVER)
    form = DeliveryForm(request.POST or None, initial={"delivered_on": request.today})
    if form.is_valid():
        place = {"by": request.user, "scope": request.scope, "today": request.today}
        try:
            made = actions.deliver(**place, document=row, **form.cleaned_data)
            messages.success(request, f"已登记送达，期限到{made.limit_on.month}月{made.limit_on.day}日。")
            return redirect("casework:document", pk)
        except NotYourDocument as refused:
            raise PermissionDenied(str(refused)) from None
        except DocumentRefused as refused:
            form.add_error(None, str(refused))
    context = {"form": form, "document": row}
    return render(request, "casework/letter_delivery.html", context, status=422 if form.is_bound else 200)


def _refuse_strangers(request, row: Document, action: DocumentAction) -> None:
    now, parties = papers.now_of(row), papers.parties_of(row, request.scope, request.today)
    if is_wrong_person(now, action, parties):
        raise PermissionDenied(refusal(now, action, parties))


def _seen(request, pk) -> Document:
    return get_object_or_404(papers.documents_seen_by(request.scope).for_page(), pk=pk)
