"""A draft of 控辍保学工作情况 begun again: its figures taken anew 重新填数字, or the whole thrown away."""

from django.contrib import messages
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from reports.actions import work_reports as actions
from reports.forms import RefillForm
from reports.models import WorkReport
from reports.queries import work_reports as queries
from reports.views.work_reports import back_to, own_report, report_page, save_text, version_sent
from reports.work_papers import lines_of


@require_http_methods(["GET", "HEAD", "POST"])
@report_page
def refill_work_report(request, pk):
    """The text that the figures make today, to be changed and put in the place of the present one, shown below it."""
    report = own_report(request, pk)
    if report.is_finished:
        return back_to(request, report, refused=actions.FINISHED)
    context = {"lines": lines_of(report.text)}
    return save_text(request, report, _refill_form(request, report), "reports/work_report_refill.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@report_page
def discard_work_report(request, pk):
    """Asks, with the text before the reader, and throws the draft away."""
    report = own_report(request, pk)
    if report.is_finished:
        return back_to(request, report, refused=actions.FINISHED)
    if request.method == "POST":
        try:
            actions.discard(by=request.user, scope=request.scope, report=report, version=version_sent(request))
        except actions.ReportRefused as refused:
            return back_to(request, report, refused=str(refused))
        messages.success(request, "草稿已经删除。这一期可以重新起草。")
        return redirect("reports:work_reports")
    return render(request, "reports/work_report_discard.html", {"report": report, "lines": lines_of(report.text)})


def _refill_form(request, report: WorkReport) -> RefillForm:
    period = queries.period_of(report, today=request.today)
    bounds = {"first": period.first, "latest": period.last}
    if request.method == "POST":
        return RefillForm(request.POST, **bounds)
    text = queries.draft_text(queries.unit_of(report), period, today=request.today)
    given = {"text": text, "version": report.version, "last": period.last.isoformat()}
    return RefillForm(initial=given, **bounds)
