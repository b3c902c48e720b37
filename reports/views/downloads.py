"""The one way in which a table leaves the system through the browser: asked for, drawn, logged."""

from collections.abc import Callable, Mapping

from django.core.exceptions import PermissionDenied
from django.http import FileResponse
from django.shortcuts import render

from reports.actions import hand_out
from reports.forms import DownloadForm
from reports.tables import CannotDraw, Table, text_of
from students.queries.people import place_line


def send_table(request, *, name, build: Callable[[bool], Table], back_url, asked=None, has_numbers=True):
    """GET: what would be exported and in which form; POST: the file, with an audit row.

    ``build(reveal)`` makes the table from rows that are visible to the person, with full numbers if ``reveal``.
    ``asked``: what narrowed it down, for the audit log, without names of children. The address's own query string
    stays in the form's address, so a table narrowed down by it is the same on both.
    """
    if not request.scope.may_reveal:
        raise PermissionDenied("科任教师可以查看，不能导出。要用名单，请找班主任或教务处")
    form = DownloadForm(request.POST or None, has_numbers=has_numbers)
    if form.is_valid():
        try:
            return _file(request, form, name, build(bool(form.shown_reason)), asked or {})
        except CannotDraw as refused:
            form.add_error(None, str(refused))
    shown = build(False)
    context = {"form": form, "table": shown, "exported": f"导出{shown.title}", "back_url": back_url}
    return render(request, "reports/download.html", context, status=422 if form.is_bound else 200)


def _file(request, form: DownloadForm, name: str, table: Table, asked: Mapping[str, str]) -> FileResponse:
    signed = f"{request.user.name}（{place_line(request.user.postings_today)}）"
    ending = form.cleaned_data["format"]
    file = hand_out(
        by=request.user, signed=signed, name=name, table=table, form=ending, asked=asked, reason=form.shown_reason
    )
    return FileResponse(file, as_attachment=True, filename=_file_name(table, ending))


def _file_name(table: Table, ending: str) -> str:
    return f"{table.title}（{text_of(table.as_of)}）{ending}"
