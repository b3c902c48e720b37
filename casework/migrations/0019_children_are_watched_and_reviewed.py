"""Children are proposed for attention, confirmed with a person and a review date, and ended."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("casework", "0018_visits_are_planned_and_checked"),
        ("students", "0022_children_given_attention_are_told_of"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Watch",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[("wavering", "动摇生"), ("hardship", "贫困生"), ("learning_difficulty", "学困生")],
                        max_length=30,
                        verbose_name="类别",
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("proposed", "待确认"),
                            ("confirmed", "关注中"),
                            ("refused", "已退回"),
                            ("withdrawn", "已撤回"),
                            ("ended", "已结束"),
                        ],
                        max_length=10,
                        verbose_name="状态",
                    ),
                ),
                (
                    "reason",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("weary", "厌学"),
                            ("poverty", "家庭困难"),
                            ("work", "务工"),
                            ("marriage", "婚嫁"),
                            ("illness", "患病"),
                            ("disability", "残疾"),
                            ("with_parents", "随父母外出"),
                            ("family_change", "家庭变故"),
                            ("bullying", "校园欺凌"),
                            ("other", "其他"),
                        ],
                        max_length=20,
                        verbose_name="动摇的原因",
                    ),
                ),
                ("grounds", models.CharField(max_length=200, verbose_name="依据")),
                ("proposed_on", models.DateField(verbose_name="提出日期")),
                ("proposed_at", models.DateTimeField(verbose_name="提出时间")),
                ("decided_at", models.DateTimeField(blank=True, null=True, verbose_name="审核时间")),
                ("decision_note", models.CharField(blank=True, max_length=200, verbose_name="退回原因")),
                ("review_on", models.DateField(blank=True, null=True, verbose_name="复核日期")),
                ("closed_on", models.DateField(blank=True, null=True, verbose_name="结束日期")),
                ("closed_at", models.DateTimeField(blank=True, null=True, verbose_name="结束时间")),
                (
                    "end_reason",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("improved", "情况已好转"),
                            ("left", "已转学、毕业或其他原因离校"),
                            ("lost", "已流失，按个案办理"),
                            ("mistake", "登记有误"),
                            ("other", "其他"),
                        ],
                        max_length=20,
                        verbose_name="结束原因",
                    ),
                ),
                ("end_note", models.CharField(blank=True, max_length=200, verbose_name="结束说明")),
                ("version", models.PositiveIntegerField(default=1, verbose_name="版本")),
                (
                    "closed_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="结束人",
                    ),
                ),
                (
                    "decided_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="审核人",
                    ),
                ),
                (
                    "group",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="watches",
                        to="students.specialgroup",
                        verbose_name="特殊群体",
                    ),
                ),
                (
                    "proposed_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="提出人",
                    ),
                ),
                (
                    "responsible",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="watches",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="责任人",
                    ),
                ),
                (
                    "student",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="watches",
                        to="students.student",
                        verbose_name="学生",
                    ),
                ),
            ],
            options={
                "verbose_name": "关注学生",
                "verbose_name_plural": "关注学生",
                "ordering": ["-proposed_at", "-pk"],
            },
        ),
        migrations.CreateModel(
            name="WatchEvent",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "action",
                    models.CharField(
                        choices=[
                            ("propose", "提出"),
                            ("withdraw", "撤回"),
                            ("confirm", "确认"),
                            ("refuse", "退回"),
                            ("review", "复核"),
                            ("assign", "更换责任人"),
                            ("end", "结束关注"),
                        ],
                        max_length=20,
                        verbose_name="事项",
                    ),
                ),
                ("day", models.DateField(verbose_name="日期")),
                ("at", models.DateTimeField(verbose_name="登记时间")),
                ("note", models.CharField(blank=True, max_length=200, verbose_name="说明")),
                ("review_on", models.DateField(blank=True, null=True, verbose_name="复核日期")),
                (
                    "by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="登记人",
                    ),
                ),
                (
                    "responsible",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="责任人",
                    ),
                ),
                (
                    "watch",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="events",
                        to="casework.watch",
                        verbose_name="关注",
                    ),
                ),
            ],
            options={
                "verbose_name": "关注记录",
                "verbose_name_plural": "关注记录",
                "ordering": ["watch", "pk"],
            },
        ),
        migrations.AddIndex(
            model_name="watch",
            index=models.Index(fields=["state", "review_on"], name="watches_by_state"),
        ),
        migrations.AddIndex(
            model_name="watch",
            index=models.Index(
                condition=models.Q(("state", "confirmed")), fields=["responsible"], name="watches_of_a_person"
            ),
        ),
        migrations.AddConstraint(
            model_name="watch",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state__in", ["confirmed", "proposed"])),
                fields=("student", "kind"),
                name="one_open_watch_a_child_and_kind",
            ),
        ),
        migrations.AddConstraint(
            model_name="watch",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", ["wavering", "hardship", "learning_difficulty"])),
                name="watch_kind_is_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="watch",
            constraint=models.CheckConstraint(
                condition=models.Q(("grounds", ""), _negated=True), name="a_watch_has_its_grounds"
            ),
        ),
        migrations.AddConstraint(
            model_name="watch",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("kind", "wavering"), models.Q(("reason", ""), _negated=True)),
                    models.Q(models.Q(("kind", "wavering"), _negated=True), ("reason", "")),
                    _connector="OR",
                ),
                name="who_wavers_has_a_reason_for_it",
            ),
        ),
        migrations.AddConstraint(
            model_name="watch",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("state", "proposed"),
                        ("decided_at", None),
                        ("decided_by", None),
                        ("decision_note", ""),
                        ("group", None),
                        ("responsible", None),
                        ("review_on", None),
                        ("closed_at", None),
                        ("closed_by", None),
                        ("closed_on", None),
                        ("end_note", ""),
                        ("end_reason", ""),
                    ),
                    models.Q(
                        ("state", "refused"),
                        ("decided_at__isnull", False),
                        ("decided_by__isnull", False),
                        models.Q(("decision_note", ""), _negated=True),
                        ("group", None),
                        ("responsible", None),
                        ("review_on", None),
                        ("closed_at", None),
                        ("closed_by", None),
                        ("closed_on", None),
                        ("end_note", ""),
                        ("end_reason", ""),
                    ),
                    models.Q(
                        ("closed_at__isnull", False),
                        ("closed_on__isnull", False),
                        ("state", "withdrawn"),
                        ("decided_at", None),
                        ("decided_by", None),
                        ("decision_note", ""),
                        ("group", None),
                        ("responsible", None),
                        ("review_on", None),
                    ),
                    models.Q(
                        ("state", "confirmed"),
                        ("decided_at__isnull", False),
                        ("decided_by__isnull", False),
                        ("group__isnull", False),
                        ("responsible__isnull", False),
                        ("review_on__isnull", False),
                        ("closed_at", None),
                        ("closed_by", None),
                        ("closed_on", None),
                        ("end_note", ""),
                        ("end_reason", ""),
                    ),
                    models.Q(
                        ("closed_at__isnull", False),
                        ("closed_on__isnull", False),
                        ("state", "ended"),
                        ("decided_at__isnull", False),
                        ("decided_by__isnull", False),
                        ("group__isnull", False),
                        ("responsible__isnull", False),
                        ("review_on__isnull", False),
                        models.Q(("end_reason", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="a_watch_is_decided_and_ended_in_order",
            ),
        ),
        migrations.AddConstraint(
            model_name="watchevent",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("action__in", ["propose", "withdraw", "confirm", "refuse", "review", "assign", "end"])
                ),
                name="watch_event_action_is_known",
            ),
        ),
    ]
