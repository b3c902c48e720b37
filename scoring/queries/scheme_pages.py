"""考核办法 in daylight: every line in plain Chinese with its source, what comes, what was, versions compared."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Exists, OuterRef, Q
from django.urls import reverse

from casework.models.rules import AS_COUNTY
from casework.queries.duties import source_words
from casework.queries.rule_pages import owner_name
from scoring.models import SchemeAdoption, StoredScheme
from scoring.presets import DEFAULT, schemes_in
from scoring.queries.own_schemes import Told, coming_beside, news_beside
from scoring.queries.version_pages import (
    AdoptionLine,
    Compared,
    adoption_lines,
    compared_pairs,
    from_words,
    makers_of,
    title_of,
)
from scoring.scheme import STAGES, Line, Scheme, plain, signed
from scoring.scheme_comparison import between, compare, people
from scoring.scheme_reading import read_scheme
from scoring.school_years import open_years
from students.access import OFFICE_ROLES, Scope
from students.calendar import school_year_label, school_year_of, school_year_start
from students.models import School
from students.queries.policy import cut_off_days


def scheme_of(stored: StoredScheme) -> Scheme:
    """A stored scheme, read."""
    return read_scheme(stored.content, key=stored.pk)


def address_of(school: School | None) -> str:
    """The page of the scheme of a school or the county."""
    return reverse("scoring:school_scheme", args=[school.pk]) if school else reverse("scoring:county_scheme")


# ---- a scheme in words ---------------------------------------------------------------------------


@dataclass(frozen=True)
class LineRow:
    """A line of a scheme as a row of its table."""

    label: str
    points: list[tuple[str, str]]
    limit: str
    affects: str
    bounds: list[tuple[str, str]]
    source: str


def line_rows(scheme: Scheme) -> list[LineRow]:
    """Every line: its points, how far it goes, whom it affects, what schools may set otherwise, its source."""
    return [_line_row(scheme, line) for line in scheme.lines]


def _line_row(scheme: Scheme, line: Line) -> LineRow:
    return LineRow(
        label=line.measure.label,
        points=[(outcome.label, f"{signed(points)}分") for outcome, points in line.points.items()],
        limit=_limit(line),
        affects=people(line.affects),
        bounds=[
            (outcome.label, between(scheme.bounds[name]))
            for outcome in line.points
            if (name := f"{line.measure}.{outcome}") in scheme.bounds
        ],
        source=source_words(line.source),
    )


def _limit(line: Line) -> str:
    if line.floor is not None:
        return f"一学年最多扣{plain(abs(line.floor))}分"
    return f"一学年最多加{plain(line.cap)}分" if line.cap is not None else "只算一次"


def rule_rows(scheme: Scheme) -> list[tuple[str, str, str]]:
    """The targets by stage, the veto, when a target is not judged, when a return counts: name, words, source."""
    targets = [
        (f"{STAGES[stage]}目标", target.words, source_words(target.source)) for stage, target in scheme.targets.items()
    ]
    wholes = {
        "veto": ("一票否决", f"辍学率超过{plain(scheme.veto_above)}%，本班和任课教师不评先进"),
        "unregistered": (
            "不予评定",
            f"完成了目标，但超过{plain(scheme.unregistered_above)}%的节次没有点名，目标一项记0分",
        ),
        "return": ("劝返复学", f"复学后到校满{scheme.return_days}个上课日才加分，一名学生一学年加一次"),
    }
    return targets + [(name, words, source_words(scheme.sources[key])) for key, (name, words) in wholes.items()]


# ---- which versions there are --------------------------------------------------------------------


def versions_seen():
    """Schemes that a reader may open: the presets, and whatever somebody has adopted. What holds is no secret."""
    return StoredScheme.objects.filter(Q(code=DEFAULT) | Exists(SchemeAdoption.objects.filter(scheme=OuterRef("pk"))))


def versions_offered(scope: Scope):
    """Schemes to compare: the presets, the county's and those of the reader's schools, by name."""
    schools = School.objects.visible_to(scope)
    adopted = SchemeAdoption.objects.filter(Q(school=None) | Q(school__in=schools), scheme=OuterRef("pk"))
    rows = StoredScheme.objects.filter(Q(code=DEFAULT) | Exists(adopted))
    return rows.exclude(code__startswith=AS_COUNTY).order_by("title", "code", "-version")


def titles_of(versions: Iterable[StoredScheme]) -> dict[int, str]:
    """Version → its name with whose it is, wherever it is from; one query where schools have made some."""
    versions = list(versions)
    makers = makers_of(versions)
    return {row.pk: title_of(row, makers.get(row.code, "")) for row in versions}


def adoptions_of(school: School | None):
    """What a school, or the county, has adopted, the newest first."""
    rows = SchemeAdoption.objects.filter(school=school).select_related("scheme", "adopted_by", "proposal")
    return rows.order_by("-school_year")


# ---- the page of a scheme ---------------------------------------------------------------------------


@dataclass(frozen=True)
class SchemePage:
    """The scheme of the county or a school in this school year, those to come, and those that were.

    ``outside``: why a school's own does not hold this year; ``beside``: how those to come lie to the county's;
    ``apart``: the reader's schools that have their own.
    """

    school: School | None
    school_year: int
    stored: StoredScheme
    scheme: Scheme
    coming: list[AdoptionLine]
    history: list[AdoptionLine]
    may_change: bool
    has_own: bool
    outside: str
    beside: list[Told]
    can_return: bool

    @property
    def name(self) -> str:
        return owner_name(self.school)

    @property
    def note(self) -> str:
        return f"{school_year_label(self.school_year)}，{title_of(self.stored, self.name)}"

    @property
    def source(self) -> str:
        return source_words(self.scheme.source)

    @property
    def lines(self) -> list[LineRow]:
        return line_rows(self.scheme)

    @property
    def rules(self) -> list[tuple[str, str, str]]:
        return rule_rows(self.scheme)

    @property
    def follows_the_county(self) -> bool:
        return self.school is not None and not self.has_own

    @property
    def change_url(self) -> str:
        """The address of a new version."""
        if self.school:
            return reverse("scoring:new_school_scheme", args=[self.school.pk])
        return reverse("scoring:new_county_scheme")

    @property
    def return_url(self) -> str:
        """Where a school ends its own scheme; blank where it has none or the reader may not."""
        if not self.may_change or not self.can_return:
            return ""
        return reverse("scoring:return_school_scheme", args=[self.school.pk])


def scheme_page(school: School | None, scope: Scope, today: date) -> SchemePage:
    """What holds for a school or the county this school year; as many queries however long the history."""
    sees = bool(scope.roles & OFFICE_ROLES) and (school is not None or scope.county)
    name = str(school) if school else ""
    year, lines = school_year_of(today), adoption_lines(adoptions_of(school), shows_proposals=sees, school=name)
    schemes, place = schemes_in(year), school.pk if school else None
    scheme = schemes(place)
    latest = next((line.adoption.scheme for line in lines), None)
    coming = [line for line in reversed(lines) if line.adoption.school_year > year]
    return SchemePage(
        school=school,
        school_year=year,
        stored=StoredScheme.objects.get(pk=scheme.key),
        scheme=scheme,
        coming=coming,
        history=[line for line in lines if line.adoption.school_year <= year],
        may_change=scope.sets_scheme_of(place),
        has_own=place in schemes.own,
        outside=schemes.outside.get(place, ""),
        beside=coming_beside([line.adoption for line in coming], name),
        can_return=place is not None and latest is not None and not latest.is_the_countys,
    )


@dataclass(frozen=True)
class SchoolApart:
    """A school with a scheme of its own; ``outside`` says why it does not hold, where it does not."""

    school: School
    title: str
    starts: str
    outside: str


def schools_apart(scope: Scope, today: date) -> list[SchoolApart]:
    """The schools of a scope that have a scheme of their own this school year; two queries."""
    year = school_year_of(today)
    schemes, latest = schemes_in(year), {}
    rows = SchemeAdoption.objects.filter(school__in=School.objects.visible_to(scope), school_year__lte=year)
    for row in rows.select_related("scheme", "school").order_by("school__name", "school", "school_year"):
        latest[row.school_id] = row
    return [
        SchoolApart(
            row.school,
            title_of(row.scheme, str(row.school)),
            from_words(row.school_year),
            schemes.outside.get(school, ""),
        )
        for school, row in latest.items()
        if not row.scheme.is_the_countys
    ]


# ---- what begins ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class SchemeNews:
    """A scheme that begins or has just begun, in one sentence."""

    words: str
    url: str


def scheme_news(scope: Scope, today: date) -> list[SchemeNews]:
    """The schemes that were chosen for years to come or the first month of this one, as they concern the reader.

    An area is told of the county's; a school of its own, and of the county's unless it has its own; one query, and two
    more for an own one: whether it holds, and whether the county has taken its version back since.
    """
    rows = SchemeAdoption.objects.filter(school_year__in=open_years(today, cut_off_days())).select_related(
        "scheme", "school"
    )
    own = Q(school__in=School.objects.visible_to(scope))
    rows = rows.filter(Q(school=None) if scope.county or scope.townships else Q(school=None) | own)
    by_year: dict[int, SchemeAdoption] = {}
    for row in rows.order_by("school_year", "school"):
        if row.school_year not in by_year or row.school_id:
            by_year[row.school_year] = row
    return [_news(row, today) for row in by_year.values()]


def _news(row: SchemeAdoption, today: date) -> SchemeNews:
    name, label = title_of(row.scheme, str(row.school or "")), school_year_label(row.school_year)
    url = reverse("scoring:scheme_version", args=[row.scheme_id])
    taken, outside = news_beside(row) if row.school_id and not row.scheme.is_the_countys else ("", "")
    if outside:
        return SchemeNews(
            f"{taken}{label}按全县办法考核：{name}不在全县办法留给学校的范围里（{outside}）。", address_of(row.school)
        )
    if school_year_start(row.school_year) > today:
        return SchemeNews(f"{taken}{label}起按{name}考核，这个学年不变。", url)
    return SchemeNews(f"{taken}{label}按{name}考核。", url)


# ---- two versions side by side -------------------------------------------------------------------


def compared(before: Scheme, after: Scheme, *, bounds: bool = True) -> Compared:
    """Two schemes as their tables show them; see ``scheme_comparison.compare``."""
    return compared_pairs(compare(before, after, bounds=bounds))
