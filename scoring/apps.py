from django.apps import AppConfig
from django.db.models.signals import post_migrate


class ScoringConfig(AppConfig):
    """责任考核."""

    name = "scoring"
    verbose_name = "责任考核"

    def ready(self):
        from scoring import presets

        post_migrate.connect(presets.load_presets, sender=self)
