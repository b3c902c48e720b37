"""销号 ends what was handed off in a case; a joint trip may leave a child out, with why."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models import OuterRef, Subquery


def end_in_closed_cases(apps, schema_editor):
    """What waited in a case that has been closed."""
    closed = apps.get_model("casework", "Case").objects.filter(pk=OuterRef("case")).values("closed_at")
    waiting = apps.get_model("casework", "HandOff").objects.filter(state__in=["sent", "accepted"])
    waiting.filter(case__stage="closed").update(state="ended", ended_at=Subquery(closed))


def let_wait_again(apps, schema_editor):
    """As it was before there was an end."""
    ended = apps.get_model("casework", "HandOff").objects.filter(state="ended")
    ended.filter(accepted_at=None).update(state="sent")
    ended.update(state="accepted")


class Migration(migrations.Migration):
    dependencies = [
        ("casework", "0021_typed_documents_are_kept"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="handoff",
            name="a_hand_off_says_who_and_when",
        ),
        migrations.AddField(
            model_name="handoff",
            name="ended_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="结束时间"),
        ),
        migrations.AddField(
            model_name="handoff",
            name="ended_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="销号人",
            ),
        ),
        migrations.AddField(
            model_name="tripchild",
            name="left_out_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="登记没有去的时间"),
        ),
        migrations.AddField(
            model_name="tripchild",
            name="left_out_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="登记没有去的人",
            ),
        ),
        migrations.AddField(
            model_name="tripchild",
            name="left_out_reason",
            field=models.CharField(blank=True, max_length=100, verbose_name="没有去的原因"),
        ),
        migrations.AlterField(
            model_name="handoff",
            name="state",
            field=models.CharField(
                choices=[
                    ("sent", "待接收"),
                    ("accepted", "办理中"),
                    ("returned", "已退回"),
                    ("done", "已办结"),
                    ("ended", "随销号结束"),
                ],
                max_length=10,
                verbose_name="状态",
            ),
        ),
        migrations.RunPython(end_in_closed_cases, let_wait_again),
        migrations.AddConstraint(
            model_name="handoff",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("ended_at__isnull", False),
                        ("state", "ended"),
                        models.Q(
                            models.Q(
                                ("accepted_at__isnull", True),
                                ("accepted_by__isnull", True),
                                ("returned_at__isnull", True),
                                ("returned_by__isnull", True),
                                ("done_at__isnull", True),
                                ("done_by__isnull", True),
                            ),
                            models.Q(
                                ("accepted_at__isnull", False),
                                ("accepted_by__isnull", False),
                                ("returned_at__isnull", True),
                                ("returned_by__isnull", True),
                                ("done_at__isnull", True),
                                ("done_by__isnull", True),
                            ),
                            _connector="OR",
                        ),
                    ),
                    models.Q(
                        ("ended_at", None),
                        ("ended_by", None),
                        models.Q(
                            models.Q(
                                ("state", "sent"),
                                ("accepted_at__isnull", True),
                                ("accepted_by__isnull", True),
                                ("returned_at__isnull", True),
                                ("returned_by__isnull", True),
                                ("done_at__isnull", True),
                                ("done_by__isnull", True),
                            ),
                            models.Q(
                                ("state", "accepted"),
                                ("accepted_at__isnull", False),
                                ("accepted_by__isnull", False),
                                ("returned_at__isnull", True),
                                ("returned_by__isnull", True),
                                ("done_at__isnull", True),
                                ("done_by__isnull", True),
                            ),
                            models.Q(
                                ("state", "returned"),
                                models.Q(
                                    models.Q(
                                        ("accepted_at__isnull", True),
                                        ("accepted_by__isnull", True),
                                        ("returned_at__isnull", False),
                                        ("returned_by__isnull", False),
                                        ("done_at__isnull", True),
                                        ("done_by__isnull", True),
                                    ),
                                    models.Q(
                                        ("accepted_at__isnull", False),
                                        ("accepted_by__isnull", False),
                                        ("returned_at__isnull", False),
                                        ("returned_by__isnull", False),
                                        ("done_at__isnull", True),
                                        ("done_by__isnull", True),
                                    ),
                                    _connector="OR",
                                ),
                                models.Q(("returned_reason", ""), _negated=True),
                            ),
                            models.Q(
                                ("state", "done"),
                                ("accepted_at__isnull", False),
                                ("accepted_by__isnull", False),
                                ("returned_at__isnull", True),
                                ("returned_by__isnull", True),
                                ("done_at__isnull", False),
                                ("done_by__isnull", False),
                                models.Q(("done_note", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                    ),
                    _connector="OR",
                ),
                name="a_hand_off_says_who_and_when",
            ),
        ),
        migrations.AddConstraint(
            model_name="tripchild",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("left_out_at", None), ("left_out_by", None), ("left_out_reason", "")),
                    models.Q(
                        ("left_out_at__isnull", False),
                        ("left_out_by__isnull", False),
                        models.Q(("left_out_reason", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="a_child_is_left_out_for_a_reason",
            ),
        ),
    ]
