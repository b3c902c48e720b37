"""A school as a whole can be reminded of its registers."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("students", "0012_closures_and_the_weekday_a_made_up_day_follows"),
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
                ],
                max_length=20,
                verbose_name="种类",
            ),
        ),
    ]
