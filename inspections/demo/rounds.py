"""专项检查 of the demonstration county: of a round some schools are signed, one is half filled, one is still to come;
and a 整改台账 with a finding in every state."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from uuid import NAMESPACE_OID, uuid5

from casework.demo.acts import at
from casework.demo.hours import done_at
from casework.demo.plan import CountyPlan, SchoolPlan
from casework.demo.proofs import paper
from casework.demo.staff import USERNAMES, holders, scope_on
from inspections.actions import filling, rectifications, results, rounds
from inspections.actions.filling import Entered
from inspections.checklist import Item, Judged, items_of
from inspections.models import Inspection, InspectionAnswer, InspectionRound, Rectification
from inspections.presets import checklist_of
from inspections.queries.checklists import current_checklists
from inspections.queries.deadlines import usual_deadline
from inspections.queries.reading import sections_of
from scoring.class_scores import ClassScore
from scoring.queries.class_scores import class_scores
from students.calendar import DAY
from students.models import Person, Role, School, SchoolClass

SCHOOLS, LASTS = 6, 14  # of the round; days that it still lasts
OPENED, INSPECTED = 18, (14, 12, 10, 9, 8, 7)  # school days ago, school by school
PLANNED, REPORTED, CLOSED, AGAIN = 13, 9, 5, 2
BEGUN = 9  # items judged at the school that is half filled
FIRST_SPRING_MONTH, FIRST_AUTUMN_MONTH = 2, 8
# What was found at the school of the log-ins: the item, what it lost, what was seen there.
FOUND = (
    ("org-plan", "0.5", "缺十月的会议记录"),
    ("pledge-teachers", "1.5", "三名任课教师没有签责任书"),
    ("visit-weekly", "2", "抽看两周，两名重点学生各缺一次家访"),
    ("file-registry", "1", "一名转出学生没有接收学校的证明"),
)
ELSEWHERE = (("org-publicity", "1", "问到的两名学生说不清义务教育法"), ("file-papers", "0.5", "档案没有目录"))
MEASURES = {
    "org-plan": "补开十月的会议，以后每月第一周开会、当天归档。",
    "pledge-teachers": "教务处通知三名教师签字，签完按教职工名册核对一遍。",
    "visit-weekly": "每周一由教务处排家访，周五检查记录，校领导每周抽查两户。",
}
FIRST_TIME, NO_BOARDERS = "本学年第一次专项检查", "不是寄宿制学校"
SEEN_AGAIN = "回访时看到，晚自习点名表有三天没有签名。"


def inspect(plan: CountyPlan) -> None:
    """Opened by the bureau; filled by a 督学 in the township of the log-ins, elsewhere by one of the whole county."""
    people = Person.objects.in_bulk([*USERNAMES.values()], field_name="username")
    officer, local = people[USERNAMES[Role.BUREAU_OFFICER]], people[USERNAMES[Role.INSPECTOR]]
    [travelling] = holders(plan.span.today, role=Role.INSPECTOR, township=None)
    shown = plan.shown_school
    beside = [school for school in plan.schools if school is not shown and school.township == shown.township][:1]
    others = [school for school in plan.schools if school is not shown and school not in beside]
    schools = [shown, *others[: SCHOOLS - 1 - len(beside)]]
    opened = _open(plan, officer, [local, travelling, officer], [*schools, *beside])
    for school, ago in zip(schools[:-1], INSPECTED, strict=False):
        by = local if school is shown else travelling
        _inspect(plan, opened, school, by, plan.shown_class.days[-ago])
    for school in beside:
        row, day = _row(opened, school), plan.shown_class.days[-AGAIN]
        _fill(row, local, day, dict(list(_sheet(row, (), day).items())[:BEGUN]))
    _mend(plan, _row(opened, shown), local)


def _open(plan: CountyPlan, officer: Person, inspectors: list[Person], schools: list[SchoolPlan]) -> InspectionRound:
    today, day = plan.span.today, plan.shown_class.days[-OPENED]
    season = "春季" if FIRST_SPRING_MONTH <= today.month < FIRST_AUTUMN_MONTH else "秋季"
    with done_at(at(day, 9)):
        return rounds.open_round(
            by=officer, scope=scope_on(officer, day), title=f"{day.year}年{season}专项检查",
            checklist=current_checklists()[-1], schools=[school.row for school in schools], first_day=day,
            last_day=today + LASTS * DAY, inspectors=inspectors, submission=uuid5(NAMESPACE_OID, f"demo round {day}"),
            today=day,
        )  # fmt: skip


def _inspect(plan: CountyPlan, opened: InspectionRound, school: SchoolPlan, by: Person, day: date) -> None:
    """Filled, signed on the spot, and at the school of the log-ins confirmed by the 校长 the day after."""
    row, is_shown = _row(opened, school), school is plan.shown_school
    _fill(row, by, day, _sheet(row, FOUND if is_shown else ELSEWHERE, day))
    deadline = usual_deadline(school.row, checklist_of(opened.checklist).rectify_days, day)
    with done_at(at(day, 16, 30)):
        results.sign(
            by=by, scope=scope_on(by, day), inspection=row, seen=_row(opened, school).version, inspected_on=day,
            deadline=deadline or day, today=day,
        )  # fmt: skip
    if is_shown:
        with done_at(at(day + DAY, 9, 15)):
            scope, kind = scope_on(school.principal, day + DAY), InspectionAnswer.Kind.CONFIRMED
            results.answer(by=school.principal, scope=scope, inspection=row, number=1, kind=kind)


def _row(opened: InspectionRound, school: SchoolPlan) -> Inspection:
    return opened.inspections.select_related("round__checklist", "school").get(school=school.row)


def _fill(row: Inspection, by: Person, day: date, sheet: Mapping[str, Judged]) -> None:
    entered = {code: Entered(mark, 0) for code, mark in sheet.items()}
    with done_at(at(day, 15, 10)):
        filling.keep(by=by, scope=scope_on(by, day), inspection=row, entered=entered, page=None, today=day)


def _sheet(row: Inspection, found, day: date) -> dict[str, Judged]:
    """Full points but for what was ``found``, and for what the scores of that day say of lost children."""
    lost = {code: (Decimal(points), words) for code, points, words in found}
    scores = [made for _, made in class_scores(SchoolClass.objects.filter(school=row.school), as_of=day)]
    gone, items = sum(len(made.facts.lost) for made in scores), items_of(sections_of(row))
    return {item.code: _judged(item, row.school, lost, gone=gone, misses=_misses(scores)) for item in items}


def _misses(scores: Sequence[ClassScore]) -> bool:
    """Whether a stage of the school has not met the target of its scheme."""
    stages = defaultdict(list)
    for made in scores:
        stages[made.scheme.targets[made.facts.stage]].append(made.facts)
    return not all(
        target.is_met(sum(len(facts.lost) for facts in found), sum(facts.baseline for facts in found))
        for target, found in stages.items()
    )


def _judged(item: Item, school: School, lost: Mapping, *, gone: int, misses: bool) -> Judged:
    match item.code:
        case "reg-boarding" if not school.is_boarding:
            return Judged(applies=False, remark=NO_BOARDERS)
        case "result-last":
            return Judged(applies=False, remark=FIRST_TIME)
        case "result-target" if misses:
            return Judged(Decimal(0), remark=f"流失{gone}人，没有完成目标")
        case "result-return" if gone:
            return Judged(Decimal(0), remark=f"流失的{gone}人还没有返校，正在劝返")
        case "result-return":
            return Judged(applies=False, remark="没有流失的学生")
    points, words = lost.get(item.code, (Decimal(0), ""))
    return Judged(item.points - points, remark=words)


def _mend(plan: CountyPlan, row: Inspection, inspector: Person) -> None:
    """Of what was found one is closed, one waits for the inspector, one has its measure and is overdue; what remains,
    and what was found on a second visit, waits for a measure."""
    school, days = plan.shown_school, plan.shown_class.days
    found = {each.item: each for each in row.rectifications.all()}
    closed, reported, overdue = (found[item] for item in MEASURES)
    for each in (closed, reported, overdue):
        _plan(school, each, days[-PLANNED])
    for each, ago, number in ((closed, REPORTED, 1), (reported, CLOSED, 2)):
        _report(school, each, days[-ago], number)
    with done_at(at(days[-CLOSED], 11)):
        rectifications.close(
            by=inspector, scope=scope_on(inspector, days[-CLOSED]), rectification=closed,
            seen=_again(closed).version, words="查看了补的会议记录和签到表，属实。",
        )  # fmt: skip
    day = days[-AGAIN]
    if deadline := usual_deadline(school.row, 7, plan.span.today):
        with done_at(at(day, 17)):
            rectifications.add(
                by=inspector, scope=scope_on(inspector, day), inspection=row, problem=SEEN_AGAIN, deadline=deadline,
                today=day,
            )  # fmt: skip


def _plan(school: SchoolPlan, row: Rectification, day: date) -> None:
    with done_at(at(day, 10)):
        rectifications.plan(
            by=school.principal, scope=scope_on(school.principal, day), rectification=row, seen=row.version,
            measure=MEASURES[row.item], responsible=school.deputy, today=day,
        )  # fmt: skip


def _report(school: SchoolPlan, row: Rectification, day: date, number: int) -> None:
    with done_at(at(day, 16)):
        rectifications.report(
            by=school.deputy, scope=scope_on(school.deputy, day), rectification=row, seen=_again(row).version,
            words="已经补齐，附照片。", papers=[paper(number, "整改材料.png")], today=day,
        )  # fmt: skip


def _again(row: Rectification) -> Rectification:
    return Rectification.objects.get(pk=row.pk)
