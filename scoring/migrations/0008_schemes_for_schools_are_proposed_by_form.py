"""Versions of the scheme for schools made by form wait as proposals until they count."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("scoring", "0007_key_children_villages_and_schools_are_assigned"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="SchoolSchemeProposal",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "school_year",
                    models.PositiveSmallIntegerField(help_text="学年开始的年份。", verbose_name="从哪个学年起"),
                ),
                ("reason", models.CharField(max_length=200, verbose_name="为什么改")),
                ("as_of", models.DateField(verbose_name="试算到哪天")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("rehearsing", "正在试算"),
                            ("rehearsed", "待确认"),
                            ("adopted", "已采用"),
                            ("withdrawn", "已撤回"),
                            ("given_up", "已放弃"),
                        ],
                        default="rehearsing",
                        max_length=12,
                        verbose_name="状态",
                    ),
                ),
                ("outcome", models.JSONField(blank=True, default=dict, verbose_name="试算结果")),
                ("mark", models.CharField(blank=True, max_length=64, verbose_name="试算的摘要")),
                ("made_at", models.DateTimeField(verbose_name="提出时间")),
                ("adopted_at", models.DateTimeField(blank=True, null=True, verbose_name="采用时间")),
                ("withdrawn_at", models.DateTimeField(blank=True, null=True, verbose_name="撤回时间")),
                ("withdrawn_because", models.CharField(blank=True, max_length=200, verbose_name="为什么撤回")),
                ("given_up_at", models.DateTimeField(blank=True, null=True, verbose_name="放弃时间")),
                (
                    "adopted_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="采用人",
                    ),
                ),
                (
                    "adoption",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="proposal",
                        to="scoring.schoolschemeadoption",
                        verbose_name="采用",
                    ),
                ),
                (
                    "follows",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="scoring.storedschoolscheme",
                        verbose_name="接在哪一版之后",
                    ),
                ),
                (
                    "given_up_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="放弃人",
                    ),
                ),
                (
                    "made_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="提出人",
                    ),
                ),
                (
                    "scheme",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="proposal",
                        to="scoring.storedschoolscheme",
                        verbose_name="学校考核办法",
                    ),
                ),
                (
                    "withdrawn_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="撤回人",
                    ),
                ),
            ],
            options={
                "verbose_name": "学校考核办法提案",
                "verbose_name_plural": "学校考核办法提案",
                "ordering": ["-made_at", "-pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("reason", ""), _negated=True), name="a_school_scheme_proposal_says_why"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("adopted_at__isnull", False), ("state__in", ["adopted", "withdrawn"])),
                            models.Q(
                                models.Q(("state__in", ["adopted", "withdrawn"]), _negated=True),
                                ("adopted_at", None),
                                ("adoption", None),
                            ),
                            _connector="OR",
                        ),
                        name="a_school_scheme_proposal_was_adopted_at_a_time",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("adoption", None),
                                ("state", "withdrawn"),
                                ("withdrawn_at__isnull", False),
                                models.Q(("withdrawn_because", ""), _negated=True),
                            ),
                            models.Q(
                                models.Q(("state", "withdrawn"), _negated=True),
                                ("withdrawn_at", None),
                                ("withdrawn_because", ""),
                            ),
                            _connector="OR",
                        ),
                        name="a_school_scheme_proposal_was_withdrawn_for_a_reason",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("given_up_at__isnull", False), ("state", "given_up")),
                            models.Q(models.Q(("state", "given_up"), _negated=True), ("given_up_at", None)),
                            _connector="OR",
                        ),
                        name="a_school_scheme_proposal_was_given_up_at_a_time",
                    ),
                ],
            },
        ),
    ]
