"""Returns of schools, their editions and what was signed."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from students.triggers import allow_changes, keep_once_set, let_go, refuse_changes

RETURN, EDITION, SNAPSHOT = "returns_schoolreturn", "returns_edition", "returns_snapshot"
FILED = (
    "filed_at", "filed_by_id", "school_return_id", "number", "attempt", "reason", "remark", "prepared_at",
    "prepared_by_id", "signed_at", "signed_by_id", "snapshot_id",
)  # fmt: skip
DECIDED = ("decided_at", "decided_by_id", "decision_reason", "state")
DAYS = ("month", "school_id", "first", "cut_off")
# An amendment follows an edition that the bureau has, and a further attempt one that was sent back.
WITHOUT = (
    f"(NEW.number > 0 AND NOT EXISTS (SELECT 1 FROM {EDITION} e WHERE e.school_return_id = NEW.school_return_id "  # nosec B608: constants only
    "AND e.number = NEW.number - 1 AND e.state IN ('filed', 'accepted'))) "
    f"OR (NEW.attempt > 1 AND NOT EXISTS (SELECT 1 FROM {EDITION} e WHERE e.school_return_id = NEW.school_return_id "
    "AND e.number = NEW.number AND e.attempt = NEW.attempt - 1 AND e.state = 'returned'))"
)
WORDS = f"{EDITION} follows the one before it"


def keep(apps, schema_editor):
    refuse_changes(schema_editor, SNAPSHOT)
    keep_once_set(schema_editor, EDITION, FILED)
    keep_once_set(schema_editor, EDITION, DECIDED, "keeps_decision")
    keep_once_set(schema_editor, RETURN, DAYS)
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(
            f"CREATE FUNCTION {EDITION}_follows() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN IF {WITHOUT} THEN RAISE EXCEPTION '{WORDS}'; END IF; RETURN NEW; END $$"
        )
        schema_editor.execute(
            f"CREATE TRIGGER {EDITION}_follows_the_one_before BEFORE INSERT ON {EDITION} "
            f"FOR EACH ROW EXECUTE FUNCTION {EDITION}_follows()"
        )
        return
    schema_editor.execute(
        f"CREATE TRIGGER {EDITION}_follows_the_one_before BEFORE INSERT ON {EDITION} "
        f"WHEN {WITHOUT} BEGIN SELECT RAISE(ABORT, '{WORDS}'); END"
    )


def keep_no_more(apps, schema_editor):
    allow_changes(schema_editor, SNAPSHOT)
    let_go(schema_editor, EDITION)
    let_go(schema_editor, EDITION, "keeps_decision")
    let_go(schema_editor, RETURN)
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(f"DROP TRIGGER {EDITION}_follows_the_one_before ON {EDITION}")
        schema_editor.execute(f"DROP FUNCTION {EDITION}_follows()")
        return
    schema_editor.execute(f"DROP TRIGGER IF EXISTS {EDITION}_follows_the_one_before")


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("students", "0031_notices_tell_of_returns"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="SchoolReturn",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("month", models.CharField(max_length=7, verbose_name="月份")),
                ("first", models.DateField(verbose_name="开始日期")),
                ("cut_off", models.DateField(verbose_name="截止日期")),
                ("deadline", models.DateField(verbose_name="上报期限")),
                (
                    "school",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="returns",
                        to="students.school",
                        verbose_name="学校",
                    ),
                ),
            ],
            options={
                "verbose_name": "月报",
                "verbose_name_plural": "月报",
                "ordering": ["month", "school"],
            },
        ),
        migrations.CreateModel(
            name="Snapshot",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("content", models.JSONField(verbose_name="内容")),
                ("sha256", models.CharField(max_length=64, verbose_name="内容摘要")),
                ("pdf", models.BinaryField(verbose_name="打印版")),
                ("pdf_sha256", models.CharField(max_length=64, verbose_name="打印版摘要")),
                ("made_at", models.DateTimeField(verbose_name="形成时间")),
                (
                    "made_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="签字人",
                    ),
                ),
                (
                    "school_return",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="snapshots",
                        to="returns.schoolreturn",
                        verbose_name="月报",
                    ),
                ),
            ],
            options={
                "verbose_name": "上报快照",
                "verbose_name_plural": "上报快照",
                "ordering": ["school_return", "pk"],
            },
        ),
        migrations.CreateModel(
            name="Edition",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.PositiveSmallIntegerField(default=0, verbose_name="第几号更正")),
                ("attempt", models.PositiveSmallIntegerField(default=1, verbose_name="第几次上报")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("draft", "起草"),
                            ("prepared", "待校长签字"),
                            ("signed", "校长已签"),
                            ("filed", "已上报"),
                            ("accepted", "已接收"),
                            ("returned", "退回"),
                        ],
                        default="draft",
                        max_length=10,
                        verbose_name="状态",
                    ),
                ),
                ("reason", models.CharField(blank=True, max_length=300, verbose_name="更正原因")),
                ("remark", models.CharField(blank=True, max_length=500, verbose_name="学校说明")),
                ("prepared_at", models.DateTimeField(blank=True, null=True, verbose_name="填报时间")),
                ("signed_at", models.DateTimeField(blank=True, null=True, verbose_name="签字时间")),
                ("filed_at", models.DateTimeField(blank=True, null=True, verbose_name="上报时间")),
                ("decided_at", models.DateTimeField(blank=True, null=True, verbose_name="处理时间")),
                ("decision_reason", models.CharField(blank=True, max_length=300, verbose_name="退回原因")),
                ("version", models.PositiveIntegerField(default=1, verbose_name="版本")),
                (
                    "decided_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="处理人",
                    ),
                ),
                (
                    "filed_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="上报人",
                    ),
                ),
                (
                    "prepared_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="填报人",
                    ),
                ),
                (
                    "signed_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="签字人",
                    ),
                ),
                (
                    "school_return",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="editions",
                        to="returns.schoolreturn",
                        verbose_name="月报",
                    ),
                ),
                (
                    "snapshot",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="edition",
                        to="returns.snapshot",
                        verbose_name="快照",
                    ),
                ),
            ],
            options={
                "verbose_name": "月报版次",
                "verbose_name_plural": "月报版次",
                "ordering": ["school_return", "number", "attempt"],
            },
        ),
        migrations.AddConstraint(
            model_name="schoolreturn",
            constraint=models.UniqueConstraint(fields=("school", "month"), name="one_return_a_school_and_month"),
        ),
        migrations.AddConstraint(
            model_name="schoolreturn",
            constraint=models.CheckConstraint(
                condition=models.Q(("cut_off__lt", models.F("deadline")), ("first__lte", models.F("cut_off"))),
                name="a_return_is_due_after_its_cut_off",
            ),
        ),
        migrations.AddConstraint(
            model_name="schoolreturn",
            constraint=models.CheckConstraint(
                condition=models.Q(("month__regex", "^(19|20|21)[0-9]{2}-(0[1-9]|1[0-2])$")),
                name="the_month_of_a_return_is_one",
            ),
        ),
        migrations.AddConstraint(
            model_name="snapshot",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("sha256", ""), _negated=True), models.Q(("pdf_sha256", ""), _negated=True)
                ),
                name="a_snapshot_has_its_digests",
            ),
        ),
        migrations.AddIndex(
            model_name="edition",
            index=models.Index(condition=models.Q(("state", "filed")), fields=["state"], name="returns_that_wait"),
        ),
        migrations.AddConstraint(
            model_name="edition",
            constraint=models.UniqueConstraint(
                fields=("school_return", "number", "attempt"), name="editions_are_numbered"
            ),
        ),
        migrations.AddConstraint(
            model_name="edition",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "returned"), _negated=True),
                fields=("school_return", "number"),
                name="an_edition_is_filed_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="edition",
            constraint=models.CheckConstraint(
                condition=models.Q(("attempt__gte", 1)), name="attempts_of_a_return_begin_with_one"
            ),
        ),
        migrations.AddConstraint(
            model_name="edition",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("number", 0), ("reason", "")),
                    models.Q(("number__gte", 1), models.Q(("reason", ""), _negated=True)),
                    _connector="OR",
                ),
                name="an_amended_return_says_why",
            ),
        ),
        migrations.AddConstraint(
            model_name="edition",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("state", "draft"),
                        ("prepared_at", None),
                        ("prepared_by", None),
                        ("signed_at", None),
                        ("signed_by", None),
                        ("snapshot", None),
                        ("filed_at", None),
                        ("filed_by", None),
                        ("decided_at", None),
                        ("decided_by", None),
                        ("decision_reason", ""),
                    ),
                    models.Q(
                        ("state", "prepared"),
                        ("prepared_at__isnull", False),
                        ("prepared_by__isnull", False),
                        ("signed_at", None),
                        ("signed_by", None),
                        ("snapshot", None),
                        ("filed_at", None),
                        ("filed_by", None),
                        ("decided_at", None),
                        ("decided_by", None),
                        ("decision_reason", ""),
                    ),
                    models.Q(
                        ("state", "signed"),
                        ("prepared_at__isnull", False),
                        ("prepared_by__isnull", False),
                        ("signed_at__isnull", False),
                        ("signed_by__isnull", False),
                        ("snapshot__isnull", False),
                        ("filed_at", None),
                        ("filed_by", None),
                        ("decided_at", None),
                        ("decided_by", None),
                        ("decision_reason", ""),
                    ),
                    models.Q(
                        ("state", "filed"),
                        ("prepared_at__isnull", False),
                        ("prepared_by__isnull", False),
                        ("signed_at__isnull", False),
                        ("signed_by__isnull", False),
                        ("snapshot__isnull", False),
                        ("filed_at__isnull", False),
                        ("filed_by__isnull", False),
                        ("decided_at", None),
                        ("decided_by", None),
                        ("decision_reason", ""),
                    ),
                    models.Q(
                        ("decision_reason", ""),
                        ("state", "accepted"),
                        ("prepared_at__isnull", False),
                        ("prepared_by__isnull", False),
                        ("signed_at__isnull", False),
                        ("signed_by__isnull", False),
                        ("snapshot__isnull", False),
                        ("filed_at__isnull", False),
                        ("filed_by__isnull", False),
                        ("decided_at__isnull", False),
                        ("decided_by__isnull", False),
                    ),
                    models.Q(
                        ("state", "returned"),
                        models.Q(("decision_reason", ""), _negated=True),
                        ("prepared_at__isnull", False),
                        ("prepared_by__isnull", False),
                        ("signed_at__isnull", False),
                        ("signed_by__isnull", False),
                        ("snapshot__isnull", False),
                        ("filed_at__isnull", False),
                        ("filed_by__isnull", False),
                        ("decided_at__isnull", False),
                        ("decided_by__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="a_return_is_prepared_signed_filed_and_decided",
            ),
        ),
        migrations.AddConstraint(
            model_name="edition",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("decided_by", None),
                    models.Q(
                        models.Q(("decided_by", models.F("prepared_by")), _negated=True),
                        models.Q(("decided_by", models.F("signed_by")), _negated=True),
                        models.Q(("decided_by", models.F("filed_by")), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="nobody_accepts_their_own_return",
            ),
        ),
        migrations.RunPython(keep, keep_no_more),
    ]
