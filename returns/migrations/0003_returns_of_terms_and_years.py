"""A return is of a period: a month, a term or a school year."""

import django.db.models.deletion
from django.db import migrations, models

from students.triggers import keep_once_set, let_go

RETURN = "returns_schoolreturn"


def keep_of_month(apps, schema_editor):
    keep_once_set(schema_editor, RETURN, ("month", "school_id", "first", "cut_off"))


def keep_of_period(apps, schema_editor):
    keep_once_set(schema_editor, RETURN, ("period", "kind", "school_id", "first", "cut_off"))


def let_returns_go(apps, schema_editor):
    let_go(schema_editor, RETURN)


def its_return(**names):
    return models.ForeignKey(
        on_delete=django.db.models.deletion.PROTECT, to="returns.schoolreturn", verbose_name="上报", **names
    )


class Migration(migrations.Migration):
    dependencies = [
        ("returns", "0002_reviews_of_a_quarter"),
        ("students", "0033_notices_tell_of_term_and_year_reports"),
    ]

    operations = [
        # SQLite loses the triggers of a table that is made anew.
        migrations.RunPython(let_returns_go, keep_of_month),
        migrations.RemoveConstraint(model_name="schoolreturn", name="one_return_a_school_and_month"),
        migrations.RemoveConstraint(model_name="schoolreturn", name="the_month_of_a_return_is_one"),
        migrations.RenameField(model_name="schoolreturn", old_name="month", new_name="period"),
        migrations.AlterField(
            model_name="schoolreturn",
            name="period",
            field=models.CharField(max_length=7, verbose_name="时段"),
        ),
        migrations.AddField(
            model_name="schoolreturn",
            name="kind",
            field=models.CharField(
                choices=[("month", "月报"), ("term", "学期报告"), ("year", "学年报告")],
                default="month",
                max_length=5,
                verbose_name="种类",
            ),
            preserve_default=False,
        ),
        migrations.AlterModelOptions(
            name="edition",
            options={
                "ordering": ["school_return", "number", "attempt"],
                "verbose_name": "上报版次",
                "verbose_name_plural": "上报版次",
            },
        ),
        migrations.AlterModelOptions(
            name="schoolreturn",
            options={
                "ordering": ["cut_off", "period", "school"],
                "verbose_name": "上报",
                "verbose_name_plural": "上报",
            },
        ),
        migrations.AlterModelOptions(
            name="reviewmonth",
            options={
                "ordering": ["sheet", "edition__school_return__period"],
                "verbose_name": "复核的月报",
                "verbose_name_plural": "复核的月报",
            },
        ),
        migrations.AlterField(model_name="edition", name="school_return", field=its_return(related_name="editions")),
        migrations.AlterField(model_name="snapshot", name="school_return", field=its_return(related_name="snapshots")),
        migrations.AddConstraint(
            model_name="schoolreturn",
            constraint=models.UniqueConstraint(fields=("school", "period"), name="one_return_a_school_and_period"),
        ),
        migrations.AddConstraint(
            model_name="schoolreturn",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("kind", "month"), ("period__regex", "^(19|20|21)[0-9]{2}-(0[1-9]|1[0-2])$")),
                    models.Q(("kind", "term"), ("period__regex", "^(19|20|21)[0-9]{2}-[12]$")),
                    models.Q(("kind", "year"), ("period__regex", "^(19|20|21)[0-9]{2}$")),
                    _connector="OR",
                ),
                name="the_period_of_a_return_is_one",
            ),
        ),
        migrations.RunPython(keep_of_period, let_returns_go),
    ]
