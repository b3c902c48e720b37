"""A draft of 控辍保学工作情况 begun again: its figures taken anew 重新填数字, or the whole thrown away."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from reports.actions import work_reports as actions
from reports.forms import RefillForm
from reports.models import WorkReport
from reports.queries import work_reports as queries
from reports.views.work_reports import report_page, reports_seen, version_sent
from reports.work_papers import lines_of


@require_http_methods(["GET", "HEAD", "POST"])
@report_page
def refill_work_report(request, pk):
    """The text that the figures make today, to be changed and put in the place of the present one, shown below it."""
    report = _draft(request, pk)
    if report.is_finished:
        return _refused(request, report, actions.FINISHED)
    form = _refill_form(request, report)
    if form.is_valid():
        try:
            actions.edit(by=request.user, scope=request.scope, report=report, **form.cleaned_data)
            return redirect("reports:work_report", report.pk)
        except actions.ReportRefused as refused:
            form.add_error(None, str(refused))
    context = {"report": report, "form": form, "lines": lines_of(report.text)}
    return render(request, "reports/work_report_refill.html", context, status=422 if form.is_bound else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@report_page
def discard_work_report(request, pk):
    """Asks, with the text before the reader, and throws the draft away."""
    report = _draft(request, pk)
    if report.is_finished:
        return _refused(request, report, actions.FINISHED)
    if request.method == "POST":
        try:
            actions.discard(by=request.user, scope=request.scope, report=report, version=version_sent(request))
        except actions.ReportRefused as refused:
            return _refused(request, report, str(refused))
        messages.success(request, "草稿已经删除。这一期可以重新起草。")
        return redirect("reports:work_reports")
    return render(request, "reports/work_report_discard.html", {"report": report, "lines": lines_of(report.text)})


def _draft(request, pk) -> WorkReport:
    report = get_object_or_404(reports_seen(request).defer("pdf"), pk=pk)
    if not queries.may_write(request.scope, report):
        raise PermissionDenied(actions.NOT_YOURS)
    return report


def _refused(request, report: WorkReport, words: str):
    messages.error(request, words)
    return redirect("reports:work_report", report.pk)


def _refill_form(request, report: WorkReport) -> RefillForm:
    period = queries.period_of(report, today=request.today)
    bounds = {"first": period.first, "latest": period.last}
    if request.method == "POST":
        return RefillForm(request.POST, **bounds)
    text = queries.draft_text(queries.unit_of(report), period, today=request.today)
    given = {"text": text, "version": report.version, "last": period.last.isoformat()}
    return RefillForm(initial=given, **bounds)
