"""What an appeal says and what was decided never changes; a signature keeps the day that it speaks of."""

from django.conf import settings
from django.db import migrations, models
from django.db.models import OuterRef, Subquery

from students.triggers import keep_once_set, let_go

APPEAL, FREEZE, SCORE, AMENDMENT = (
    f"scoring_{name}" for name in ("appeal", "scorefreeze", "frozenscore", "scoreamendment")
)
KEPT = (
    "frozen_at", "frozen_by_id", "note", "state", "sha256", "signed_at", "signed_by_id", "opened_at", "opened_by_id",
    "school_id", "term_id",
)  # fmt: skip
SAID = (
    "made_at", "made_by_id", "school_class_id", "kind", "fact", "day", "student_id", "duties", "told", "ground",
    "text", "submission",
)  # fmt: skip
STEPS = {
    "keeps": SAID,
    "keeps_decision": ("decided_at", "decided_by_id", "decision"),
    "keeps_asked": ("asked_at", "asked_by_id", "asked"),
    "keeps_review": ("reviewed_at", "reviewed_by_id", "review"),
    "keeps_withdrawal": ("withdrawn_at", "withdrawn_by_id"),
}
WITHOUT = (
    f"NEW.number > 0 AND NOT EXISTS (SELECT 1 FROM {AMENDMENT} a "  # nosec B608: constants only
    "WHERE a.freeze_id = NEW.freeze_id AND a.number = NEW.number)"
)
WORDS = f"{SCORE} needs its amendment"


def let_freezes_go(apps, schema_editor):
    """SQLite makes the table anew."""
    let_go(schema_editor, FREEZE)


def keep_freezes_without_their_day(apps, schema_editor):
    keep_once_set(schema_editor, FREEZE, KEPT)


def fill(apps, schema_editor):
    """What was signed was signed through the end of its term; a review that was withdrawn leaves 不成立."""
    freeze, term = apps.get_model("scoring", "ScoreFreeze"), apps.get_model("students", "Term")
    ends = Subquery(term.objects.filter(pk=OuterRef("term")).values("end")[:1])
    freeze.objects.exclude(state="open").update(as_of=ends)
    appeal = apps.get_model("scoring", "Appeal")
    appeal.objects.filter(state="withdrawn").exclude(decided_at=None).update(state="refused")


def take_back(apps, schema_editor):
    appeal = apps.get_model("scoring", "Appeal")
    appeal.objects.filter(state="refused").exclude(withdrawn_at=None).update(state="withdrawn")


def keep(apps, schema_editor):
    keep_once_set(schema_editor, FREEZE, (*KEPT, "as_of"))
    for name, columns in STEPS.items():
        keep_once_set(schema_editor, APPEAL, columns, name)
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(
            f"CREATE FUNCTION {SCORE}_is_amended() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN IF {WITHOUT} THEN RAISE EXCEPTION '{WORDS}'; END IF; RETURN NEW; END $$"
        )
        schema_editor.execute(
            f"CREATE TRIGGER {SCORE}_needs_its_amendment BEFORE INSERT ON {SCORE} "
            f"FOR EACH ROW EXECUTE FUNCTION {SCORE}_is_amended()"
        )
        return
    schema_editor.execute(
        f"CREATE TRIGGER {SCORE}_needs_its_amendment BEFORE INSERT ON {SCORE} "
        f"WHEN {WITHOUT} BEGIN SELECT RAISE(ABORT, '{WORDS}'); END"
    )


def keep_no_more(apps, schema_editor):
    let_go(schema_editor, FREEZE)
    for name in STEPS:
        let_go(schema_editor, APPEAL, name)
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(f"DROP TRIGGER {SCORE}_needs_its_amendment ON {SCORE}")
        schema_editor.execute(f"DROP FUNCTION {SCORE}_is_amended()")
        return
    schema_editor.execute(f"DROP TRIGGER IF EXISTS {SCORE}_needs_its_amendment")


