"""导出的文件: what the reader has had drawn in the background, how far each is, and the file itself."""

from functools import wraps
from io import BytesIO

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import FileResponse, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from reports.actions import export_orders as actions
from reports.models import ExportOrder
from reports.queries import export_orders as queries
from reports.queries.export_orders import OrderLine

PAGE_SIZE = 30


def export_page(view):
    """A view for whoever may take children's data out at all."""

    @wraps(view)
    def checked(request, *args, **kwargs):
        if not request.scope.may_reveal:
            raise PermissionDenied("导出由班主任、学校管理人员和主管部门使用")
        return view(request, *args, **kwargs)

    return checked


@require_safe
@export_page
def export_orders(request):
    """The reader's own, the newest first."""
    page = Paginator(queries.own_orders(request.user.pk), PAGE_SIZE).get_page(request.GET.get("page"))
    context = {"page": page, "lines": [OrderLine(order) for order in page]}
    return render(request, "reports/export_orders.html", context)


@require_safe
@export_page
def export_order(request, pk):
    """One of them: how far it is, or what became of it."""
    order = _own(request, pk)
    context = {"order": order, "line": OrderLine(order)}
    if order.is_under_way:
        return render(request, "reports/export_progress.html", context | {"progress": queries.progress_of(order)})
    return render(request, "reports/export_order.html", context)


@require_safe
@export_page
def export_progress(request, pk):
    """The bar alone, for the page to draw anew; once the work is done, the whole page again."""
    order = _own(request, pk)
    if not order.is_under_way:
        return HttpResponse(headers={"HX-Refresh": "true"})
    context = {"order": order, "progress": queries.progress_of(order)}
    return render(request, "reports/export_bar.html", context)


@require_POST
@export_page
def cancel_export(request, pk):
    """Give it up, also while it is being drawn."""
    order = _own(request, pk)
    told = "正在停止，不会留下文件。" if order.state == ExportOrder.State.DRAWING else "已取消，没有生成文件。"
    try:
        actions.cancel(by=request.user, order=order)
    except actions.OrderRefused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, told)
    return redirect("reports:export_order", order.pk)


@require_POST
@export_page
def take_export(request, pk):
    """The file; a POST, for every taking is logged."""
    order = _own(request, pk)
    try:
        content = actions.take(by=request.user, scope=request.scope, order=order)
    except actions.OrderRefused as refused:
        messages.error(request, str(refused))
        return redirect("reports:export_order", order.pk)
    return FileResponse(BytesIO(content), as_attachment=True, filename=order.file_name)


def _own(request, pk) -> ExportOrder:
    """Exports are seen by whoever asked for them."""
    return get_object_or_404(queries.own_orders(request.user.pk), pk=pk)
