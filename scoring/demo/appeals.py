"""Appeals of the demonstration county 演示县: one that waits, one accepted, one about a lost child for the bureau."""

from collections.abc import Iterator
from datetime import date, timedelta
from uuid import NAMESPACE_OID, uuid5

from casework.demo.plan import ClassPlan, CountyPlan
from casework.demo.staff import holders, scope_on
from scoring.actions import appeals
from scoring.appeals import AppealedFact, FactKind, Ground, facts_of
from scoring.models import Appeal
from scoring.queries.appeals import score_of
from students.models import Role

WORDS = {
    FactKind.CALLS: (Ground.ILLNESS, "那天我住院手术，代班老师还没有接到通知，第二天一早补打了电话。"),
    FactKind.REGISTER: (Ground.NETWORK, "全乡停电断网，纸质点名表在教务处，当晚补录。"),
    FactKind.REPORT: (Ground.NETWORK, "报告当天已经写好，断网没有交上，第二天恢复后立即补交。"),
    FactKind.LOSS: (Ground.MOVED, "全家已迁往外省，当地学校的学籍正在办理，接收函随后补上。"),
}
ACCEPTED = "核对了停电通知和纸质点名表，情况属实。"


def tell_appeals(plan: CountyPlan) -> None:
    """Appeals in the school of the log-ins against what its classes' scores say by the evening before."""
    today, waiting = plan.span.today, []
    for of, fact in _facts(plan):
        if any(row.kind == fact.kind for row in waiting):
            continue
        teacher = holders(today, role=Role.HOMEROOM_TEACHER, school_class=of.row)[0]
        ground, text = WORDS[fact.kind]
        waiting.append(
            appeals.make(
                by=teacher, scope=scope_on(teacher, today), school_class=of.row, as_of=today - timedelta(days=1),
                fact=fact.name, ground=ground, text=text, submission=uuid5(NAMESPACE_OID, fact.name), today=today,
            )
        )  # fmt: skip
    if reports := [row for row in waiting if row.kind == FactKind.REPORT]:
        _accept(plan, reports[0], today)


def _facts(plan: CountyPlan) -> Iterator[tuple[ClassPlan, AppealedFact]]:
    """What costs the classes of the shown school points, the shown class first."""
    for of in sorted(plan.shown_school.classes, key=lambda of: not of.is_shown):
        for fact in facts_of(score_of(of.row.pk, plan.span.today - timedelta(days=1))):
            yield of, fact


def _accept(plan: CountyPlan, row: Appeal, today: date) -> None:
    clerk = plan.shown_school.clerk
    scope = scope_on(clerk, today)
    appeals.decide(by=clerk, scope=scope, appeal=row, accepts=True, note=ACCEPTED, version=row.version, today=today)
