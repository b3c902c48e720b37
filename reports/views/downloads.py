"""The one way in which a table leaves the system through the browser: asked for, drawn, logged."""

from collections.abc import Callable, Mapping
from typing import BinaryIO

from django.core.exceptions import PermissionDenied
from django.http import FileResponse
from django.shortcuts import render

from reports.actions import hand_out
from reports.exports import FORMS
from reports.forms import DownloadForm
from reports.tables import CannotDraw, Imprint, Paper, Table
from students.queries.people import place_line

Writers = Mapping[str, Callable[[Paper, BinaryIO, Imprint], None]]


def send_table(request, *, name, build: Callable[[bool], Table], back_url, asked=None, has_numbers=True):
    """Send a table (see ``send_paper``)."""
    return send_paper(
        request, name=name, build=build, writers=FORMS, back_url=back_url, asked=asked, has_numbers=has_numbers
    )


def send_paper(request, *, name, build: Callable[[bool], Paper], writers: Writers, back_url, asked=None, has_numbers):
    """GET: what would be exported and in which form; POST: the file, with an audit row.

    ``build(reveal)`` makes it from rows that are visible to the person, with full numbers if ``reveal``; ``writers``
    draw it, by the ending of the file. ``asked``: what narrowed it down, for the audit log, without names of children.
    The address's own query string stays in the form's address, so what is narrowed down by it is the same on both.
    """
    if not request.scope.may_reveal:
        raise PermissionDenied("科任教师可以查看，不能导出。要用名单，请找班主任或教务处")
    form = DownloadForm(request.POST or None, has_numbers=has_numbers)
    if form.is_valid():
        try:
            return _file(request, form, name, build(bool(form.shown_reason)), writers, asked or {})
        except CannotDraw as refused:
            form.add_error(None, str(refused))
    shown = build(False)
    context = {"form": form, "table": shown, "exported": f"导出{shown.title}", "back_url": back_url}
    return render(request, "reports/download.html", context, status=422 if form.is_bound else 200)


def _file(request, form: DownloadForm, name: str, paper: Paper, writers: Writers, asked) -> FileResponse:
    signed = f"{request.user.name}（{place_line(request.user.postings_today)}）"
    ending = form.cleaned_data["format"]
    file = hand_out(
        by=request.user, signed=signed, name=name, paper=paper, write=writers[ending], form=ending, asked=asked,
        reason=form.shown_reason,
    )  # fmt: skip
    return FileResponse(file, as_attachment=True, filename=f"{paper.file_name}{ending}")
