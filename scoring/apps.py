from django.apps import AppConfig
from django.db.models.signals import post_migrate


class ScoringConfig(AppConfig):
    """责任考核."""

    name = "scoring"
    verbose_name = "责任考核"

    def ready(self):
        from casework import clock
        from scoring import presets
        from scoring.actions.scores import keep_scores

        clock.DUTIES["scores"] = ("计算班级得分", lambda day: {"scores": keep_scores(today=day)})
        post_migrate.connect(presets.load_presets, sender=self)
