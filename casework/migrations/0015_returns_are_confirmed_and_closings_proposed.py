"""A return is confirmed, a closing is proposed by one and approved by another, and steps by law are entered."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("casework", "0014_contacts_have_drafts_and_photos"),
        ("students", "0021_the_clock_sends_notices_of_cases"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Closing",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "outcome",
                    models.CharField(
                        choices=[
                            ("returned", "已复学"),
                            ("transferred", "转学（对方已接收）"),
                            ("suspended", "休学（已批准）"),
                            ("left_country", "出国（境）"),
                            ("deceased", "死亡"),
                            ("graduated", "毕业"),
                            ("false_alarm", "误报"),
                            ("settled", "关注解除"),
                        ],
                        max_length=20,
                        verbose_name="销号结果",
                    ),
                ),
                ("note", models.CharField(max_length=200, verbose_name="销号依据")),
                (
                    "state",
                    models.CharField(
                        choices=[("proposed", "待审批"), ("approved", "已销号"), ("refused", "已退回")],
                        max_length=10,
                        verbose_name="状态",
                    ),
                ),
                ("proposed_at", models.DateTimeField(verbose_name="提出时间")),
                ("decided_at", models.DateTimeField(blank=True, null=True, verbose_name="审批时间")),
                ("refused_reason", models.CharField(blank=True, max_length=200, verbose_name="退回原因")),
                ("alone_reason", models.CharField(blank=True, max_length=100, verbose_name="一人办理的原因")),
            ],
            options={
                "verbose_name": "销号申请",
                "verbose_name_plural": "销号申请",
                "ordering": ["proposed_at", "pk"],
            },
        ),
        migrations.CreateModel(
            name="LegalStep",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("urging_notice", "劝学（返校）通知书"),
                            ("admonition", "批评教育"),
                            ("order", "责令限期改正"),
                            ("joint_persuasion", "联合劝返"),
                            ("referral", "移送司法机关"),
                            ("lawsuit", "依法诉讼"),
                        ],
                        max_length=20,
                        verbose_name="措施",
                    ),
                ),
                (
                    "authority",
                    models.CharField(
                        choices=[
                            ("school", "学校"),
                            ("township", "乡镇政府"),
                            ("bureau", "县教育局"),
                            ("court", "司法机关"),
                        ],
                        max_length=10,
                        verbose_name="办理机关",
                    ),
                ),
                ("day", models.DateField(verbose_name="日期")),
                ("deadline", models.DateField(blank=True, null=True, verbose_name="期限")),
                ("reference", models.CharField(blank=True, max_length=60, verbose_name="文号")),
                ("outcome", models.CharField(blank=True, max_length=200, verbose_name="情况和结果")),
                ("recorded_at", models.DateTimeField(verbose_name="登记时间")),
                ("cancelled_at", models.DateTimeField(blank=True, null=True, verbose_name="撤销时间")),
            ],
            options={
                "verbose_name": "依法措施",
                "verbose_name_plural": "依法措施",
                "ordering": ["day", "pk"],
            },
        ),
        migrations.AddField(
            model_name="case",
            name="return_confirmed_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="确认复学时间"),
        ),
        migrations.AddField(
            model_name="case",
            name="return_confirmed_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="确认复学人",
            ),
        ),
        migrations.AddConstraint(
            model_name="case",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("return_confirmed_at", None), ("return_confirmed_by", None)),
                    models.Q(("return_confirmed_at__isnull", False), ("return_confirmed_by__isnull", False)),
                    _connector="OR",
                ),
                name="a_return_is_confirmed_by_somebody",
            ),
        ),
        migrations.AddField(
            model_name="closing",
            name="case",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="closings",
                to="casework.case",
                verbose_name="个案",
            ),
        ),
        migrations.AddField(
            model_name="closing",
            name="decided_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="审批人",
            ),
        ),
        migrations.AddField(
            model_name="closing",
            name="proposed_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="提出人",
            ),
        ),
        migrations.AddField(
            model_name="legalstep",
            name="cancelled_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="撤销人",
            ),
        ),
        migrations.AddField(
            model_name="legalstep",
            name="case",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="legal_steps",
                to="casework.case",
                verbose_name="个案",
            ),
        ),
        migrations.AddField(
            model_name="legalstep",
            name="document",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="legal_steps",
                to="casework.document",
                verbose_name="文书",
            ),
        ),
        migrations.AddField(
            model_name="legalstep",
            name="recorded_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="登记人",
            ),
        ),
        migrations.AddConstraint(
            model_name="closing",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "proposed")), fields=("case",), name="one_proposal_to_close_a_case"
            ),
        ),
        migrations.AddConstraint(
            model_name="closing",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("decided_at", None), ("decided_by", None), ("refused_reason", ""), ("state", "proposed")),
                    models.Q(
                        ("decided_at__isnull", False),
                        ("decided_by__isnull", False),
                        ("refused_reason", ""),
                        ("state", "approved"),
                    ),
                    models.Q(
                        ("decided_at__isnull", False),
                        ("decided_by__isnull", False),
                        ("state", "refused"),
                        models.Q(("refused_reason", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="a_proposal_is_decided_by_somebody",
            ),
        ),
        migrations.AddConstraint(
            model_name="closing",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "approved"), _negated=True),
                    models.Q(("decided_by", models.F("proposed_by")), _negated=True),
                    models.Q(("alone_reason", ""), _negated=True),
                    _connector="OR",
                ),
                name="whoever_closes_alone_says_why",
            ),
        ),
        migrations.AddConstraint(
            model_name="legalstep",
            constraint=models.UniqueConstraint(
                condition=models.Q(("cancelled_at", None)),
                fields=("case", "kind", "authority", "day"),
                name="one_legal_step_a_case_kind_and_day",
            ),
        ),
        migrations.AddConstraint(
            model_name="legalstep",
            constraint=models.CheckConstraint(
                condition=models.Q(("deadline", None), ("deadline__gte", models.F("day")), _connector="OR"),
                name="a_deadline_is_not_before_its_step",
            ),
        ),
        migrations.AddConstraint(
            model_name="legalstep",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("authority", "school"), _negated=True), ("kind", "urging_notice"), _connector="OR"
                ),
                name="a_school_only_urges",
            ),
        ),
        migrations.AddConstraint(
            model_name="legalstep",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("cancelled_at", None), ("cancelled_by", None)),
                    models.Q(("cancelled_at__isnull", False), ("cancelled_by__isnull", False)),
                    _connector="OR",
                ),
                name="a_legal_step_is_cancelled_by_somebody",
            ),
        ),
    ]
