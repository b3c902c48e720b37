"""学校考核办法 in daylight: every number in plain Chinese with its source, versions, what a proposal would change."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Exists, OuterRef, Q
from django.urls import reverse

from casework.queries.duties import source_words
from scoring.models import SchoolSchemeAdoption, SchoolSchemeProposal, StoredSchoolScheme
from scoring.presets import SCHOOL_DEFAULT, school_scheme_in
from scoring.queries.month_scheme_rehearsals import month_through
from scoring.queries.months import ScoreMonth
from scoring.queries.school_lines import limit_words, rules_in_words
from scoring.queries.version_pages import (
    WAITING,
    AdoptionLine,
    Compared,
    ProposalState,
    adoption_lines,
    compared_pairs,
    title_of,
)
from scoring.scheme import plain
from scoring.scheme_comparison import compare_months
from scoring.school_scheme import Band, SchoolScheme, read_school_scheme
from students.access import OFFICE_ROLES, Scope
from students.calendar import school_year_label, school_year_of
from students.models import School

PEOPLE = ("made_by", "adopted_by", "withdrawn_by", "given_up_by")
LABELS = {
    "each_class": "班级得分",
    "target": "控辍目标",
    "unregistered": "点名",
    "unfounded": "点名太少",
    "veto": "一票否决",
    "bands": "等级",
}


def scheme_of(stored: StoredSchoolScheme) -> SchoolScheme:
    """A stored scheme, read."""
    return read_school_scheme(stored.content, key=stored.pk)


def rule_rows(scheme: SchoolScheme) -> list[tuple[str, str, str]]:
    """Every number of a scheme in words: name, words, source."""
    base = ("总分", f"每月从{plain(scheme.base)}分起算，{limit_words(scheme)}", source_words(scheme.source))
    rules = zip(LABELS.values(), rules_in_words(scheme), strict=True)
    return [base, *((name, rule.words, rule.source) for name, rule in rules)]


def versions_seen():
    """The presets, and whatever the county has adopted: what holds is no secret."""
    adopted = SchoolSchemeAdoption.objects.filter(scheme=OuterRef("pk"))
    rows = StoredSchoolScheme.objects.filter(Q(code=SCHOOL_DEFAULT) | Exists(adopted))
    return rows.order_by("title", "code", "-version")


def compared(before: StoredSchoolScheme, after: StoredSchoolScheme) -> Compared:
    """Two versions as their tables show them."""
    return compared_pairs(compare_months(scheme_of(before), scheme_of(after)))


# ---- the page of the scheme ----------------------------------------------------------------------


@dataclass(frozen=True)
class MonthSchemePage:
    """The scheme for schools in this school year, those to come, and those that were."""

    school_year: int
    stored: StoredSchoolScheme
    scheme: SchoolScheme
    coming: list[AdoptionLine]
    history: list[AdoptionLine]
    may_change: bool

    @property
    def note(self) -> str:
        return f"{school_year_label(self.school_year)}，{title_of(self.stored)}"

    @property
    def source(self) -> str:
        return source_words(self.scheme.source)

    @property
    def rules(self) -> list[tuple[str, str, str]]:
        return rule_rows(self.scheme)


def month_scheme_page(scope: Scope, today: date) -> MonthSchemePage:
    """What holds this school year; as many queries however long the history."""
    year, sees = school_year_of(today), scope.county and bool(scope.roles & OFFICE_ROLES)
    rows = SchoolSchemeAdoption.objects.select_related("scheme", "adopted_by", "proposal").order_by("-school_year")
    lines, scheme = adoption_lines(rows, shows_proposals=sees), school_scheme_in(year)
    return MonthSchemePage(
        school_year=year,
        stored=StoredSchoolScheme.objects.get(pk=scheme.key),
        scheme=scheme,
        coming=[line for line in reversed(lines) if line.adoption.school_year > year],
        history=[line for line in lines if line.adoption.school_year <= year],
        may_change=scope.sets_scheme_of(None),
    )


# ---- a proposal ----------------------------------------------------------------------------------


def proposals_seen(scope: Scope):
    """The proposals, for whoever sees the whole county."""
    rows = SchoolSchemeProposal.objects.select_related("scheme", "follows", "adoption", *PEOPLE)
    return rows if scope.county and scope.roles & OFFICE_ROLES else rows.none()


def waiting(scope: Scope):
    """The proposals that wait, as far as the reader sees them."""
    return proposals_seen(scope).filter(state__in=WAITING)


@dataclass(frozen=True)
class SchoolRow:
    """A school whose month would change: points and band before and after, and what of it."""

    school: School
    before: str
    after: str
    was: Band
    now: Band
    words: list[str]


@dataclass(frozen=True)
class MonthProposalPage(ProposalState):
    """Everything that the page of a proposal shows."""

    kind = "month_scheme"
    month: ScoreMonth
    schools: list[SchoolRow]

    @property
    def owner(self) -> str:
        return "全县学校"

    @property
    def day(self) -> str:
        return f"{self.month.label}，算到{super().day.removeprefix('算到')}"

    @property
    def back_url(self) -> str:
        """The scheme in force."""
        return reverse("scoring:month_scheme")

    @property
    def edit_url(self) -> str:
        """The form, filled with this version; saving it gives this one up."""
        return f"{reverse('scoring:new_month_scheme')}?instead={self.proposal.pk}"

    @property
    def bands(self) -> list[tuple[str, str, str]]:
        """Band, how many schools are in it before and after."""
        found = self.proposal.outcome.get("bands", {})
        return [(band.label, *map(str, found[band])) for band in Band if band in found]

    @property
    def outcome_words(self) -> str:
        """共12所学校：3所分数变高，2所变低，7所不变；4所等级不同: what the trial found."""
        found = self.proposal.outcome
        if not found.get("schools"):
            return "这个月还没有学校的得分，没有学校受影响。"
        same = found["schools"] - found["up"] - found["down"]
        counts = f"共{found['schools']}所学校：{found['up']}所分数变高，{found['down']}所变低，{same}所不变"
        return f"{counts}；{found['moved']}所等级不同。" if found["moved"] else f"{counts}；没有学校的等级因此不同。"


def month_proposal_page(proposal: SchoolSchemeProposal, scope: Scope, today: date) -> MonthProposalPage:
    """The page of a proposal."""
    return MonthProposalPage(
        proposal=proposal,
        compared=compared(proposal.follows, proposal.scheme),
        may_change=scope.sets_scheme_of(None),
        today=today,
        month=month_through(proposal.as_of),
        schools=_schools(proposal.outcome.get("shown", []), scope),
    )


def _schools(shown: list[dict], scope: Scope) -> list[SchoolRow]:
    rows = School.objects.visible_to(scope).select_related("township").in_bulk([each["school"] for each in shown])
    return [
        SchoolRow(rows[each["school"]], each["before"], each["after"], *map(Band, each["bands"]), each["words"])
        for each in shown
        if each["school"] in rows
    ]
