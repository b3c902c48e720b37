from django.apps import AppConfig
from django.db.models.signals import post_migrate

DEMO = ("appeals.tell_appeals", "pledges.tell_pledges", "assignments.tell_assignments")


class ScoringConfig(AppConfig):
    """责任考核."""

    name = "scoring"
    verbose_name = "责任考核"

    def ready(self):
        from casework import clock
        from casework.actions import documents
        from casework.demo import AFTERWARDS
        from casework.queries import contacts
        from scoring import notice_wording, presets
        from scoring.actions.appeals import tell_who_decides_now, throw_away_old_drafts
        from scoring.actions.scores import keep_scores
        from scoring.queries import award_lists, freezes
        from scoring.queries.appeals import waiting
        from scoring.queries.assignments import in_charge_now
        from scoring.queries.bundle_totals import children_of_nobody
        from scoring.queries.pledge_terms import against_issuing
        from scoring.queries.pledges import own_to_sign
        from students.queries import notices
        from students.queries.waiting import WAITING

        clock.DUTIES["scores"] = ("计算班级得分", lambda day: {"scores": keep_scores(today=day)})
        clock.DUTIES["clear_appeal_drafts"] = (
            "清理旧的申诉草稿",
            lambda day: {"drafts": throw_away_old_drafts(day=day)},
        )
        clock.DUTIES["appeals"] = ("通知现在由谁处理申诉", lambda day: {"told": tell_who_decides_now(day=day)})
        documents.GUARDS.append(against_issuing)
        WAITING["scoring:appeals"] = waiting
        WAITING["scoring:awards"] = award_lists.waiting_to_confirm
        WAITING["scoring:award_lists"] = award_lists.waiting_to_change
        WAITING["scoring:freezes"] = freezes.waiting
        AFTERWARDS.extend(f"scoring.demo.{story}" for story in DEMO)
        WAITING["scoring:my_pledges"] = own_to_sign
        WAITING["scoring:bundles"] = children_of_nobody
        contacts.CHARGES.append(in_charge_now)
        notices.WORDING.update(notice_wording.WORDING)
        notices.OVER.update(notice_wording.OVER)
        notices.OWN.update(notice_wording.OWN)
        post_migrate.connect(presets.load_presets, sender=self)
