"""A school's month in words: how its points come about, and the children behind its targets."""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from scoring.queries.class_facts import class_facts
from scoring.queries.months import ScoreMonth
from scoring.scheme import STAGES, Measure, Scheme, plain, signed
from scoring.school_scheme import SchoolScheme
from scoring.school_scores import MEAN_LINES, SchoolScore, Standing
from students.calendar import school_year_start
from students.losses import Loss
from students.metrics import DROPOUT_RATE
from students.models import School, SchoolClass, Student
from students.queries.losses import losses
from students.queries.policy import SOURCES, policy_of

HUNDREDTH = Decimal("0.01")


@dataclass(frozen=True)
class MonthLine:
    """A line of a school's month: its points and how they are reckoned."""

    label: str
    points: Decimal
    how: str


def lines_of(made: SchoolScore, scheme: SchoolScheme) -> list[MonthLine]:
    """The lines in the order in which they are reckoned; with the base they make the total."""
    missed = "、".join(STAGES[stage] for stage in made.missed)
    target = f"{missed}没有完成目标，每个学段{signed(scheme.target_missed)}分" if missed else "各学段都完成目标"
    found = [MonthLine(Measure.TARGET.label, made.lines[Measure.TARGET], target)]
    for measure in MEAN_LINES:
        mean = made.means[measure].quantize(HUNDREDTH, ROUND_HALF_UP)
        how = f"{made.standing.classes}个班当月平均{signed(mean)}分，每1分折合{plain(scheme.each_class_point)}分"
        found.append(MonthLine(measure.label, made.lines[measure], how))
    return found


def lost_words(standing: Standing) -> str:
    """What the lost children of a school are taken of."""
    return f"学年初{standing.baseline}人，辍学率{DROPOUT_RATE.of(standing.lost, standing.baseline).text}"


def band_words(scheme: SchoolScheme) -> str:
    """优秀90分起，良好80分起，合格60分起."""
    return "，".join(f"{band.label}{plain(least)}分起" for band, least in scheme.bands.items())


def limit_words(scheme: SchoolScheme) -> str:
    """Between which points a total stays."""
    return f"最低{plain(scheme.lowest)}分，最高{plain(scheme.highest)}分"


def remark_of(made: SchoolScore, scheme: SchoolScheme) -> str:
    """Why the band is not the one that the points reach; blank where it is."""
    if made.is_vetoed:
        return f"辍学率超过{plain(scheme.veto_above)}%，一票否决，评为不合格"
    if not made.is_founded:
        counts = f"应点{made.due}节，缺{made.missing}节，超过{plain(scheme.unfounded_above)}%"
        return f"{counts}，这个月没有依据，评为不合格"
    if not made.is_registered:
        return f"没有点名的节次超过{plain(scheme.unregistered_above)}%，不能评为优秀"
    return ""


@dataclass(frozen=True)
class RuleInWords:
    """A rule of the scheme, and where it comes from."""

    words: str
    source: str


def rules_in_words(scheme: SchoolScheme) -> list[RuleInWords]:
    """The scheme as the page tells it."""
    unfounded = f"没有点名的节次超过{plain(scheme.unfounded_above)}%的，不论得分，评为不合格"
    said = {
        "each_class": f"各班当月四项得分按班平均，每1分折合学校{plain(scheme.each_class_point)}分",
        "target": f"没有完成控辍目标的，每个学段{signed(scheme.target_missed)}分",
        "unregistered": f"没有点名的节次超过{plain(scheme.unregistered_above)}%的，不能评为优秀",
        "unfounded": unfounded if scheme.unfounded_above < 100 else "没有点名的节次再多，也不因此评为不合格",
        "veto": f"辍学率超过{plain(scheme.veto_above)}%的，一票否决，评为不合格",
        "bands": band_words(scheme),
    }
    return [RuleInWords(words, _source(scheme.sources[name])) for name, words in said.items()]


def _source(text: str) -> str:
    """Sources of several parts stand behind each other, each with its mark."""
    for mark, words in SOURCES.items():
        text = text.replace(f"{mark} ", words)
    return text


@dataclass(frozen=True)
class LostChild:
    """A lost child: since when and how, its latest class, and whether an appeal took it off the score."""

    loss: Loss
    name: str
    school_class: str
    is_waived: bool


@dataclass(frozen=True)
class StageInMonth:
    """A stage of a school with its target and the children behind it."""

    label: str
    target: str
    baseline: int
    lost: int
    rate: str
    is_met: bool
    children: list[LostChild]


def stages_of(school: School, month: ScoreMonth, made: SchoolScore, scheme: Scheme) -> list[StageInMonth]:
    """The stages of a school at the end of a month, by the targets of its classes' scheme."""
    classes = {row.pk: row for row in SchoolClass.objects.filter(school=school)}
    start = school_year_start(month.month.school_year)
    found = [
        loss for loss in losses(month.day, policy=policy_of(month.day), classes=list(classes)) if loss.since >= start
    ]
    names = dict(Student.objects.filter(pk__in={loss.student for loss in found}).values_list("pk", "name"))
    waived = _waived({loss.school_class for loss in found}, month, scheme)
    children = {
        stage: [
            LostChild(loss, names[loss.student], classes[loss.school_class].name, loss.student in waived)
            for loss in sorted(found, key=lambda loss: (loss.since, loss.student))
            if classes[loss.school_class].stage == stage
        ]
        for stage in STAGES
    }
    return [
        StageInMonth(
            STAGES[each.stage],
            scheme.targets[each.stage].words,
            each.baseline,
            each.lost,
            DROPOUT_RATE.of(each.lost, each.baseline).text,
            each.stage not in made.missed,
            children[each.stage],
        )
        for each in made.standing.stages
        if each.baseline or each.lost
    ]


def _waived(classes: set[int], month: ScoreMonth, scheme: Scheme) -> set[int]:
    """The children that appeals took off the scores of ``classes``; no query where there are none."""
    rows = SchoolClass.objects.filter(pk__in=classes)
    facts = class_facts(rows, as_of=month.day, days_wanted=lambda school: scheme.return_days) if classes else ()
    return {child for _, each in facts for child in each.waived.children}
