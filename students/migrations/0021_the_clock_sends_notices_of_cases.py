"""The clock sends notices too, and there are more kinds of them about cases."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("students", "0020_a_reminder_names_its_register"),
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
                ],
                max_length=20,
                verbose_name="种类",
            ),
        ),
        migrations.AlterField(
            model_name="notice",
            name="sent_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="发出人",
            ),
        ),
    ]
