"""Notices inside the site: what somebody should know at once (domain.md §9)."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from students.access import ScopedQuerySet
from students.days import Slot
from students.models.attendance import CLASS_PATH
from students.models.registry import choices


class NoticeQuerySet(ScopedQuerySet):
    """Notices."""

    def unseen_by(self, person):
        """Those that a person has not put aside yet, the newest first."""
        return self.filter(person=person, seen_at=None).order_by("-sent_at", "-pk")


class Notice(models.Model):
    """通知: a sentence for one person, about a class and a day, until they put it aside.

    It is made of what it points at, so it holds no text and no name: ``kind`` says which sentence, and where it leads.
    A notice of one kind about the same register or child stands once a person until it has been seen. Nobody as the
    sender: the clock.
    """

    class Kind(models.TextChoices):
        REGISTER_MISSING = "register_missing", "催点名"
        SCHOOL_MISSING = "school_missing", "催学校点名"  # of the whole school that the class belongs to
        CHILD_MISSING = "child_missing", "有学生不在"
        CONCERN = "concern", "日常预警"
        CASE_ASSIGNED = "case_assigned", "个案交办"
        CASE_HANDED_UP = "case_handed_up", "逾期上交"
        CASE_HANDED_OFF = "case_handed_off", "个案移交"
        CASE_CLOSING = "case_closing", "销号审批"
        JOINT_TRIP = "joint_trip", "联合劝返"
        JOINT_TRIP_OFF = "joint_trip_off", "联合劝返取消"
        DOCUMENT_WAITING = "document_waiting", "文书待办"
        DOCUMENT_RETURNED = "document_returned", "文书退回"
        WATCH_PROPOSED = "watch_proposed", "关注待确认"
        WATCH_DECIDED = "watch_decided", "关注学生"
        WATCH_REVIEW = "watch_review", "关注待复核"
        APPEAL_MADE = "appeal_made", "申诉待处理"
        APPEAL_DECIDED = "appeal_decided", "申诉结果"
        SCORES_TO_SIGN = "scores_to_sign", "考核待签字"
        SCORES_SIGNED = "scores_signed", "考核待定分"
        SCORES_FROZEN = "scores_frozen", "考核已定分"
        AWARD_CLASS = "award_class", "班级表彰"
        AWARD_SCHOOL = "award_school", "学校表彰"
        AWARD_PERSON = "award_person", "个人表彰"
        AWARD_CLASS_OFF = "award_class_off", "班级表彰撤销"
        AWARD_SCHOOL_OFF = "award_school_off", "学校表彰撤销"
        AWARD_PERSON_OFF = "award_person_off", "个人表彰撤销"
        BUNDLE = "bundle", "三包分工"
        INSPECTION = "inspection", "专项检查"
        RECTIFICATION = "rectification", "整改"
        RECTIFICATION_REPORTED = "finding_reported", "整改待核实"
        RETURN_DUE = "return_due", "月报待报"
        RETURN_LATE = "return_late", "月报逾期"
        RETURN_TO_SIGN = "return_to_sign", "月报待签字"
        RETURN_TO_FILE = "return_to_file", "月报待上报"
        RETURN_TAKEN_BACK = "return_taken_back", "月报撤回"
        RETURN_FILED = "return_filed", "月报待接收"
        RETURN_AMENDED = "return_amended", "月报更正待接收"
        RETURN_SENT_BACK = "return_sent_back", "月报退回"
        RETURN_STILL_BACK = "return_still_back", "月报退回未报"
        RETURN_ACCEPTED = "return_accepted", "月报已接收"
        RETURN_TO_AMEND = "return_to_amend", "月报待更正"
        REVIEW_CLOSED = "review_closed", "复核结果"
        REVIEW_AMEND = "review_amend", "复核要求更正"
        REPORT_DUE = "report_due", "学期、学年报告待报"
        REPORT_LATE = "report_late", "学期、学年报告逾期"
        REPORT_TO_SIGN = "report_to_sign", "学期、学年报告待签字"
        REPORT_TO_FILE = "report_to_file", "学期、学年报告待上报"
        REPORT_TAKEN_BACK = "report_taken_back", "学期、学年报告撤回"
        REPORT_FILED = "report_filed", "学期、学年报告待接收"
        REPORT_AMENDED = "report_amended", "学期、学年报告更正待接收"
        REPORT_SENT_BACK = "report_sent_back", "学期、学年报告退回"
        REPORT_STILL_BACK = "report_still_back", "学期、学年报告退回未报"
        REPORT_ACCEPTED = "report_accepted", "学期、学年报告已接收"
        REPORT_TO_AMEND = "report_to_amend", "学期、学年报告待更正"

    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="收件人", related_name="notices")
    kind = models.CharField("种类", max_length=20, choices=Kind)
    school_class = models.ForeignKey("students.SchoolClass", models.PROTECT, verbose_name="班级", related_name="+")
    day = models.DateField("日期")
    slot = models.CharField("节次", max_length=2, choices=choices(Slot), blank=True)
    student = models.ForeignKey(
        "students.Student", models.PROTECT, null=True, blank=True, verbose_name="学生", related_name="+"
    )
    sent_at = models.DateTimeField("发出时间")
    sent_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, verbose_name="发出人", related_name="+"
    )
    seen_at = models.DateTimeField("收起时间", null=True, blank=True)
    seen_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, verbose_name="收起人", related_name="+"
    )

    scope_path = CLASS_PATH
    objects = NoticeQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "通知"
        ordering = ["-sent_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["person", "kind", "school_class", "day", "slot"],
                condition=Q(seen_at=None, student=None),
                name="the_same_notice_of_a_class_waits_once",
            ),
            models.UniqueConstraint(
                fields=["person", "kind", "student", "day", "slot"],
                condition=Q(seen_at=None, student__isnull=False),
                name="the_same_notice_of_a_child_waits_once",
            ),
            models.CheckConstraint(
                condition=Q(seen_at=None, seen_by=None) | Q(seen_at__isnull=False, seen_by__isnull=False),
                name="a_notice_is_seen_by_somebody",
            ),
            models.CheckConstraint(
                condition=~Q(kind="child_missing") | Q(student__isnull=False), name="a_missing_child_is_named"
            ),
            models.CheckConstraint(
                condition=~Q(kind="register_missing") | ~Q(slot=""), name="a_reminder_names_its_register"
            ),
        ]
        # In the order in which they are read, so that the newest of thousands are found without looking at all.
        indexes = [
            models.Index(fields=["person", "-sent_at", "-id"], condition=Q(seen_at=None), name="notices_that_wait")
        ]

    def __str__(self):
        return f"{self.get_kind_display()} {self.school_class} {self.day}"
