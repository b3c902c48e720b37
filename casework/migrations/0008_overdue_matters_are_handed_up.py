"""What is overdue in a case goes to the next post as well, and that it did is kept."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("casework", "0007_cases_are_kept"),
    ]

    operations = [
        migrations.CreateModel(
            name="HandUp",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "matter",
                    models.CharField(
                        choices=[
                            ("contact", "联系家长"),
                            ("home_visit", "家访"),
                            ("joint_visit", "联合家访"),
                            ("absence_report", "缺课报告"),
                            ("loss_report", "流失报告"),
                            ("return_report", "复学报告"),
                            ("change_report", "变动报告"),
                            ("change_evidence", "证明材料"),
                            ("suspension_end", "休学期满"),
                            ("opening_visit", "开学未到家访"),
                            ("excused_check", "长假核实"),
                            ("follow_up", "回访"),
                            ("promised", "核实是否按承诺返校"),
                            ("visit", "家访"),
                            ("persuade", "劝返"),
                            ("confirm_dropout", "认定是否辍学"),
                            ("joint_persuade", "联合劝返"),
                            ("check_return", "核实复学是否稳定"),
                            ("close", "销号"),
                        ],
                        max_length=20,
                        verbose_name="事项",
                    ),
                ),
                ("due_on", models.DateField(verbose_name="到期日期")),
                (
                    "to_role",
                    models.CharField(
                        choices=[
                            ("subject_teacher", "科任教师"),
                            ("homeroom_teacher", "班主任"),
                            ("registry_clerk", "学籍管理员"),
                            ("principal", "校长"),
                            ("deputy_head", "分管领导"),
                            ("township_officer", "乡镇干部"),
                            ("bureau_officer", "县教育局"),
                            ("inspector", "督学"),
                            ("administrator", "系统管理员"),
                        ],
                        max_length=20,
                        verbose_name="上交给",
                    ),
                ),
                ("on", models.DateField(verbose_name="上交日期")),
                ("at", models.DateTimeField(verbose_name="登记时间")),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="hand_ups",
                        to="casework.case",
                        verbose_name="个案",
                    ),
                ),
            ],
            options={
                "verbose_name": "逾期上交",
                "verbose_name_plural": "逾期上交",
                "ordering": ["case", "on", "pk"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("case", "matter", "due_on", "to_role"),
                        name="handed_up_once_a_case_matter_date_and_post",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("on__gt", models.F("due_on"))), name="handed_up_after_it_was_due"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("to_role__in", ("registry_clerk", "principal", "township_officer", "bureau_officer"))
                        ),
                        name="handed_up_along_the_chain",
                    ),
                ],
            },
        ),
    ]
