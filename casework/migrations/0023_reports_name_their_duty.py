"""A report names the duty that it answers; what was sent back before is owed again, and a change is a code."""

from django.db import migrations, models
from django.db.models import F

from students.enrolment import EVENT_LABELS

OPEN = ("draft", "returned")  # states in which a document can still be changed


def name_the_duties(apps, schema_editor):
    """Of reports filed by a document: the duty that it was written for, where it has fulfilled that one."""
    documents = apps.get_model("casework", "Document").objects.exclude(report=None).exclude(obligation=None)
    for document in documents.filter(report__day=F("obligation__done_on")).select_related("report", "obligation"):
        document.report.about = document.obligation.key
        document.report.save(update_fields=["about"])


def take_back_what_was_returned(apps, schema_editor):
    """A report that was sent back is not filed; the nightly recomputation owes it again."""
    for document in apps.get_model("casework", "Document").objects.filter(state="returned", report__cancelled_at=None):
        if document.report_id is None:
            continue
        last = document.steps.filter(action="return").order_by("-pk").first()
        report = document.report
        report.cancelled_at, report.cancelled_by_id = last.at, last.by_id
        report.save(update_fields=["cancelled_at", "cancelled_by"])


def reword_changes(apps, words):
    for document in apps.get_model("casework", "Document").objects.filter(kind="change_report", state__in=OPEN):
        if (said := document.values.get("change")) in words:
            document.values = document.values | {"change": words[said]}
            document.save(update_fields=["values"])


def as_codes(apps, schema_editor):
    reword_changes(apps, {label: kind.value for kind, label in EVENT_LABELS.items()})


def as_labels(apps, schema_editor):
    reword_changes(apps, {kind.value: label for kind, label in EVENT_LABELS.items()})


class Migration(migrations.Migration):
    dependencies = [
        ("casework", "0022_hand_offs_end_with_their_case"),
    ]

    operations = [
        migrations.AddField(
            model_name="report",
            name="about",
            field=models.DateField(blank=True, null=True, verbose_name="所报事由的日期"),
        ),
        migrations.RunPython(name_the_duties, migrations.RunPython.noop),
        migrations.RunPython(take_back_what_was_returned, migrations.RunPython.noop),
        migrations.RunPython(as_codes, as_labels),
    ]
