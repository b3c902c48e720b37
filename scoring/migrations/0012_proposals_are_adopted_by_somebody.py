"""What was adopted, taken back or given up was so by somebody, and what is adopted names its adoption."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


def refuse_what_nobody_did(apps, schema_editor):
    """Names what the constraints below would refuse, and what to do: nobody is invented here."""
    missing = models.Q(adopted_at=None) | models.Q(adopted_by=None)
    begun, back, dropped = (models.Q(state=state) for state in ("adopted", "withdrawn", "given_up"))
    wrong = (
        (begun & (missing | models.Q(adoption=None)))
        | (back & (missing | models.Q(withdrawn_at=None) | models.Q(withdrawn_by=None)))
        | (dropped & (models.Q(given_up_at=None) | models.Q(given_up_by=None)))
        | (~begun & models.Q(adoption__isnull=False))
        | (~begun & ~back & (models.Q(adopted_at__isnull=False) | models.Q(adopted_by__isnull=False)))
        | (~back & models.Q(withdrawn_by__isnull=False))
        | (~dropped & models.Q(given_up_by__isnull=False))
    )
    found = []
    for name in ("SchemeProposal", "SchoolSchemeProposal"):
        model = apps.get_model("scoring", name)
        rows = model.objects.filter(wrong).order_by("pk").values_list("pk", "state")
        found += [f"{model._meta.db_table} {pk}（{state}）" for pk, state in rows]
    if found:
        raise RuntimeError(
            f"不能升级：这些考核办法由谁在什么时候采用、撤回或放弃，记得不全或和状态不符：{'、'.join(found[:20])}。没有改动。"
            "请按操作记录把办理人、时间和采用的行改对，再升级"
        )


class Migration(migrations.Migration):
    dependencies = [
        ("scoring", "0011_appeals_keep_what_was_said"),
        ("students", "0029_notices_tell_of_awards"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RunPython(refuse_what_nobody_did, migrations.RunPython.noop),
        migrations.RemoveConstraint(
            model_name="schemeproposal",
            name="a_scheme_proposal_was_adopted_at_a_time",
        ),
        migrations.RemoveConstraint(
            model_name="schemeproposal",
            name="a_scheme_proposal_was_withdrawn_for_a_reason",
        ),
        migrations.RemoveConstraint(
            model_name="schemeproposal",
            name="a_scheme_proposal_was_given_up_at_a_time",
        ),
        migrations.RemoveConstraint(
            model_name="schoolschemeproposal",
            name="a_school_scheme_proposal_was_adopted_at_a_time",
        ),
        migrations.RemoveConstraint(
            model_name="schoolschemeproposal",
            name="a_school_scheme_proposal_was_withdrawn_for_a_reason",
        ),
        migrations.RemoveConstraint(
            model_name="schoolschemeproposal",
            name="a_school_scheme_proposal_was_given_up_at_a_time",
        ),
        migrations.AlterField(
            model_name="schemeproposal",
            name="adoption",
            field=models.OneToOneField(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="proposal",
                to="scoring.schemeadoption",
                verbose_name="采用",
            ),
        ),
        migrations.AlterField(
            model_name="schoolschemeproposal",
            name="adoption",
            field=models.OneToOneField(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="proposal",
                to="scoring.schoolschemeadoption",
                verbose_name="采用",
            ),
        ),
        migrations.AddConstraint(
            model_name="schemeproposal",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("adopted_at__isnull", False),
                        ("adopted_by__isnull", False),
                        ("adoption__isnull", False),
                        ("state", "adopted"),
                    ),
                    models.Q(
                        ("adopted_at__isnull", False),
                        ("adopted_by__isnull", False),
                        ("adoption", None),
                        ("state", "withdrawn"),
                    ),
                    models.Q(
                        models.Q(("state__in", ["adopted", "withdrawn"]), _negated=True),
                        ("adopted_at", None),
                        ("adopted_by", None),
                        ("adoption", None),
                    ),
                    _connector="OR",
                ),
                name="a_scheme_proposal_was_adopted_by_somebody",
            ),
        ),
        migrations.AddConstraint(
            model_name="schemeproposal",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("state", "withdrawn"),
                        ("withdrawn_at__isnull", False),
                        ("withdrawn_by__isnull", False),
                        models.Q(("withdrawn_because", ""), _negated=True),
                    ),
                    models.Q(
                        models.Q(("state", "withdrawn"), _negated=True),
                        ("withdrawn_at", None),
                        ("withdrawn_because", ""),
                        ("withdrawn_by", None),
                    ),
                    _connector="OR",
                ),
                name="a_scheme_proposal_was_withdrawn_by_somebody",
            ),
        ),
        migrations.AddConstraint(
            model_name="schemeproposal",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("given_up_at__isnull", False), ("given_up_by__isnull", False), ("state", "given_up")),
                    models.Q(
                        models.Q(("state", "given_up"), _negated=True), ("given_up_at", None), ("given_up_by", None)
                    ),
                    _connector="OR",
                ),
                name="a_scheme_proposal_was_given_up_by_somebody",
            ),
        ),
        migrations.AddConstraint(
            model_name="schoolschemeproposal",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("adopted_at__isnull", False),
                        ("adopted_by__isnull", False),
                        ("adoption__isnull", False),
                        ("state", "adopted"),
                    ),
                    models.Q(
                        ("adopted_at__isnull", False),
                        ("adopted_by__isnull", False),
                        ("adoption", None),
                        ("state", "withdrawn"),
                    ),
                    models.Q(
                        models.Q(("state__in", ["adopted", "withdrawn"]), _negated=True),
                        ("adopted_at", None),
                        ("adopted_by", None),
                        ("adoption", None),
                    ),
                    _connector="OR",
                ),
                name="a_school_scheme_proposal_was_adopted_by_somebody",
            ),
        ),
        migrations.AddConstraint(
            model_name="schoolschemeproposal",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("state", "withdrawn"),
                        ("withdrawn_at__isnull", False),
                        ("withdrawn_by__isnull", False),
                        models.Q(("withdrawn_because", ""), _negated=True),
                    ),
                    models.Q(
                        models.Q(("state", "withdrawn"), _negated=True),
                        ("withdrawn_at", None),
                        ("withdrawn_because", ""),
                        ("withdrawn_by", None),
                    ),
                    _connector="OR",
                ),
                name="a_school_scheme_proposal_was_withdrawn_by_somebody",
            ),
        ),
        migrations.AddConstraint(
            model_name="schoolschemeproposal",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("given_up_at__isnull", False), ("given_up_by__isnull", False), ("state", "given_up")),
                    models.Q(
                        models.Q(("state", "given_up"), _negated=True), ("given_up_at", None), ("given_up_by", None)
                    ),
                    _connector="OR",
                ),
                name="a_school_scheme_proposal_was_given_up_by_somebody",
            ),
        ),
    ]
