"""联系记录: telling one in full, one of them, and all of a school."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_http_methods

from casework.actions import contacts as actions
from casework.contact_forms import ContactForm
from casework.contacts import ContactMethod
from casework.models import Contact
from casework.queries import contacts
from students.models import RegistryLine, Student

NOT_YOURS = "联系记录由孩子的班主任、本校、乡镇和县教育局登记，你可以查看"


@require_http_methods(["GET", "HEAD", "POST"])
def new_contact(request, pk):
    """记联系: the whole form; ``?method=`` is how it usually is, ``?next=`` the page to go back to."""
    student, line = _answered_for(request, pk)
    siblings = contacts.siblings_of(student, request.scope, request.today)
    sent = (request.POST,) if request.method == "POST" else ()
    form = ContactForm(*sent, siblings=siblings, today=request.today, initial=_usual(request))
    if form.is_valid():
        try:
            return _said(request, student, _record(request, student, form))
        except actions.ContactRefused as refused:
            form.refuse(refused.faults)
    context = {
        "form": form,
        "student": student,
        "line": line,
        "guardian": contacts.to_dial(student, line, request.scope),
        "next": _way_back(request, student),
    }
    return render(request, "casework/contact_form.html", context, status=422 if form.is_bound else 200)


def _record(request, student: Student, form: ContactForm) -> list[Contact]:
    return actions.record(
        by=request.user, scope=request.scope, student=student, siblings=form.chosen_siblings, account=form.account,
        submission=form.cleaned_data["submission"], today=request.today,
    )  # fmt: skip


def _answered_for(request, pk: int) -> tuple[Student, RegistryLine]:
    """A child, and where it stands, for whoever records contacts of it."""
    student = get_object_or_404(Student.objects.visible_to(request.scope), pk=pk)
    line = contacts.line_of(student)
    if line is None or not contacts.may_record(request.scope, line):
        raise PermissionDenied(NOT_YOURS)
    return student, line


def _usual(request) -> dict:
    """What the link names: how the duty is usually done."""
    method = request.GET.get("method", "")
    return {"method": method} if method in set(ContactMethod) else {}


def _said(request, student: Student, made: list[Contact]):
    names = "、".join(contact.student.name for contact in made)
    promised = f"{made[0].promised_on.month}月{made[0].promised_on.day}日核实是否返校。" if made[0].promised_on else ""
    undo = reverse("casework:cancel_contact", args=[made[0].pk])
    messages.success(request, f"已记录{made[0].get_method_display()}：{names}。{promised}", extra_tags=f"undo={undo}")
    return redirect(_way_back(request, student))


def _way_back(request, student: Student) -> str:
    """The page the person came from, within this site; else the child's."""
    here = request.path
    for url in (request.POST.get("next"), request.GET.get("next"), request.headers.get("referer")):
        is_another = url and "/" in url and here not in url and "/contact/" not in url
        if is_another and url_has_allowed_host_and_scheme(url, allowed_hosts={request.get_host()}):
            return url
    return reverse("casework:child", args=[student.pk])
