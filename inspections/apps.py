from django.apps import AppConfig
from django.db.models.signals import post_migrate

DEMO = ("spot_checks.count_heads", "rounds.inspect")


class InspectionsConfig(AppConfig):
    """督查：随机清点、专项检查评估."""

    name = "inspections"
    verbose_name = "督查"

    def ready(self):
        from casework import clock
        from casework.demo import AFTERWARDS
        from inspections import notice_wording, presets
        from inspections.actions.reasons import keep_reasons
        from inspections.queries import home, ledger
        from inspections.queries.draws import waiting
        from inspections.queries.mismatches import to_explain
        from students.queries import notices
        from students.queries.home_duties import HOME_DUTIES
        from students.queries.waiting import WAITING

        clock.DUTIES["count_reasons"] = ("查找清点理由", lambda day: {"reasons": keep_reasons(today=day)})
        AFTERWARDS.extend(f"inspections.demo.{story}" for story in DEMO)
        notices.WORDING.update(notice_wording.WORDING)
        notices.OVER.update(notice_wording.OVER)
        WAITING["inspections:count_reasons"] = waiting
        WAITING["inspections:mismatches"] = to_explain
        WAITING["inspections:rectifications"] = ledger.waiting
        HOME_DUTIES.append(home.duties)
        post_migrate.connect(presets.load_presets, sender=self)
