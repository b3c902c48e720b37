"""A return that is taken back stays with who prepared and signed it; the deadline of a return does not change."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from students.triggers import keep_once_set, let_go

RETURN, EDITION = "returns_schoolreturn", "returns_edition"
FILED = (
    "filed_at", "filed_by_id", "school_return_id", "number", "attempt", "reason", "remark", "prepared_at",
    "prepared_by_id", "signed_at", "signed_by_id", "snapshot_id",
)  # fmt: skip
DECIDED = ("decided_at", "decided_by_id", "decision_reason", "state")
WITHDRAWN = ("withdrawn_at", "withdrawn_by_id", "state", *FILED)
KEPT = {"keeps": FILED, "keeps_decision": DECIDED}
DAYS = ("period", "kind", "school_id", "first", "cut_off")
WORDS = f"{EDITION} follows the one before it"


def without(ended: str) -> str:
    """An amendment follows an edition that the bureau has, and a further attempt one that is ``ended``."""
    return (
        f"(NEW.number > 0 AND NOT EXISTS (SELECT 1 FROM {EDITION} e WHERE e.school_return_id = NEW.school_return_id "  # nosec B608: constants only
        "AND e.number = NEW.number - 1 AND e.state IN ('filed', 'accepted'))) "
        f"OR (NEW.attempt > 1 AND NOT EXISTS (SELECT 1 FROM {EDITION} e WHERE e.school_return_id = NEW.school_return_id "
        f"AND e.number = NEW.number AND e.attempt = NEW.attempt - 1 AND e.state IN ({ended})))"
    )


def follow(schema_editor, ended: str) -> None:
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(
            f"CREATE FUNCTION {EDITION}_follows() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN IF {without(ended)} THEN RAISE EXCEPTION '{WORDS}'; END IF; RETURN NEW; END $$"
        )
        schema_editor.execute(
            f"CREATE TRIGGER {EDITION}_follows_the_one_before BEFORE INSERT ON {EDITION} "
            f"FOR EACH ROW EXECUTE FUNCTION {EDITION}_follows()"
        )
        return
    schema_editor.execute(
        f"CREATE TRIGGER {EDITION}_follows_the_one_before BEFORE INSERT ON {EDITION} "
        f"WHEN {without(ended)} BEGIN SELECT RAISE(ABORT, '{WORDS}'); END"
    )


def follow_no_more(schema_editor) -> None:
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(f"DROP TRIGGER {EDITION}_follows_the_one_before ON {EDITION}")
        schema_editor.execute(f"DROP FUNCTION {EDITION}_follows()")
        return
    schema_editor.execute(f"DROP TRIGGER IF EXISTS {EDITION}_follows_the_one_before")


def keep_as_before(apps, schema_editor):
    for name, columns in KEPT.items():
        keep_once_set(schema_editor, EDITION, columns, name)
    keep_once_set(schema_editor, RETURN, DAYS)
    follow(schema_editor, "'returned'")


def let_all_go(apps, schema_editor):
    for name in KEPT:
        let_go(schema_editor, EDITION, name)
    let_go(schema_editor, RETURN)
    follow_no_more(schema_editor)


def keep(apps, schema_editor):
    for name, columns in {**KEPT, "keeps_withdrawal": WITHDRAWN}.items():
        keep_once_set(schema_editor, EDITION, columns, name)
    keep_once_set(schema_editor, RETURN, (*DAYS, "deadline"))
    follow(schema_editor, "'returned', 'withdrawn'")


def keep_no_more(apps, schema_editor):
    let_all_go(apps, schema_editor)
    let_go(schema_editor, EDITION, "keeps_withdrawal")


def end(state):
    """Editions in a state that the tables do not know end: of a draft nothing was left but that somebody had begun."""

    def ended(apps, schema_editor):
        apps.get_model("returns", "Edition").objects.filter(state=state).delete()

    return ended


def states(*more):
    return models.CharField(
        choices=[
            ("draft", "起草"), ("prepared", "待校长签字"), ("signed", "校长已签"), ("filed", "已上报"),
            ("accepted", "已接收"), ("returned", "退回"), *more,
        ],
        max_length=10,
        verbose_name="状态",
    )  # fmt: skip


PREPARED = models.Q(prepared_at__isnull=False, prepared_by__isnull=False)
UNSIGNED = models.Q(signed_at=None, signed_by=None, snapshot=None)
SIGNED = models.Q(signed_at__isnull=False, signed_by__isnull=False, snapshot__isnull=False)
UNFILED = models.Q(filed_at=None, filed_by=None)
FILED_ROW = models.Q(filed_at__isnull=False, filed_by__isnull=False)
UNDECIDED = models.Q(decided_at=None, decided_by=None, decision_reason="")
DECIDED_ROW = models.Q(decided_at__isnull=False, decided_by__isnull=False)


def settle_deletions(apps, schema_editor):
    """PostgreSQL alters no table that has checks of deleted rows pending."""
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("SET CONSTRAINTS ALL IMMEDIATE")


class Migration(migrations.Migration):
    dependencies = [
        ("returns", "0003_returns_of_terms_and_years"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        # SQLite loses the triggers of a table that is made anew.
        migrations.RunPython(let_all_go, keep_as_before),
        migrations.RunPython(end("draft"), migrations.RunPython.noop),
        migrations.RunPython(settle_deletions, migrations.RunPython.noop),
        migrations.RemoveConstraint(model_name="edition", name="an_edition_is_filed_once"),
        migrations.RemoveConstraint(model_name="edition", name="a_return_is_prepared_signed_filed_and_decided"),
        migrations.AlterField(model_name="edition", name="state", field=states(("withdrawn", "撤回"))),
        migrations.AddField(
            model_name="edition",
            name="withdrawn_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="撤回时间"),
        ),
        migrations.AddField(
            model_name="edition",
            name="withdrawn_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="撤回人",
            ),
        ),
        migrations.AddConstraint(
            model_name="edition",
            constraint=models.UniqueConstraint(
                condition=~models.Q(state__in=["returned", "withdrawn"]),
                fields=("school_return", "number"),
                name="an_edition_is_filed_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="edition",
            constraint=models.CheckConstraint(
                condition=(models.Q(state="prepared") & PREPARED & UNSIGNED & UNFILED & UNDECIDED)
                | (models.Q(state="signed") & PREPARED & SIGNED & UNFILED & UNDECIDED)
                | (models.Q(state="filed") & PREPARED & SIGNED & FILED_ROW & UNDECIDED)
                | (models.Q(state="accepted", decision_reason="") & PREPARED & SIGNED & FILED_ROW & DECIDED_ROW)
                | (
                    models.Q(state="returned")
                    & ~models.Q(decision_reason="")
                    & PREPARED
                    & SIGNED
                    & FILED_ROW
                    & DECIDED_ROW
                )
                | (models.Q(state="withdrawn") & PREPARED & (UNSIGNED | SIGNED) & UNFILED & UNDECIDED),
                name="a_return_is_prepared_signed_filed_and_decided",
            ),
        ),
        migrations.AddConstraint(
            model_name="edition",
            constraint=models.CheckConstraint(
                condition=models.Q(state="withdrawn", withdrawn_at__isnull=False, withdrawn_by__isnull=False)
                | ~models.Q(state="withdrawn") & models.Q(withdrawn_at=None, withdrawn_by=None),
                name="what_is_taken_back_says_by_whom",
            ),
        ),
        migrations.RunPython(migrations.RunPython.noop, settle_deletions),
        migrations.RunPython(migrations.RunPython.noop, end("withdrawn")),
        migrations.RunPython(keep, keep_no_more),
    ]
