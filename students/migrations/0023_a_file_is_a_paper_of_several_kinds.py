"""The same file can be a paper of a child of more than one kind; a returned document and a trip that is off are told."""

from django.db import migrations, models
from django.db.models import Q

KINDS = [
    ("register_missing", "催点名"),
    ("school_missing", "催学校点名"),
    ("child_missing", "有学生不在"),
    ("concern", "日常预警"),
    ("case_assigned", "个案交办"),
    ("case_handed_up", "逾期上交"),
    ("case_handed_off", "个案移交"),
    ("case_closing", "销号审批"),
    ("joint_trip", "联合劝返"),
    ("joint_trip_off", "联合劝返取消"),
    ("document_waiting", "文书待办"),
    ("document_returned", "文书退回"),
    ("watch_proposed", "关注待确认"),
    ("watch_decided", "关注学生"),
    ("watch_review", "关注待复核"),
]


class Migration(migrations.Migration):
    dependencies = [("students", "0022_children_given_attention_are_told_of")]

    operations = [
        migrations.RemoveConstraint(model_name="certificate", name="a_certificate_of_a_child_is_kept_once"),
        migrations.AddConstraint(
            model_name="certificate",
            constraint=models.UniqueConstraint(
                fields=["student", "kind", "sha256"],
                condition=Q(cancelled_at=None, event=None),
                name="a_certificate_of_a_child_is_kept_once",
            ),
        ),
        migrations.AlterField(
            model_name="notice",
            name="kind",
            field=models.CharField("种类", max_length=20, choices=KINDS),
        ),
    ]
