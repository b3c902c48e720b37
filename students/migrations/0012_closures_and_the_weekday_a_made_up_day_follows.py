"""A day off may be a closure 停课; a taught day may follow the timetable of another weekday."""

from django.db import migrations, models

from students.triggers import stamp_changes, stop_stamping

OVERRIDES = "students_dayoverride"
WEEKDAYS = [(number, f"周{name}") for number, name in enumerate("一二三四五六日")]


def stamp(apps, schema_editor):
    stamp_changes(schema_editor, OVERRIDES)


def stop(apps, schema_editor):
    stop_stamping(schema_editor, OVERRIDES)


class Migration(migrations.Migration):
    dependencies = [
        ("students", "0011_registers_are_sent_once_and_notices_wait"),
    ]

    operations = [
        # SQLite makes the table anew, and loses its triggers.
        migrations.RunPython(stop, stamp),
        migrations.AddField(
            model_name="dayoverride",
            name="is_closure",
            field=models.BooleanField(default=False, verbose_name="停课"),
        ),
        migrations.AddField(
            model_name="dayoverride",
            name="follows_weekday",
            field=models.PositiveSmallIntegerField(
                blank=True, choices=WEEKDAYS, null=True, verbose_name="按周几的课表上课"
            ),
        ),
        migrations.AddConstraint(
            model_name="dayoverride",
            constraint=models.CheckConstraint(
                condition=models.Q(("is_taught", False), ("is_closure", False), _connector="OR"),
                name="a_taught_day_is_not_closed",
            ),
        ),
        migrations.AddConstraint(
            model_name="dayoverride",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("follows_weekday", None),
                    models.Q(("follows_weekday__lte", 6), ("is_taught", True)),
                    _connector="OR",
                ),
                name="only_a_taught_day_follows_a_weekday",
            ),
        ),
        migrations.RunPython(stamp, stop),
    ]
