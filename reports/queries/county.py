"""控辍看板: how a county, a township or a school stands, month by month, beside the lines that it is measured by."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from reports.figures import BASELINE, CLOSING, DROPPED_TOTAL, LOST, NO_FIGURES, SUSPECTED, UNACCOUNTED, Figures
from reports.queries.kept_figures import KeptMonth, kept, sums
from scoring.presets import schemes_in
from students.access import WHOLE_COUNTY, Scope
from students.metrics import Rate
from students.models import Area, School, SchoolClass
from students.policy import Policy
from students.queries.places import county_name
from students.queries.policy import policy_of
from students.templatetags.chinese import cdate_short

COUNTY = "全县"
LINE_OF = {SchoolClass.Stage.PRIMARY: "dropout_line_primary", SchoolClass.Stage.JUNIOR: "dropout_line_junior"}
Points = list[tuple[str, Decimal | None]]


@dataclass(frozen=True)
class Headline:
    """One figure of the month beside that of the month before; ``change`` in words, blank where there is none.
    ``figures`` and ``code``: what it was taken of."""

    label: str
    value: str
    unit: str
    change: str
    figures: Figures
    code: str
    tone: str = ""


@dataclass(frozen=True)
class Trend:
    """How a stage 学段 went through the school year: the rates of each month, and the lines they are measured by.

    ``floor``: where the chart of 学年巩固率 begins; a chart of losses begins at zero. ``unfinished``: what is said of
    the last month while it goes on, blank once it is over.
    """

    stage: str
    label: str
    kept: list[tuple[str, Points]]
    lost: list[tuple[str, Points]]
    lines: list[tuple[str, Decimal]]
    floor: int
    rows: list["PlaceFigures"]
    unfinished: str = ""


@dataclass(frozen=True)
class PlaceFigures:
    """A line of figures: those of a school in a comparison, of a ``month``, of the children that ``key`` names, or of
    all together."""

    figures: Figures
    label: str
    school: School | None = None
    key: str | int = ""
    month: KeptMonth | None = None

    @property
    def code(self) -> str | None:
        return self.school and self.school.code

    @property
    def township(self) -> str:
        return self.school.township.name if self.school else ""

    @property
    def dropout_rate(self) -> Rate:
        return self.figures.dropout_rate

    @property
    def retention_rate(self) -> Rate:
        return self.figures.retention_rate

    @property
    def share(self) -> str:
        """3/381人: what its 辍学率 is made of."""
        return f"{self.figures[LOST]}/{self.figures[BASELINE]}人"


def place_name(scope: Scope) -> str:
    """What the figures of a scope are figures of: its county, one township or school by name; two queries at most."""
    if scope.county:
        return county_name()
    townships = list(Area.objects.filter(pk__in=scope.townships).values_list("name", flat=True)[:2])
    schools = list(School.objects.filter(pk__in=scope.schools).values_list("name", flat=True)[:2])
    names = [*townships, *schools]
    return names[0] if len(names) == 1 else "所辖学校"


def line_name(scope: Scope) -> str:
    """What the line of a scope is called beside the county's, shortly."""
    if scope.county:
        return COUNTY
    return "本校" if len(scope.schools) == 1 and not scope.townships else "本地"


def headlines(scope: Scope, month: KeptMonth, before: KeptMonth | None) -> list[Headline]:
    """The month's figures with their change; one query."""
    days = [each.day for each in (month, before) if each]
    found = sums(kept(scope).filter(as_of__in=days), "as_of")
    now, then = found.get(month.day, NO_FIGURES), found.get(before.day, NO_FIGURES) if before else None
    since = before.number if before else ""
    counts = ((CLOSING, "期末在校", ""), (SUSPECTED, "疑似辍学", "warn"), (DROPPED_TOTAL, "累计辍学未返", "alarm"),
              (UNACCOUNTED, "去向不明", "alarm"))  # fmt: skip
    return [
        *_rate_headlines(now, then, since),
        *(
            Headline(
                label,
                str(now[code]),
                "人",
                _more(now[code], then and then[code], since),
                now,
                code,
                tone if now[code] else "",
            )
            for code, label, tone in counts
        ),
    ]


