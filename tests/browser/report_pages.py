"""The pages of reports, with exports in each of their states and a work report behind them."""

from django.urls import reverse

from reports.actions import export_orders, work_reports
from reports.jobs import draw_export
from reports.queries.work_reports import Unit, periods
from students.models import Person
from tests.scene import MONDAY


def report_pages_of(classroom) -> dict[str, tuple[Person, str]]:
    """导出的文件: the list, one that waits, one that is ready, one that failed; 工作情况报告 and its text."""
    clerk = classroom.clerk

    def order(query: str, then) -> list[int]:
        asked, _ = export_orders.ask(
            by=clerk, title="学生名单", said={}, address=reverse("reports:students_file"), query=query, form=".xlsx",
            reason="", then=then,
        )  # fmt: skip
        return [asked.pk]

    ready, failed = order("", draw_export.call), order("grade=1", lambda pk: None)
    export_orders.fail(
        order=export_orders.begin(pk=failed[0]), failure="没有生成文件：排版用时过长，已停止。请改用Excel。"
    )
    unit = Unit(classroom.school.township, classroom.school)
    report = [work_reports.draft(by=clerk, unit=unit, period=periods(MONDAY)[0])[0].pk]
    return {
        "work reports": (clerk, reverse("reports:work_reports")),
        "a work report": (clerk, reverse("reports:work_report", args=report)),
        "a work report to edit": (clerk, reverse("reports:edit_work_report", args=report)),
        "a work report to fill anew": (clerk, reverse("reports:refill_work_report", args=report)),
        "a work report to throw away": (clerk, reverse("reports:discard_work_report", args=report)),
        "exports": (clerk, reverse("reports:export_orders")),
        "an export that waits": (clerk, reverse("reports:export_order", args=order("grade=2", lambda pk: None))),
        "an export that is ready": (clerk, reverse("reports:export_order", args=ready)),
        "an export that failed": (clerk, reverse("reports:export_order", args=failed)),
    }
