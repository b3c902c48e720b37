from django.apps import AppConfig
from django.db.models.signals import post_migrate


class CaseworkConfig(AppConfig):
    """升级、个案、责任考核."""

    name = "casework"
    verbose_name = "升级与个案"

    def ready(self):
        from casework import engine, presets
        from students.actions import followup

        followup.follow(engine.follow_up)
        post_migrate.connect(presets.load_presets, sender=self)
