"""The one way in which a table leaves the system through the browser: asked for, drawn, logged.

A short table is drawn while the page waits, a long one by the worker (``jobs``), which asks at the same address.
"""

from collections.abc import Callable, Mapping
from typing import BinaryIO

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import FileResponse, HttpResponse
from django.shortcuts import redirect, render

from reports.actions import export_orders
from reports.actions.exports import hand_out, narrowed_to, posts_of
from reports.exports import FORM_NAMES, FORMS, is_long, long_forms
from reports.forms import DownloadForm
from reports.jobs import draw_export
from reports.pdf import refuse_too_long
from reports.tables import CannotDraw, Imprint, Paper, Table

Build = Callable[[bool], Paper]
Writers = Mapping[str, Callable[[Paper, BinaryIO, Imprint], None]]


DAY_MISSED = "地址里的日期不对或还没有到"
MONTH_MISSED = "地址里的月份没有数字，或者还没有到"


def send_table(request, *, name, build: Callable[[bool], Table], back_url, asked=None, has_numbers=True, missed=""):
    """Send a table (see ``send_paper``), figures as JSON too; of lists of children programs read the contract's."""
    writers = {form: FORMS[form] for form in FORM_NAMES if form != ".json" or not has_numbers}
    return send_paper(
        request, name=name, build=build, writers=writers, back_url=back_url, asked=asked, has_numbers=has_numbers,
        may_wait=True, missed=missed,
    )  # fmt: skip


def send_paper(
    request, *, name, build: Build, writers: Writers, back_url, has_numbers, asked=None, may_wait=False, missed=""
):
    """GET: what would be exported and in which form; POST: the file, with an audit row.

    ``build(reveal)`` makes it from rows that are visible to the person, with full numbers if ``reveal``; ``writers``
    draw it, by the ending of the file. ``asked``: what narrowed it down, for the audit log, which keeps no word of a
    search ``q``. ``may_wait``, ``missed``: as ``DownloadForm`` has them.
    The address's own query string stays in the form's address, so what is narrowed down by it is the same on both.
    """
    if not request.scope.may_reveal:
        raise PermissionDenied("科任教师可以查看，不能导出。要用名单，请找班主任或教务处")
    if errand := getattr(request, "errand", None):  # the worker asks
        return errand(name=name, build=build, writers=writers, asked=asked or {})
    may = {"has_numbers": has_numbers, "may_wait": may_wait, "missed": missed}
    form = DownloadForm(request.POST or None, formats=writers, **may)
    if form.is_valid():
        try:
            return _answer(request, form, name, build(bool(form.shown_reason)), writers, asked or {})
        except (CannotDraw, export_orders.OrderRefused) as refused:
            form.add_error(None, str(refused))
    return _form_page(request, form, build(False), writers, back_url)


def _form_page(request, form: DownloadForm, shown: Paper, writers: Writers, back_url: str) -> HttpResponse:
    context = {
        "form": form,
        "table": shown,
        "exported": f"导出{shown.title}",
        "back_url": back_url,
        "missed": f"{form.missed}，不能导出。请返回改过再导出。" if form.missed else "",
        "long_words": _long_words(shown, writers),
        "says_who": "（JSON除外）" if ".json" in writers else "",
    }
    return render(request, "reports/download.html", context, status=422 if form.is_bound else 200)


def _long_words(paper: Paper, writers: Writers) -> str:
    forms = "、".join(long_forms(paper, writers))
    return f"这份表较大，{forms}在后台生成，可以离开页面，做好后到“导出的文件”下载。" if forms else ""


def _answer(request, form: DownloadForm, name: str, paper: Paper, writers: Writers, asked) -> HttpResponse:
    """The file itself, or for a long one the page that says how far it is."""
    ending = form.cleaned_data["format"]
    if not (is_long(paper, ending) or form.cleaned_data.get("later")):
        return _file(request, form, name, paper, writers, asked)
    if ending == ".pdf":
        refuse_too_long(paper)
    order, is_new = export_orders.ask(
        by=request.user, title=paper.title, said=narrowed_to(paper, posts_of(request.user)), address=request.path,
        query=request.GET.urlencode(), form=ending, reason=form.shown_reason, then=draw_export.enqueue,
    )  # fmt: skip
    if not is_new:
        messages.info(request, "同样的文件已经在生成，没有重复排队。下面是它现在的情况。")
    return redirect("reports:export_order", order.pk)


def _file(request, form: DownloadForm, name: str, paper: Paper, writers: Writers, asked) -> FileResponse:
    ending = form.cleaned_data["format"]
    file = hand_out(
        by=request.user, name=name, paper=paper, write=writers[ending], form=ending, asked=asked,
        reason=form.shown_reason,
    )  # fmt: skip
    return FileResponse(file, as_attachment=True, filename=f"{paper.file_name}{ending}")
