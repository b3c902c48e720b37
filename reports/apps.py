from django.apps import AppConfig


class ReportsConfig(AppConfig):
    """统计与上报."""

    name = "reports"
    verbose_name = "统计与上报"
