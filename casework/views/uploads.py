"""导入工作簿: upload, watch the check, look at what would happen, confirm; the marked copy and the template."""

from io import BytesIO
from urllib.parse import quote

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from casework import jobs
from casework.actions import uploads as actions
from casework.forms import UploadForm
from casework.queries import uploads as queries
from casework.workbook import sheets_for
from students.access import KEEPER_ROLES
from students.models import WorkbookUpload
from students.views.audience import only_for
from students.views.lists import tabs
from students.workbook.template import write_template

PAGE_SIZE = 50
EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
VIEWS = {"sheets": "各表", "problems": "错误", "children": "学生"}
import_page = only_for(KEEPER_ROLES, "导入工作簿由学籍管理员和县教育局办理")


@require_http_methods(["GET", "HEAD", "POST"])
@import_page
def uploads(request):
    """The person's own uploads, and the form for the next one."""
    own = _own(request)
    form = UploadForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        upload, is_new = actions.receive(
            by=request.user, name=file.name, content=file.read(), then=jobs.check_upload.enqueue
        )
        if not is_new:
            messages.info(request, "这个文件已经上传过，没有重复上传。下面是它现在的情况。")
        return redirect("casework:upload", upload.pk)
    page = Paginator(own.defer("content", "marked", "problems"), PAGE_SIZE).get_page(request.GET.get("page"))
    lines = [{"upload": upload, "state": queries.state_words(upload)} for upload in page]
    context = {"form": form, "page": page, "lines": lines, "is_county": queries.schools_for(request.scope) is None}
    return render(request, "casework/uploads.html", context, status=422 if form.is_bound else 200)


@require_safe
@import_page
def upload(request, pk):
    """One upload: how far it is, what it would do, what is wrong with it, what it has done."""
    row = _own_row(request, pk)
    shown = queries.upload_page(row)
    context = {"shown": shown, "upload": row}
    if shown.under_way:
        return render(request, "casework/upload_progress.html", context | {"progress": queries.progress_of(row)})
    view = request.GET.get("view")
    view = view if view in VIEWS else "problems" if row.problem_count else "sheets"
    listed = {"problems": shown.problems, "children": shown.children, "sheets": shown.sheets}[view]
    page = Paginator(listed, PAGE_SIZE).get_page(request.GET.get("page"))
    context |= {"view": view, "page": page, "tabs": _tabs(request, shown, view)}
    return render(request, "casework/upload.html", context)


@require_safe
@import_page
def upload_progress(request, pk):
    """The bar alone, for the page to draw anew; once the work is done, the whole page again."""
    row = _own_row(request, pk)
    if not queries.is_under_way(row):
        return HttpResponse(headers={"HX-Refresh": "true"})
    context = {"progress": queries.progress_of(row), "upload": row}
    return render(request, "casework/upload_bar.html", context)


@require_POST
@import_page
def confirm_upload(request, pk):
    """Have it applied: everything, or the rows without a mistake."""
    row = _own_row(request, pk)
    good_rows_only = bool(request.POST.get("good_rows_only"))
    return _answered(
        request,
        row,
        lambda: actions.confirm(
            by=request.user, upload=row, good_rows_only=good_rows_only, then=jobs.apply_upload.enqueue
        ),
    )


@require_POST
@import_page
def check_upload(request, pk):
    """Check once more."""
    row = _own_row(request, pk)
    return _answered(
        request, row, lambda: actions.check_again(by=request.user, upload=row, then=jobs.check_upload.enqueue)
    )


@require_POST
@import_page
def cancel_upload(request, pk):
    """Give it up, also while it is being checked or written."""
    row = _own_row(request, pk)
    return _answered(
        request,
        row,
        lambda: actions.cancel(by=request.user, upload=row),
        "已取消，没有写入任何数据。" if not queries.is_under_way(row) else "正在停止，没有写完的都不会写入。",
    )


@require_safe
@import_page
def upload_copy(request, pk):
    """The copy of the workbook with every mistake marked in its cell."""
    row = get_object_or_404(_own(request).only("name", "marked"), pk=pk)
    if row.marked is None:
        raise Http404
    return _workbook(bytes(row.marked), f"标出错误-{row.name.rsplit('.', 1)[0]}.xlsx")


@require_safe
@import_page
def template(request):
    """An empty workbook to fill in, with the sheets that the person may import."""
    file = BytesIO()
    write_template(file, sheets_for(queries.schools_for(request.scope)))
    return _workbook(file.getvalue(), "导入模板.xlsx")


def _own(request):
    """Uploads are seen by whoever made them."""
    return WorkbookUpload.objects.filter(uploaded_by=request.user)


def _own_row(request, pk) -> WorkbookUpload:
    """One of the person's own, without its bytes; ``has_content`` and ``has_marked`` say whether there are any."""
    rows = _own(request).defer("content", "marked")
    rows = rows.annotate(has_content=Q(content__isnull=False), has_marked=Q(marked__isnull=False))
    return get_object_or_404(rows, pk=pk)


def _answered(request, row, act, told=""):
    try:
        act()
    except actions.UploadRefused as refused:
        messages.error(request, str(refused))
    else:
        if told:
            messages.success(request, told)
    return redirect("casework:upload", row.pk)


def _tabs(request, shown, view) -> list[dict]:
    counts = {
        "sheets": len(shown.sheets),
        "problems": shown.upload.problem_count,
        "children": shown.upload.outcome.get("child_count", 0),
    }
    labels = {name: label for name, label in VIEWS.items() if counts[name]}
    return tabs(request, labels, name="view", shown=view, counts=counts)


def _workbook(content: bytes, name: str) -> HttpResponse:
    response = HttpResponse(content, content_type=EXCEL)
    response["Content-Disposition"] = f"attachment; filename=\"workbook.xlsx\"; filename*=UTF-8''{quote(name)}"
    response["X-Content-Type-Options"] = "nosniff"
    return response
