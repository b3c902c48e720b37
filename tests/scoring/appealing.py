"""A class with facts that cost points, and how its people appeal, sign and freeze, in one line each."""

from datetime import date
from uuid import uuid4

from scoring.actions import appeals, freezes
from scoring.appeals import Ground
from scoring.class_scores import ClassFacts, score
from scoring.frozen import digest, record_of, result_of
from scoring.models import Appeal, ScoreFreeze, StoredScheme
from scoring.queries.freezes import mark_of, rows_now
from scoring.scheme_reading import read_scheme
from students.access import in_force, scope_of
from students.actions import enrolment
from students.enrolment import EventKind
from students.models import Role, Term
from tests import cast
from tests.scene import MONDAY, at

TODAY = date(2026, 9, 10)
AS_OF = date(2026, 9, 9)
AFTER = date(2027, 2, 1)  # the first term ended on 22 January
REGISTER, CALLS = "register-2026-09-04", "calls-2026-09-02"
NOTE = "1月25日教育局2人到校抽查3个班，情况属实。"


def week(scene, clock):
    """One morning missed by a child and not called about, one register left out, one child gone; two days without."""
    for day in (date(2026, 9, 1), date(2026, 9, 2), date(2026, 9, 3), date(2026, 9, 4), MONDAY):
        for slot in ("AM", "PM"):
            if (day, slot) != (date(2026, 9, 4), "PM"):
                gone = {"a": (scene.children[0], "unexcused")} if (day, slot) == (date(2026, 9, 2), "PM") else {}
                cast.take_register(scene.clerk, scene.school_class, day, slot, today=MONDAY, **gone)
    clock.move_to(at(TODAY))
    enrolment.record_event(
        by=scene.clerk, student=scene.children[2], kind=EventKind.DROP_OUT, happened_on=date(2026, 9, 8), today=TODAY
    )
    return scene


def loss_of(scene) -> str:
    """The name of the fact that the third child is lost."""
    return f"loss-{scene.children[2].pk}-2026-09-08"


def make(scene, fact: str = REGISTER, *, by=None, today: date = TODAY, as_of: date = AS_OF, **more) -> Appeal:
    """提出, by the class's 班主任 unless another is named."""
    who = by or scene.teacher
    told = {"ground": Ground.NETWORK, "text": "9月4日下午停电。", "submission": uuid4()} | more
    where = {"school_class": scene.school_class, "as_of": as_of, "fact": fact, "today": today}
    scope = scope_of(who, in_force(who.postings.all(), today))
    return appeals.make(by=who, scope=scope, **where, **told)


def decide(appeal: Appeal, who, *, accepts: bool = True, note: str = "供电所证明属实", version: int | None = None):
    """处理."""
    given = {"accepts": accepts, "note": note, "today": TODAY}
    version = appeal.version if version is None else version
    return appeals.decide(by=who, scope=cast.scope(who), appeal=appeal, version=version, **given)


def ask_review(appeal: Appeal, who, text: str = "当时已报告教务处") -> Appeal:
    """申请复核."""
    given = {"text": text, "version": appeal.version, "today": TODAY}
    return appeals.ask_review(by=who, scope=cast.scope(who), appeal=appeal, **given)


def principal_of(scene):
    return cast.person("罗宁", role=Role.PRINCIPAL, school=scene.school)


def opened(scene, bureau, *, term: Term | None = None, today: date = AFTER) -> ScoreFreeze:
    """发起 the 定分 of the scene's school."""
    term = term or Term.objects.get(school_year=2026, number=1)
    freezes.open_term(by=bureau, scope=cast.scope(bureau), term=term, school=scene.school, today=today)
    return ScoreFreeze.objects.get(school=scene.school, term=term)


def mark(freeze: ScoreFreeze) -> str:
    """The digest that the page of the school would show."""
    return mark_of(rows_now(freeze.school_id, freeze.term, freeze.day))


def sign(freeze: ScoreFreeze, who, *, today: date = AFTER, **more) -> ScoreFreeze:
    given = {"mark": mark(freeze)} | more
    return freezes.sign(by=who, scope=cast.scope(who), freeze=freeze, today=today, **given)


def freeze_scores(freeze: ScoreFreeze, bureau, *, note: str = NOTE, today: date = AFTER) -> ScoreFreeze:
    return freezes.freeze_scores(by=bureau, scope=cast.scope(bureau), freeze=freeze, note=note, today=today)


def frozen(scene, bureau, head, **more) -> ScoreFreeze:
    """Opened, signed and frozen."""
    return freeze_scores(sign(opened(scene, bureau, **more), head), bureau)


def amend(freeze: ScoreFreeze, bureau, *, reason: str = "9月4日点名补登有误", seen: int = 0, **more):
    given = {"mark": mark(freeze)} | more
    return freezes.amend(
        by=bureau, scope=cast.scope(bureau), freeze=freeze, reason=reason, seen=seen, today=AFTER, **given
    )


def kept_columns(school_class) -> dict:
    """The columns of a frozen score of a class that nobody was lost from and nothing was charged to."""
    facts = ClassFacts(school_class.pk, "primary", 3)
    made = score(facts, read_scheme(StoredScheme.objects.first().content))
    record, result = record_of(facts), result_of(made)
    return {"facts": record, "result": result, "total": made.total, "sha256": digest(record)}
