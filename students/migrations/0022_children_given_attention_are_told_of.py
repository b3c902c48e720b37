"""Children given attention are told of, and 贫困生 are one of their groups; open groups are found by kind."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("students", "0021_the_clock_sends_notices_of_cases"),
    ]

    operations = [
        migrations.AlterField(
            model_name="notice",
            name="kind",
            field=models.CharField(
                choices=[
                    ("register_missing", "催点名"),
                    ("school_missing", "催学校点名"),
                    ("child_missing", "有学生不在"),
                    ("concern", "日常预警"),
                    ("case_assigned", "个案交办"),
                    ("case_handed_up", "逾期上交"),
                    ("case_handed_off", "个案移交"),
                    ("case_closing", "销号审批"),
                    ("joint_trip", "联合劝返"),
                    ("document_waiting", "文书待办"),
                    ("watch_proposed", "关注待确认"),
                    ("watch_decided", "关注学生"),
                    ("watch_review", "关注待复核"),
                ],
                max_length=20,
                verbose_name="种类",
            ),
        ),
        migrations.AlterField(
            model_name="specialgroup",
            name="kind",
            field=models.CharField(
                choices=[
                    ("left_behind_one", "单亲留守"),
                    ("left_behind_both", "双亲留守"),
                    ("out_of_poverty", "脱贫户"),
                    ("low_income", "低保"),
                    ("orphan", "孤儿"),
                    ("uncared", "事实无人抚养"),
                    ("disabled", "残疾"),
                    ("in_need", "困境儿童"),
                    ("migrant", "随迁子女"),
                    ("single_parent", "单亲家庭"),
                    ("law_case", "涉案"),
                    ("wavering", "动摇生"),
                    ("hardship", "贫困生"),
                    ("learning_difficulty", "学困生"),
                    ("home_taught", "送教上门"),
                ],
                max_length=30,
                verbose_name="类别",
            ),
        ),
        migrations.AddIndex(
            model_name="specialgroup",
            index=models.Index(
                condition=models.Q(("until", None)), fields=["kind", "student"], name="open_special_groups_by_kind"
            ),
        ),
    ]
