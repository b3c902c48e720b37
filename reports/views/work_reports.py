"""控辍保学工作情况: the list, a report, its text to edit, 定稿 and the PDF."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from casework.papers import printed_words
from reports.actions import work_reports as actions
from reports.forms import NewWorkReportForm, WorkReportForm
from reports.models import WorkReport
from reports.queries import work_reports as queries
from reports.work_papers import lines_of, printed
from students.access import OFFICE_ROLES
from students.views.audience import only_for

PAGE_SIZE = 30
LONGEST_VERSION = 9  # digits
report_page = only_for(OFFICE_ROLES, "工作情况报告由学校管理人员和主管部门查看")


@require_http_methods(["GET", "HEAD", "POST"])
@report_page
def work_reports(request):
    """The reports in the scope, and the form for a new one."""
    units, periods = queries.units(request.scope), queries.periods(request.today)
    if request.method == "POST" and not units:
        raise PermissionDenied("工作情况报告由县教育局、乡镇干部和学校起草，你可以查看")
    form = NewWorkReportForm(request.POST or None, units=units, periods=periods) if units else None
    if form is not None and form.is_valid():
        report, is_new = actions.draft(by=request.user, unit=form.chosen_unit, period=form.chosen_period)
        if not is_new:
            messages.info(request, queries.standing_words(report, today=request.today))
        return redirect("reports:work_report", report.pk)
    page = Paginator(reports_seen(request).defer("text", "pdf"), PAGE_SIZE).get_page(request.GET.get("page"))
    status = 422 if form is not None and form.is_bound else 200
    return render(request, "reports/work_reports.html", {"form": form, "page": page}, status=status)


@require_safe
@report_page
def work_report(request, pk):
    """One report as it stands."""
    report = get_object_or_404(reports_seen(request).defer("pdf"), pk=pk)
    may_write = queries.may_write(request.scope, report) and not report.is_finished
    words = queries.draft_words(report, today=request.today) if may_write else ""
    context = {"report": report, "lines": lines_of(report.text), "may_write": may_write, "words": words}
    return render(request, "reports/work_report.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@report_page
def edit_work_report(request, pk):
    """Its text, to be changed until it is finished."""
    report = own_report(request, pk)
    if report.is_finished:
        return back_to(request, report, refused=actions.FINISHED)
    form = WorkReportForm(request.POST or None, initial={"text": report.text, "version": report.version})
    return save_text(request, report, form, "reports/work_report_form.html", {})


@require_POST
@report_page
def finish_work_report(request, pk):
    """定稿 what the page showed."""
    report = own_report(request, pk)
    try:
        actions.finish(by=request.user, scope=request.scope, report=report, version=version_sent(request))
    except actions.ReportRefused as refused:
        return back_to(request, report, refused=str(refused))
    messages.success(request, "已定稿。文件从现在起不再改变。")
    return back_to(request, report)


@require_safe
@report_page
def work_report_paper(request, pk):
    """The PDF: as it was printed when it was finished; a draft says that it is one."""
    report = get_object_or_404(reports_seen(request), pk=pk)
    draft = printed_words(request.user.name, timezone.now())
    content = bytes(report.pdf) if report.is_finished else printed(report, draft=draft)
    response = HttpResponse(content, content_type="application/pdf")
    response["Content-Disposition"] = content_disposition_header(False, f"{report}.pdf")
    return response


def own_report(request, pk) -> WorkReport:
    """A report that the reader may write, be it finished; whoever only reads it is refused."""
    report = get_object_or_404(reports_seen(request).defer("pdf"), pk=pk)
    if not queries.may_write(request.scope, report):
        raise PermissionDenied(actions.NOT_YOURS)
    return report


def save_text(request, report: WorkReport, form: WorkReportForm, template: str, context: dict):
    """Save the text that was sent and show the report; a refusal stands in the form, with what was typed."""
    if form.is_valid():
        try:
            actions.edit(by=request.user, scope=request.scope, report=report, **form.cleaned_data)
            return back_to(request, report)
        except actions.ReportRefused as refused:
            form.add_error(None, str(refused))
    context = {"form": form, "report": report, **context}
    return render(request, template, context, status=422 if form.is_bound else 200)


def back_to(request, report: WorkReport, *, refused: str = ""):
    """The report again, with what was refused above it."""
    if refused:
        messages.error(request, refused)
    return redirect("reports:work_report", report.pk)


def version_sent(request) -> int:
    """The version that the page showed; 0, which none has, where it sends none."""
    version = request.POST.get("version", "")
    return int(version) if version.isdecimal() and len(version) <= LONGEST_VERSION else 0


def reports_seen(request):
    """A school's report is seen by who sees the whole school, a township's by the township, all by the county."""
    rows = WorkReport.objects.visible_to(request.scope.of_whole_schools).named()
    return rows.select_related("school", "township", "drafted_by", "finished_by")
