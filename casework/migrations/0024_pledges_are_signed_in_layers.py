"""责任书 are signed in layers: with the heads of a school too, and the 班主任 in a layer of their own."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from students.triggers import keep_once_set, let_go

NUMBERED = "casework_document", ("number", "year", "reference", "school_id", "area_id")


def guard(apps, schema_editor):
    """SQLite makes the table anew, without its triggers."""
    keep_once_set(schema_editor, *NUMBERED)


def unguard(apps, schema_editor):
    let_go(schema_editor, NUMBERED[0])


def sort_into_layers(apps, schema_editor):
    """What a 班主任 has signed as such belongs to the layer of the 班主任; the paper stays as it was printed."""
    Document = apps.get_model("casework", "Document")
    rows = Document.objects.filter(kind="pledge").values_list("pk", "values")
    own = [pk for pk, values in rows.iterator() if values.get("duty", "").startswith("班主任")]
    Document.objects.filter(pk__in=own).update(kind="pledge_homeroom")


def sort_together(apps, schema_editor):
    apps.get_model("casework", "Document").objects.filter(kind="pledge_homeroom").update(kind="pledge")


class Migration(migrations.Migration):
    dependencies = [
        ("casework", "0023_reports_name_their_duty"),
        ("students", "0024_notices_are_found_in_their_order"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RunPython(unguard, guard),
        migrations.RemoveConstraint(
            model_name="document",
            name="one_standing_pledge_a_teacher_and_class",
        ),
        migrations.RemoveConstraint(
            model_name="document",
            name="a_document_is_of_a_child_or_a_teacher",
        ),
        migrations.AddField(
            model_name="document",
            name="of_school",
            field=models.ForeignKey(
                blank=True,
                help_text="不属于一个班的责任书写学校",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="pledges",
                to="students.school",
                verbose_name="学校",
            ),
        ),
        migrations.AlterField(
            model_name="document",
            name="kind",
            field=models.CharField(
                choices=[
                    ("absence_report", "学生缺课报告"),
                    ("loss_report", "学生流失报告"),
                    ("return_report", "学生复学报告"),
                    ("change_report", "学生正常变动报告"),
                    ("visit_record", "家访记录表"),
                    ("persuasion_record", "劝返记录"),
                    ("urging_notice", "劝学（返校）通知书"),
                    ("order", "责令限期改正通知书"),
                    ("pledge_school", "控辍保学责任书（局—校）"),
                    ("pledge_post", "控辍保学责任书（校长—副职、中层）"),
                    ("pledge_homeroom", "控辍保学责任书（校长—班主任）"),
                    ("pledge", "控辍保学责任书（学校—任课教师）"),
                ],
                max_length=20,
                verbose_name="种类",
            ),
        ),
        migrations.AlterField(
            model_name="document",
            name="school_class",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="documents",
                to="students.schoolclass",
                verbose_name="班级",
            ),
        ),
        migrations.AlterField(
            model_name="documentdraft",
            name="kind",
            field=models.CharField(
                choices=[
                    ("absence_report", "学生缺课报告"),
                    ("loss_report", "学生流失报告"),
                    ("return_report", "学生复学报告"),
                    ("change_report", "学生正常变动报告"),
                    ("visit_record", "家访记录表"),
                    ("persuasion_record", "劝返记录"),
                    ("urging_notice", "劝学（返校）通知书"),
                    ("order", "责令限期改正通知书"),
                    ("pledge_school", "控辍保学责任书（局—校）"),
                    ("pledge_post", "控辍保学责任书（校长—副职、中层）"),
                    ("pledge_homeroom", "控辍保学责任书（校长—班主任）"),
                    ("pledge", "控辍保学责任书（学校—任课教师）"),
                ],
                max_length=20,
                verbose_name="种类",
            ),
        ),
        migrations.AddConstraint(
            model_name="document",
            constraint=models.UniqueConstraint(
                condition=models.Q(
                    ("state__in", ["confirmed", "draft", "returned", "waiting"]),
                    ("person__isnull", False),
                    ("school_class__isnull", False),
                ),
                fields=("kind", "person", "school_class", "school_year"),
                name="one_standing_pledge_a_teacher_and_class",
            ),
        ),
        migrations.AddConstraint(
            model_name="document",
            constraint=models.UniqueConstraint(
                condition=models.Q(
                    ("state__in", ["confirmed", "draft", "returned", "waiting"]), ("of_school__isnull", False)
                ),
                fields=("kind", "person", "of_school", "school_year"),
                name="one_standing_pledge_a_head_and_school",
            ),
        ),
        migrations.AddConstraint(
            model_name="document",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("kind__in", ["pledge_school", "pledge_post"]),
                        ("of_school__isnull", False),
                        ("school_class", None),
                    ),
                    models.Q(
                        models.Q(("kind__in", ["pledge_school", "pledge_post"]), _negated=True),
                        ("of_school", None),
                        ("school_class__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="a_document_is_of_a_class_or_a_school",
            ),
        ),
        migrations.AddConstraint(
            model_name="document",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        (
                            "kind__in",
                            [
                                "absence_report",
                                "loss_report",
                                "return_report",
                                "change_report",
                                "visit_record",
                                "persuasion_record",
                                "urging_notice",
                                "order",
                            ],
                        ),
                        ("person", None),
                        ("student__isnull", False),
                    ),
                    models.Q(
                        ("kind__in", ["pledge_school", "pledge_post", "pledge_homeroom", "pledge"]),
                        ("person__isnull", False),
                        ("school_year__isnull", False),
                        ("student", None),
                    ),
                    _connector="OR",
                ),
                name="a_document_is_of_a_child_or_a_teacher",
            ),
        ),
        migrations.RunPython(sort_into_layers, sort_together),
        migrations.RunPython(guard, unguard),
    ]
