"""证明材料: hand one in, open it, take it back."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from students.actions import certificates
from students.forms.changes import CertificateForm
from students.models import Certificate, EnrolmentEvent
from students.queries import changes
from students.views.files import send_file


@require_safe
def certificate(request, pk):
    """The paper itself."""
    return send_file(_seen(request, pk))


@require_http_methods(["GET", "HEAD", "POST"])
def hand_in(request, pk):
    """Hand in a paper that proves the change."""
    events = EnrolmentEvent.objects.visible_to(request.scope).select_related("student", "school_class")
    event = get_object_or_404(events, pk=pk)
    if not changes.may_hand_in(request.scope, changes.class_of_event(event)):
        raise PermissionDenied("证明材料由该生的班主任或学籍管理员上传")
    form = CertificateForm(request.POST, request.FILES) if request.method == "POST" else CertificateForm()
    if form.is_valid():
        paper = {"kind": Certificate.Kind.CHANGE, "paper": form.cleaned_data["paper"]}
        try:
            certificates.hand_in(by=request.user, event=event, today=request.today, **paper)
            messages.success(request, f"已上传{event.get_kind_display()}的证明材料。")
        except certificates.CertificateRefused as refused:
            messages.error(request, str(refused))
        return redirect("students:changes_of", event.student_id)
    context = {"form": form, "event": event}
    return render(request, "students/certificate_form.html", context, status=422 if form.is_bound else 200)


@require_POST
def take_back(request, pk):
    """Take one's own paper back on the same day."""
    paper = _seen(request, pk)
    if paper.uploaded_by_id != request.user.pk or paper.handed_in_on != request.today:
        raise PermissionDenied("证明材料只有上传人当天可以撤回")
    try:
        certificates.take_back(by=request.user, certificate=paper, today=request.today)
        messages.success(request, "已撤回这份材料。")
    except certificates.CertificateRefused as refused:
        messages.error(request, str(refused))
    return redirect("students:changes_of", paper.student_id)


def _seen(request, pk) -> Certificate:
    paper = changes.certificate_seen_by(request.scope, pk)
    if paper is None:
        raise Http404
    if not changes.may_look(request.scope, paper.student):
        raise PermissionDenied("证明材料由班主任和学校管理人员查看，任课教师不看")
    return paper
