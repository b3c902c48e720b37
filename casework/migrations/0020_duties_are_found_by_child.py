"""What a child is owed is found by the child and its day: the lists of cases ask it of every open one."""

from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("casework", "0019_children_are_watched_and_reviewed")]

    operations = [
        migrations.AddIndex(
            model_name="obligation",
            index=models.Index(
                fields=["student", "due_on"],
                condition=Q(done_on=None, withdrawn_at=None),
                name="undone_obligations_of_a_child",
            ),
        ),
    ]