def _rate_headlines(now: Figures, then: Figures | None, since: str) -> Iterator[Headline]:
    for name, label in (("retention_rate", "学年巩固率"), ("dropout_rate", "辍学率")):
        rate, earlier = getattr(now, name), then and getattr(then, name)
        change = f"{rate.numerator}/{rate.denominator}人{_higher(rate, earlier, since)}"
        yield Headline(label, rate.text, "", change, now, name)


def _more(now: int, then: int | None, since: str) -> str:
    if then is None:
        return ""
    if now == then:
        return f"与{since}相同"
    return f"比{since}多{now - then}人" if now > then else f"比{since}少{then - now}人"


def _higher(now: Rate, then: Rate | None, since: str) -> str:
    if then is None or now.percent is None or then.percent is None:
        return ""
    if now.percent == then.percent:
        return f"，与{since}相同"
    word = "高" if now.percent > then.percent else "低"
    return f"，比{since}{word}{abs(now.percent - then.percent)}个百分点"


def trends(scope: Scope, months: Sequence[KeptMonth]) -> list[Trend]:
    """The stages that the scope teaches, through ``months`` of one school year; the county stands beside its parts.

    Four queries, five where the county is compared.
    """
    days = [month.day for month in months]
    own = sums(kept(scope).filter(as_of__in=days), "stage", "as_of")
    county = {} if scope.county else sums(kept(WHOLE_COUNTY).filter(as_of__in=days), "stage", "as_of")
    policy, targets = policy_of(days[-1]), schemes_in(months[-1].school_year).county.targets
    taught = [stage for stage in SchoolClass.Stage if any(key[0] == stage for key in own)]
    return [_trend(stage, months, {line_name(scope): own} | ({COUNTY: county} if county else {}), policy, targets)
            for stage in taught]  # fmt: skip


def _trend(stage, months: Sequence[KeptMonth], courses: Mapping[str, Mapping], policy: Policy, targets) -> Trend:
    def points(found, rate) -> Points:
        figures = ((month.number, found.get((stage, month.day), NO_FIGURES)) for month in months)
        return [(label, getattr(each, rate).percent) for label, each in figures]

    staying = [(name, points(found, "retention_rate")) for name, found in courses.items()]
    lowest = min((value for _, line in staying for _, value in line if value is not None), default=Decimal(100))
    own, last = next(iter(courses.values())), months[-1]
    unfinished = f"{last.number}算到{cdate_short(last.day)}，暂计" if last.goes_on(policy) else ""
    return Trend(
        stage=stage.value,
        label=stage.label,
        kept=staying,
        lost=[(name, points(found, "dropout_rate")) for name, found in courses.items()],
        lines=[("国家参考线", national_line(policy, stage)), *_target_lines(targets.get(stage.value))],
        floor=max(int(lowest) - 1, 0),
        rows=[PlaceFigures(own.get((stage, month.day), NO_FIGURES), month.label, month=month) for month in months],
        unfinished=unfinished,
    )


def national_line(policy: Policy, stage: str) -> Decimal:
    """辍学率国家参考线 of a stage, in per cent."""
    return Decimal(getattr(policy, LINE_OF[stage])) / 10


def _target_lines(target) -> list[tuple[str, Decimal]]:
    """The county's own target 控辍目标; one of children and not of a rate is a line only where it is nobody."""
    if target is None:
        return []
    if target.rate_below is not None:
        return [("目标：低于", target.rate_below)]
    return [] if target.lost_at_most else [("目标", Decimal(0))]


# ---- schools side by side ----------------------------------------------------------------------


def compared_schools(scope: Scope, month: KeptMonth, stage: str) -> list[PlaceFigures]:
    """The schools of a scope that teach a stage, the highest 辍学率 first; two queries."""
    found = sums(kept(scope).filter(as_of=month.day, stage=stage), "school")
    schools = School.objects.select_related("township").in_bulk(found)
    rows = [PlaceFigures(figures, schools[pk].name, schools[pk]) for pk, figures in found.items()]
    return sorted(rows, key=_worst_first)


def _worst_first(row: PlaceFigures):
    rate = row.dropout_rate
    lost = Decimal(rate.numerator) / rate.denominator if rate.denominator else Decimal(-1)
    return -lost, -row.figures[LOST], row.code
