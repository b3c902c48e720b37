from django.apps import AppConfig
from django.db.models.signals import post_migrate


class CaseworkConfig(AppConfig):
    """升级、个案、责任考核."""

    name = "casework"
    verbose_name = "升级与个案"

    def ready(self):
        from casework import engine, notice_wording, presets
        from casework.actions import watches
        from casework.queries import closes, desk, document_lists, dropouts, hand_offs, settled_notices
        from casework.queries.signs import children_waiting
        from casework.queries.watches import waiting as watches_waiting
        from students.actions import dropouts as registry_dropouts
        from students.actions import followup, groups
        from students.queries import notices
        from students.queries.waiting import WAITING

        followup.follow(engine.follow_up)
        notices.WORDING.update(notice_wording.WORDING)
        notices.OVER.update(settled_notices.OVER)
        WAITING["casework:signs"] = children_waiting
        WAITING["casework:daily"] = closes.unclosed  # what waits here is not the lower app's to know
        WAITING["casework:documents"] = document_lists.to_do
        WAITING["casework:watches"] = watches_waiting
        WAITING["casework:hand_offs"] = hand_offs.waiting_for
        WAITING["casework:desk"] = desk.to_approve
        groups.KEEPERS.append(watches.held)
        registry_dropouts.DOORS.append(dropouts.door)
        registry_dropouts.GUARDS.append(dropouts.guard)
        post_migrate.connect(presets.load_presets, sender=self)
