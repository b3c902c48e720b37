"""Background jobs of exports: long tables drawn by ``manage.py db_worker``, one at a time.

The worker asks for the table at the address that the person asked at, in their name and with the postings that hold
then: the view finds the rows and the rights, and hands the table to ``request.errand`` instead of sending it.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from io import BytesIO

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.urls import resolve
from django.utils import timezone
from django_tasks import task

from casework.actions.progress import Stopped, Watch
from reports.actions import export_orders
from reports.actions.export_orders import Drawn
from reports.actions.exports import imprint_of, log_of, posts_of
from reports.models import ExportOrder
from reports.tables import CannotDraw, Table
from students.access import scope_of
from students.authentication import PostedPersonBackend

AFTER_THE_REST = -10  # messages and imports that wait are done first
ROWS_BETWEEN = 500  # two words of the job about how far it is
NO_LONGER = "没有生成文件：你现在没有查看这份表的岗位，或者它说的内容已经不在。请核对你的岗位；要用请重新导出。"
BROKE_OFF = "程序出错，没有生成文件，数据没有改动。请重新导出一次；还是这样，请告诉系统管理员。"


@task(priority=AFTER_THE_REST)
def draw_export(pk: int) -> None:
    """Draw a table that has been asked for, and keep the file for whoever asked."""
    order = export_orders.begin(pk=pk)
    if order is None:
        return
    watch = Watch(order.job)
    try:
        _draw(order, watch)
    except Stopped:
        export_orders.stopped(order=order)
    except CannotDraw as refused:
        export_orders.fail(order=order, failure=f"没有生成文件：{refused}")
    except (Http404, PermissionDenied):
        export_orders.fail(order=order, failure=NO_LONGER)
    except Exception:
        export_orders.fail(order=order, failure=BROKE_OFF)
        raise
    finally:
        watch.close()


def _draw(order: ExportOrder, watch: Watch) -> None:
    person = PostedPersonBackend().get_user(order.asked_by_id)
    if person is None:
        raise PermissionDenied
    watch("查找", 0, 0)
    request = HttpRequest()
    request.method, request.path, request.user = "GET", order.address, person
    request.GET = QueryDict(order.query)
    request.today, request.scope = timezone.localdate(), scope_of(person, person.postings_today)
    request.errand = Errand(order, request, watch)
    asked = resolve(order.address)
    asked.func(request, *asked.args, **asked.kwargs)
    if not request.errand.is_done:  # the view had another answer than a file
        raise Http404


class Errand:
    """What a view hands its table to where the worker asks for it."""

    def __init__(self, order: ExportOrder, request: HttpRequest, watch: Watch):
        self._order, self._request, self._watch = order, request, watch
        self.is_done = False

    def __call__(self, *, name: str, build: Callable, writers: Mapping[str, Callable], asked: Mapping) -> HttpResponse:
        """Draw the table and keep the file; answers nothing."""
        order, person = self._order, self._request.user
        imprint = imprint_of(person, reason=order.reason)
        table = build(bool(order.reason))
        file = BytesIO()
        writers[order.form](self._watched(table), file, imprint)
        self._watch("排版", 0, 0)
        said = log_of(table, form=order.form, asked=asked, reason=order.reason, posts=posts_of(person))
        drawn = Drawn(file.getvalue(), f"{table.file_name}{order.form}", {"name": name, "said": said})
        export_orders.keep(order=order, scope=self._request.scope, drawn=drawn)
        self.is_done = True
        return HttpResponse(status=204)

    def _watched(self, table: Table) -> Table:
        def rows():
            for number, row in enumerate(table.rows()):
                if number % ROWS_BETWEEN == 0:
                    self._watch("行", number, table.count)
                yield row
            self._watch("排版", 0, 0)

        return replace(table, rows=rows)
