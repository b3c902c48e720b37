"""The year's turn as its pages show it: rows, words, counts."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Exists, OuterRef

from students.calendar import school_year_label
from students.models import School, SchoolClass, Student, YearTurn
from students.queries.year_turn import (
    STATE_TONES,
    STATES,
    TONES,
    WHAT,
    Outcome,
    exceptions_of,
    state_of,
    turns_of,
)
from students.templatetags.chinese import cdatetime
from students.turning import Line, grade_label

LONGEST_FIND = 50  # children found by a search; whoever finds more writes more of the name


@dataclass(frozen=True)
class TurnLine:
    """A child in the preview: from where to where, and why not."""

    student: Student
    from_class: str
    to: str
    day: date | None
    what: str
    tone: str
    reason: str


def counted(outcome: Outcome) -> list[dict]:
    """How many of each kind, those that are none left out; the whole first."""
    counts = outcome.counts
    rows = [{"label": label, "value": counts[what], "what": what} for what, label in WHAT.items() if counts[what]]
    return [{"label": "全部学生", "value": len(outcome.lines), "what": ""}, *rows]


def chosen_lines(outcome: Outcome, q: str = "", school_class: str = "", what: str = "") -> list[Line]:
    """The lines that a search and filters leave."""
    lines = outcome.lines
    if school_class:
        lines = [line for line in lines if str(line.from_class) == school_class]
    if what:
        lines = [line for line in lines if line.what == what]
    if q := q.strip():
        found = Student.objects.search(q).filter(pk__in=[line.student for line in lines])
        kept = set(found.values_list("pk", flat=True))
        lines = [line for line in lines if line.student in kept]
    return lines


def preview_rows(lines, outcome: Outcome) -> list[TurnLine]:
    """The lines of a page with the children's names; one query."""
    lines = list(lines)
    students = Student.objects.in_bulk([line.student for line in lines])
    return [_row(line, students[line.student], outcome) for line in lines]


def _row(line: Line, student: Student, outcome: Outcome) -> TurnLine:
    year, classes = outcome.plan.school_year, outcome.plan.classes
    own = classes[line.from_class]
    to = classes.get(line.to_class)
    return TurnLine(
        student=student,
        from_class=f"{grade_label(own.grade(year) - 1)} {own.name}",
        to=f"{grade_label(to.grade(year))} {to.name}" if to else "",
        day=line.day,
        what=WHAT[line.what],
        tone=TONES.get(line.what, "note"),
        reason=line.reason,
    )


def found_children(outcome: Outcome, q: str) -> list[dict]:
    """Children of the school whom a search finds, with what becomes of each and whether that can be chosen."""
    lines = chosen_lines(outcome, q)[:LONGEST_FIND]
    rows = preview_rows(lines, outcome)
    return [{"row": row, "student": line.student} for line, row in zip(lines, rows, strict=True)]


def plan_page(year_turn: YearTurn, outcome: Outcome) -> dict:
    """What the plan page shows beside its form."""
    return {
        "counts": counted(outcome),
        "blocked": outcome.counts["blocked"],
        "exceptions": [
            {"child": row, "what": row.get_kind_display(), "own": _own_class(row.student_id, outcome)}
            for row in exceptions_of(year_turn)
        ],
        "steps": steps(year_turn),
        "hand_overs": year_turn.hand_overs.filter(withdrawn_at=None)
        .select_related("from_class", "to_school")
        .annotate(total=Count("children"))
        .order_by("pk"),
    }


def _own_class(student: int, outcome: Outcome) -> str:
    own = next((line.from_class for line in outcome.lines if line.student == student), None)
    return outcome.plan.classes[own].name if own else "已不在册"


def steps(year_turn: YearTurn) -> list[dict]:
    """How far it has come: 制定, 执行, 确认, each with who and when."""
    done = [
        ("制定计划", year_turn.planned_at, year_turn.planned_by),
        ("执行", year_turn.carried_out_at, year_turn.carried_out_by),
        ("确认", year_turn.confirmed_at, year_turn.confirmed_by),
    ]
    reached = sum(at is not None for _, at, _ in done)
    return [
        {
            "label": label,
            "state": "done" if at else "current" if position == reached else "ahead",
            "note": f"{by.name} {cdatetime(at)}" if at else "",
        }
        for position, (label, at, by) in enumerate(done)
    ]


# ---- all schools -------------------------------------------------------------------------------


def schools_page(schools, school_year: int, q: str = "", state: str = "") -> dict:
    """The schools that a search and a state leave, and how many there are of each state."""
    if q := q.strip():
        schools = schools.filter(name__contains=q)
    with_state = _by_state(schools, school_year)
    counts = [
        {"label": label, "value": rows.count(), "tone": "warn" if key == "none" else ""}
        for key, label in STATES.items()
        for rows in [with_state(key)]
    ]
    return {"schools": with_state(state) if state else schools, "counts": counts}


def _by_state(schools, school_year: int):
    turns = YearTurn.objects.filter(school=OuterRef("pk"), school_year=school_year, taken_back_at=None)
    conditions = {
        "none": ~Exists(turns),
        "planned": Exists(turns.filter(carried_out_at=None)),
        "carried_out": Exists(turns.filter(carried_out_at__isnull=False, confirmed_at=None)),
        "confirmed": Exists(turns.filter(confirmed_at__isnull=False)),
    }
    return lambda state: schools.filter(conditions[state])


@dataclass(frozen=True)
class SchoolLine:
    """A school in the list: how far it has come, and how many children have moved."""

    school: School
    classes: int
    state: str
    tone: str
    promoted: int | None
    graduated: int | None


def school_lines(schools, school_year: int) -> list[SchoolLine]:
    """The lines of a page of schools; two queries."""
    schools = list(schools)
    turns = turns_of(schools, school_year)
    rows = SchoolClass.objects.filter(school__in=schools, cohort__lt=school_year).order_by().values_list("school")
    classes = dict(rows.annotate(count=Count("pk")))
    lines = []
    for school in schools:
        found = turns.get(school.pk)
        state, moved = state_of(found), found is not None and found.carried_out_at is not None
        lines.append(
            SchoolLine(
                school=school,
                classes=classes.get(school.pk, 0),
                state=STATES[state],
                tone=STATE_TONES[state],
                promoted=found.promoted if moved else None,
                graduated=found.graduated if moved else None,
            )
        )
    return lines


def years(school_years, current: int, address) -> list[dict]:
    """The tabs of the school years; ``address`` makes one's address."""
    return [
        {"label": school_year_label(year), "url": address(year), "current": year == current, "count": None}
        for year in school_years
    ]
