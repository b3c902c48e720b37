"""The duty list, why a duty is owed, and doing it."""

from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from casework.actions import acts, contacts
from casework.forms import DutyFilter
from casework.models import Document, Obligation, Report
from casework.queries import duties
from casework.queries.case_facts import last_case
from casework.queries.contacts import own_contacts
from casework.ruleset import REPORT_TIERS
from students.access import AREA_ROLES, REGISTRY_ROLES
from students.models import School, SchoolClass

PAGE_SIZE = 30


@require_safe
def duty_list(request):
    """Every duty in the scope, with search and filters; what is longest overdue stands first."""
    classes = SchoolClass.objects.visible_to(request.scope).select_related("school")
    schools = list(School.objects.visible_to(request.scope).select_related("township"))
    form = DutyFilter(request.GET, schools=schools, classes=classes)
    visible = Obligation.objects.visible_to(request.scope).filter(triggered_on__lte=request.today)
    listed = duties.filtered(visible, form.cleaned_data if form.is_valid() else {}, today=request.today)
    page = Paginator(listed, PAGE_SIZE).get_page(request.GET.get("page"))
    context = {
        "form": form,
        "page": page,
        "shows_cases": bool(request.scope.roles & REGISTRY_ROLES),
        "cards": duties.cards(page.object_list, scope=request.scope, today=request.today),
        "visits_url": _visits_url(request.scope),
    }
    return render(request, "casework/duty_list.html", context)


def _visits_url(scope) -> str:
    """Where the reader finds the visits: the week's plan, or the schools side by side; blank for 科任教师."""
    if scope.roles & (REGISTRY_ROLES - AREA_ROLES):
        return reverse("casework:visits")
    return reverse("casework:visits_by_school") if scope.roles & AREA_ROLES else ""


@require_safe
def duty(request, pk):
    """为什么: the rule, the facts behind it, and what has been done."""
    row = get_object_or_404(Obligation.objects.visible_to(request.scope).for_duty_list(), pk=pk)
    visible = Obligation.objects.visible_to(request.scope).filter(pk=pk)
    context = {
        "card": duties.cards(visible, scope=request.scope, today=request.today)[0],
        "explanation": duties.explain(row, request.today),
        "entries": duties.acts_since(row, scope=request.scope),
        "case": last_case(row.student_id, request.scope),
    }
    return render(request, "casework/duty.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def contact(request, pk):
    """Record a contact: one tap on a result in the duty's sheet; whatever is more has the whole form."""
    row = _answerable(request, pk)
    method, words = duties.usual_method(row), request.POST.get("result", "")
    if (words, words) in duties.quick_results(row):
        made = acts.record_contact(
            by=request.user, student=row.student, day=request.today, today=request.today, method=method, result=words,
            outcome=duties.OUTCOME_BY_WORDS[words],
        )  # fmt: skip
        return _done(request, made, f"已记录{made.get_method_display()}：{row.student.name}。")
    if request.method == "POST":
        messages.error(request, "没有收到联系结果，没有保存。请在这里写下联系的情况。")
    query = urlencode({"method": method, "next": _way_back(request)})
    return redirect(f"{reverse('casework:new_contact', args=[row.student_id])}?{query}")


@require_POST
def report(request, pk):
    """Record that the report a duty asks for was handed in today."""
    row = _answerable(request, pk)
    if row.tier not in REPORT_TIERS:
        raise Http404
    try:
        made = acts.answer_with_report(by=request.user, duty=row, today=request.today)
    except acts.ReportRefused as refused:
        messages.error(request, str(refused))
        return redirect(_way_back(request))
    return _done(request, made, f"已登记{row.get_tier_display()}：{row.student.name}。")


@require_POST
def cancel_act(request, kind, pk):
    """Take one's own act back on the day it was recorded."""
    seen = own_contacts(request.scope) if kind == "contact" else Report.objects.visible_to(request.scope)
    act = get_object_or_404(seen, pk=pk)
    if act.recorded_by_id != request.user.pk or timezone.localdate(act.recorded_at) != request.today:
        raise PermissionDenied("只有登记人当天可以撤销")
    if kind == "contact":
        contacts.cancel(by=request.user, contact=act, today=request.today)
    elif document := Document.objects.standing().filter(report=act.pk).first():
        messages.error(request, "这份报告是文书，没有撤销。请在文书里写明原因作废。")
        return redirect("casework:document", document.pk)
    else:
        try:
            acts.cancel(by=request.user, act=act, today=request.today)
        except acts.ReportRefused as refused:
            messages.error(request, str(refused))
            return redirect(_way_back(request))
    messages.success(request, "已撤销，待办已恢复。")
    return redirect(_way_back(request))


def _answerable(request, pk) -> Obligation:
    """The duty, for a person who has to answer for it."""
    row = get_object_or_404(Obligation.objects.visible_to(request.scope).for_duty_list(), pk=pk)
    if not request.scope.may_answer_for(row.school_class):
        raise PermissionDenied("你可以查看这件待办，但不负责办理")
    return row


def _done(request, act, text):
    undo = reverse(f"casework:cancel_{act._meta.model_name}", args=[act.pk])
    messages.success(request, text, extra_tags=f"undo={undo}")
    return redirect(_way_back(request))


def _way_back(request) -> str:
    """The page the person came from, within this site."""
    url = request.POST.get("next") or request.headers.get("referer", "")
    here = "/" in url and url_has_allowed_host_and_scheme(url, allowed_hosts={request.get_host()})
    if here and "/contact/" not in url:
        return url
    return reverse("home")
