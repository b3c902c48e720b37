from django.apps import AppConfig


class InspectionsConfig(AppConfig):
    """督查：随机清点、专项检查评估."""

    name = "inspections"
    verbose_name = "督查"
