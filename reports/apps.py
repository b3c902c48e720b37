from django.apps import AppConfig


class ReportsConfig(AppConfig):
    """统计与上报."""

    name = "reports"
    verbose_name = "统计与上报"

    def ready(self):
        from casework import clock
        from reports.actions.export_orders import sweep
        from reports.actions.figures import keep_figures
        from reports.queries import export_orders
        from students.queries.home_duties import HOME_DUTIES
        from students.queries.waiting import WAITING

        # At every call: a file goes when its day is over, not the morning after.
        clock.EVERY_TIME["清理过期的导出文件"] = sweep
        WAITING["reports:export_orders"] = export_orders.waiting
        HOME_DUTIES.append(export_orders.duties)
        clock.DUTIES["figures"] = ("计算上报数字", lambda day: {"figures": keep_figures(today=day)})
