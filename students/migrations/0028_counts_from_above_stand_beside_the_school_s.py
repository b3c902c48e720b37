"""A count keeps when it was made and by which side; each side counts a class once a day."""

from django.db import migrations, models
from django.db.models import Q
from django.utils import timezone

from students.days import SLOT_ORDER, Slot
from students.register_days import slot_at

ABOVE = ("bureau_officer", "township_officer", "inspector")
RUNS = ("registry_clerk", "principal", "deputy_head")


def say_when_and_by_whom(apps, schema_editor):
    """From the audit log when a count was made, and from the postings of its day whose it was."""
    counts, audit = apps.get_model("students", "HeadCount"), apps.get_model("students", "AuditRow")
    begun = audit.objects.filter(subject="students.headcount", action="head_count.record")
    began = dict(begun.order_by("-pk").values_list("subject_id", "done_at"))
    rows = list(counts.objects.select_related("school_class__school"))
    for row in rows:
        row.counted_at = began.get(row.pk, row.recorded_at)
        slots = sorted((Slot(code) for code in row.school_class.school.slots.split(",")), key=SLOT_ORDER.__getitem__)
        row.slot = slot_at(slots, timezone.localtime(row.counted_at)).value
        row.is_from_above = _is_from_above(apps, row)
    counts.objects.bulk_update(rows, ["counted_at", "slot", "is_from_above"], batch_size=500)


def _is_from_above(apps, row) -> bool:
    postings = apps.get_model("students", "Posting").objects.filter(
        Q(until=None) | Q(until__gt=row.counted_on), person=row.counted_by_id, since__lte=row.counted_on
    )
    here = postings.filter(role__in=RUNS, school=row.school_class.school_id)
    return postings.filter(role__in=ABOVE).exists() and not here.exists()


class Migration(migrations.Migration):
    dependencies = [("students", "0027_notices_tell_of_inspections")]

    operations = [
        migrations.AddField(
            model_name="headcount",
            name="counted_at",
            field=models.DateTimeField(default=timezone.now, verbose_name="清点时间"),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="headcount",
            name="is_from_above",
            field=models.BooleanField(default=False, verbose_name="由上级清点"),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="headcount",
            name="slot",
            field=models.CharField(
                choices=[
                    ("AM", "上午"),
                    ("1", "第一节"),
                    ("2", "第二节"),
                    ("3", "第三节"),
                    ("4", "第四节"),
                    ("PM", "下午"),
                    ("5", "第五节"),
                    ("6", "第六节"),
                    ("7", "第七节"),
                    ("8", "第八节"),
                    ("9", "第九节"),
                    ("EV", "晚自习"),
                ],
                default="AM",
                max_length=2,
                verbose_name="清点时的节次",
            ),
            preserve_default=False,
        ),
        migrations.RemoveConstraint(model_name="headcount", name="a_class_is_counted_once_a_day"),
        migrations.AddConstraint(
            model_name="headcount",
            constraint=models.UniqueConstraint(
                fields=("school_class", "counted_on", "is_from_above"), name="each_side_counts_a_class_once_a_day"
            ),
        ),
        migrations.RunPython(say_when_and_by_whom, migrations.RunPython.noop),
    ]
