"""Scores of classes are kept by day; they can be reckoned again to the same content."""

from decimal import Decimal

import django.db.models.deletion
import django.db.models.expressions
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("scoring", "0001_schemes_are_adopted_by_school_year"),
        ("students", "0023_a_file_is_a_paper_of_several_kinds"),
    ]

    operations = [
        migrations.CreateModel(
            name="KeptScore",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("as_of", models.DateField(verbose_name="算到哪天")),
                ("baseline", models.PositiveSmallIntegerField(verbose_name="学年初人数")),
                ("dropouts", models.PositiveSmallIntegerField(verbose_name="流失人数")),
                ("target_met", models.BooleanField(verbose_name="完成目标")),
                ("is_rated", models.BooleanField(verbose_name="目标予以评定")),
                ("veto", models.BooleanField(verbose_name="一票否决")),
                ("target", models.DecimalField(decimal_places=1, max_digits=5, verbose_name="控辍目标")),
                ("missed_roll_call", models.DecimalField(decimal_places=1, max_digits=5, verbose_name="点名")),
                ("late_contact", models.DecimalField(decimal_places=1, max_digits=5, verbose_name="及时联系")),
                ("late_report", models.DecimalField(decimal_places=1, max_digits=5, verbose_name="及时报告")),
                ("verified_return", models.DecimalField(decimal_places=1, max_digits=5, verbose_name="劝返复学")),
                ("total", models.DecimalField(decimal_places=1, max_digits=5, verbose_name="合计")),
                (
                    "scheme",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="scoring.storedscheme",
                        verbose_name="考核办法",
                    ),
                ),
                (
                    "school_class",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="scores",
                        to="students.schoolclass",
                        verbose_name="班级",
                    ),
                ),
            ],
            options={
                "verbose_name": "班级得分",
                "verbose_name_plural": "班级得分",
                "ordering": ["as_of", "school_class"],
                "indexes": [models.Index(fields=["as_of", "total"], name="scores_of_a_day_in_order")],
                "constraints": [
                    models.UniqueConstraint(fields=("school_class", "as_of"), name="one_score_a_class_and_day"),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "total__gt",
                                django.db.models.expressions.CombinedExpression(
                                    django.db.models.expressions.CombinedExpression(
                                        django.db.models.expressions.CombinedExpression(
                                            django.db.models.expressions.CombinedExpression(
                                                django.db.models.expressions.CombinedExpression(
                                                    models.F("target"), "+", models.F("missed_roll_call")
                                                ),
                                                "+",
                                                models.F("late_contact"),
                                            ),
                                            "+",
                                            models.F("late_report"),
                                        ),
                                        "+",
                                        models.F("verified_return"),
                                    ),
                                    "-",
                                    models.Value(Decimal("0.05")),
                                ),
                            ),
                            (
                                "total__lt",
                                django.db.models.expressions.CombinedExpression(
                                    django.db.models.expressions.CombinedExpression(
                                        django.db.models.expressions.CombinedExpression(
                                            django.db.models.expressions.CombinedExpression(
                                                django.db.models.expressions.CombinedExpression(
                                                    models.F("target"), "+", models.F("missed_roll_call")
                                                ),
                                                "+",
                                                models.F("late_contact"),
                                            ),
                                            "+",
                                            models.F("late_report"),
                                        ),
                                        "+",
                                        models.F("verified_return"),
                                    ),
                                    "+",
                                    models.Value(Decimal("0.05")),
                                ),
                            ),
                        ),
                        name="a_total_is_the_sum_of_its_lines",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("veto", False), ("baseline__gt", 0), _connector="OR"),
                        name="a_class_without_a_baseline_is_not_vetoed",
                    ),
                ],
            },
        ),
    ]