class Migration(migrations.Migration):
    dependencies = [
        ("scoring", "0010_a_child_taken_off_a_score_is_lost_all_the_same"),
        ("students", "0027_notices_tell_of_inspections"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RunPython(let_freezes_go, keep_freezes_without_their_day),
        migrations.RemoveConstraint(
            model_name="appeal",
            name="an_appeal_is_decided_and_reviewed_in_order",
        ),
        migrations.RemoveConstraint(
            model_name="scorefreeze",
            name="scores_are_signed_and_then_frozen",
        ),
        migrations.AddField(
            model_name="scorefreeze",
            name="as_of",
            field=models.DateField(blank=True, null=True, verbose_name="算到哪天"),
        ),
        migrations.RunPython(fill, take_back),
        migrations.AddConstraint(
            model_name="appeal",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("state", "waiting"),
                        ("decided_at", None),
                        ("decided_by", None),
                        ("decision", ""),
                        ("asked", ""),
                        ("asked_at", None),
                        ("asked_by", None),
                        ("review", ""),
                        ("reviewed_at", None),
                        ("reviewed_by", None),
                        ("withdrawn_at", None),
                        ("withdrawn_by", None),
                    ),
                    models.Q(
                        ("state", "withdrawn"),
                        ("decided_at", None),
                        ("decided_by", None),
                        ("decision", ""),
                        ("asked", ""),
                        ("asked_at", None),
                        ("asked_by", None),
                        ("review", ""),
                        ("reviewed_at", None),
                        ("reviewed_by", None),
                        ("withdrawn_at__isnull", False),
                        ("withdrawn_by__isnull", False),
                    ),
                    models.Q(
                        ("state", "refused"),
                        ("decided_at__isnull", False),
                        ("decided_by__isnull", False),
                        models.Q(("decision", ""), _negated=True),
                        ("asked", ""),
                        ("asked_at", None),
                        ("asked_by", None),
                        ("review", ""),
                        ("reviewed_at", None),
                        ("reviewed_by", None),
                        ("withdrawn_at", None),
                        ("withdrawn_by", None),
                    ),
                    models.Q(
                        ("state", "refused"),
                        ("decided_at__isnull", False),
                        ("decided_by__isnull", False),
                        models.Q(("decision", ""), _negated=True),
                        ("asked_at__isnull", False),
                        ("asked_by__isnull", False),
                        ("level", "bureau"),
                        models.Q(("asked", ""), _negated=True),
                        ("review", ""),
                        ("reviewed_at", None),
                        ("reviewed_by", None),
                        ("withdrawn_at__isnull", False),
                        ("withdrawn_by__isnull", False),
                    ),
                    models.Q(
                        ("state", "review"),
                        ("decided_at__isnull", False),
                        ("decided_by__isnull", False),
                        models.Q(("decision", ""), _negated=True),
                        ("asked_at__isnull", False),
                        ("asked_by__isnull", False),
                        ("level", "bureau"),
                        models.Q(("asked", ""), _negated=True),
                        ("review", ""),
                        ("reviewed_at", None),
                        ("reviewed_by", None),
                        ("withdrawn_at", None),
                        ("withdrawn_by", None),
                    ),
                    models.Q(
                        ("state", "upheld"),
                        ("decided_at__isnull", False),
                        ("decided_by__isnull", False),
                        models.Q(("decision", ""), _negated=True),
                        ("asked_at__isnull", False),
                        ("asked_by__isnull", False),
                        ("level", "bureau"),
                        models.Q(("asked", ""), _negated=True),
                        ("reviewed_at__isnull", False),
                        ("reviewed_by__isnull", False),
                        models.Q(("review", ""), _negated=True),
                        ("withdrawn_at", None),
                        ("withdrawn_by", None),
                    ),
                    models.Q(
                        ("state", "accepted"),
                        ("decided_at__isnull", False),
                        ("decided_by__isnull", False),
                        models.Q(("decision", ""), _negated=True),
                        ("asked", ""),
                        ("asked_at", None),
                        ("asked_by", None),
                        ("review", ""),
                        ("reviewed_at", None),
                        ("reviewed_by", None),
                        ("withdrawn_at", None),
                        ("withdrawn_by", None),
                    ),
                    models.Q(
                        ("state", "accepted"),
                        ("decided_at__isnull", False),
                        ("decided_by__isnull", False),
                        models.Q(("decision", ""), _negated=True),
                        ("asked_at__isnull", False),
                        ("asked_by__isnull", False),
                        ("level", "bureau"),
                        models.Q(("asked", ""), _negated=True),
                        ("reviewed_at__isnull", False),
                        ("reviewed_by__isnull", False),
                        models.Q(("review", ""), _negated=True),
                        ("withdrawn_at", None),
                        ("withdrawn_by", None),
                    ),
                    _connector="OR",
                ),
                name="an_appeal_is_decided_and_reviewed_in_order",
            ),
        ),
        migrations.AddConstraint(
            model_name="scorefreeze",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("state", "open"),
                        ("as_of", None),
                        ("sha256", ""),
                        ("signed_at", None),
                        ("signed_by", None),
                        ("frozen_at", None),
                        ("frozen_by", None),
                        ("note", ""),
                    ),
                    models.Q(
                        ("state", "signed"),
                        ("as_of__isnull", False),
                        ("signed_at__isnull", False),
                        ("signed_by__isnull", False),
                        models.Q(("sha256", ""), _negated=True),
                        ("frozen_at", None),
                        ("frozen_by", None),
                        ("note", ""),
                    ),
                    models.Q(
                        ("state", "frozen"),
                        ("as_of__isnull", False),
                        ("signed_at__isnull", False),
                        ("signed_by__isnull", False),
                        models.Q(("sha256", ""), _negated=True),
                        ("frozen_at__isnull", False),
                        ("frozen_by__isnull", False),
                        models.Q(("note", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="scores_are_signed_and_then_frozen",
            ),
        ),
        migrations.RunPython(keep, keep_no_more),
    ]
