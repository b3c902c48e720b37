from django.apps import AppConfig


class ReturnsConfig(AppConfig):
    """上报."""

    name = "returns"
    verbose_name = "上报"

    def ready(self):
        from casework import clock
        from casework.demo import AFTERWARDS
        from reports.exports import EXPORTS
        from returns import notice_wording
        from returns.actions.dues import mark_amendments
        from returns.actions.reminders import remind_schools
        from returns.queries.exports import RETURN_EXPORTS
        from returns.queries.filed_days import filed_words
        from returns.queries.waiting import waiting, waiting_reviews
        from students.queries import notices
        from students.queries.filed_days import FILED
        from students.queries.waiting import WAITING

        clock.DUTIES["returns"] = ("提醒上报月报", lambda day: {"notices": remind_schools(today=day)})
        clock.DUTIES["amendments"] = ("核对已上报的数字", lambda day: {"due": mark_amendments(today=day)})
        EXPORTS.update(RETURN_EXPORTS)
        notices.WORDING.update(notice_wording.WORDING)
        notices.OVER.update(notice_wording.OVER)
        AFTERWARDS.extend(["returns.demo.file_returns", "returns.demo.review_quarter"])
        FILED.append(filed_words)
        WAITING["returns:returns"] = waiting
        WAITING["returns:reviews"] = waiting_reviews
