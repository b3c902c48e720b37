from django.apps import AppConfig
from django.db.models.signals import post_migrate


class InspectionsConfig(AppConfig):
    """督查：随机清点、专项检查评估."""

    name = "inspections"
    verbose_name = "督查"

    def ready(self):
        from inspections import presets

        post_migrate.connect(presets.load_presets, sender=self)
