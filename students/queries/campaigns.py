"""排查 as lists and figures: how far a sweep has come in each place, and who is on its lists."""

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from django.db.models import Count, OuterRef, Prefetch, Q, Subquery

from students.access import SCHOOL_ROLES, Scope, in_force
from students.enrolment import EventKind
from students.models import (
    Area,
    Campaign,
    EnrolmentEvent,
    Finding,
    FindingProof,
    FindingStep,
    Person,
    Posting,
    ResidentKey,
    Role,
    SearchKey,
    SpecialGroup,
)
from students.queries.residents import places_of
from students.school_age import full_years
from students.templatetags.chinese import cdate, cdatetime

TONES = {
    Finding.State.TO_VISIT: "warn",
    Finding.State.VISITED: "warn",
    Finding.State.NOT_FOUND: "alarm",
    **dict.fromkeys(Finding.SETTLED, "ok"),
}
UNSETTLED = "unsettled"
MINE, NOBODY = "mine", "none"
NO_VILLAGE = "未登记户籍村"


@dataclass(frozen=True)
class Progress:
    """How far a sweep has come in one place; a child on two lists counts on each."""

    place: Area | None
    total: int
    settled: int
    to_visit: int
    not_found: int

    @property
    def name(self) -> str:
        return self.place.name if self.place else NO_VILLAGE

    @property
    def unsettled(self) -> int:
        return self.total - self.settled

    @property
    def visited(self) -> int:
        """Visited, and not settled by it."""
        return self.unsettled - self.to_visit - self.not_found

    @property
    def share(self) -> str:
        """The settled part, a percentage: 100 only when nothing is left."""
        return f"{self.settled * 100 // self.total}%" if self.total else "—"


def _progress(place: Area | None, states: Counter) -> Progress:
    settled = sum(states[state] for state in Finding.SETTLED)
    return Progress(place, states.total(), settled, states[Finding.State.TO_VISIT], states[Finding.State.NOT_FOUND])


def progress(findings, *, by: str) -> tuple[Progress, list[Progress]]:
    """The whole of ``findings``, and each ``by`` (township or village) in it, by code; two queries."""
    states: dict[int | None, Counter] = defaultdict(Counter)
    for place, state, number in findings.order_by().values_list(by, "state").annotate(Count("pk")):
        states[place][state] += number
    areas = Area.objects.in_bulk([place for place in states if place])
    parts = [_progress(areas.get(place), counts) for place, counts in states.items()]
    parts.sort(key=lambda part: part.place.code if part.place else "~")
    return _progress(None, sum(states.values(), Counter())), parts


def list_counts(findings) -> dict[str, int]:
    """How many are on each of the three lists; one query."""
    counts = dict(findings.order_by().values_list("list").annotate(Count("pk")))
    return {which: counts.get(which, 0) for which in Finding.List.values}


def filtered(findings, chosen: Mapping, *, person: int):
    """Findings as a filter form asks for them, by village."""
    if q := (chosen.get("q") or "").strip():
        of_resident, of_student = ResidentKey.objects.found_by(q), SearchKey.objects.found_by(q)
        findings = findings.filter(Q(resident__in=of_resident) | Q(student__in=of_student))
    for name in ("list", "township", "village"):
        if value := chosen.get(name):
            findings = findings.filter(**{name: value})
    if state := chosen.get("state"):
        findings = findings.exclude(state__in=Finding.SETTLED) if state == UNSETTLED else findings.filter(state=state)
    if follower := chosen.get("follower"):
        named = {MINE: person, NOBODY: None}
        findings = findings.filter(follower=named.get(follower, follower))
    return findings.order_by("township_id", "village_id", "list", "pk")


@dataclass(frozen=True)
class FindingLine:
    """A child of a sweep in a list."""

    finding: Finding
    name: str
    sex: str
    born: date
    age: int
    place: str
    tone: str
    last_on: date | None
    guardian: str
    phone: str
    number: str

    @property
    def pk(self) -> int:
        return self.finding.pk


def with_children(findings):
    """Findings with all that their lines name."""
    last = FindingStep.objects.filter(finding=OuterRef("pk")).order_by("-pk")
    return findings.select_related(
        "campaign", "resident", "student", "village", "township", "school", "follower"
    ).annotate(last_on=Subquery(last.values("happened_on")[:1]))


def line(finding: Finding) -> FindingLine:
    """The line of a finding read ``with_children``; what the resident's list does not say, the registry does."""
    resident, student = finding.resident, finding.student
    child = student or resident
    return FindingLine(
        finding,
        name=child.name,
        sex=child.get_sex_display(),
        born=child.birth_date,
        age=full_years(child.birth_date, finding.campaign.as_of),
        place=f"{finding.township}{finding.village or ''}",
        tone=TONES[Finding.State(finding.state)],
        last_on=finding.last_on,
        guardian=resident.guardian_name if resident else "",
        phone=(resident.phone if resident else "") or (student.phone if student else ""),
        number=(resident and resident.id_number) or student.number,
    )


def villages_with(findings):
    """The villages that any of ``findings`` is in."""
    return Area.objects.filter(pk__in=findings.order_by().values("village")).select_related("parent")


def walk_sheets(findings) -> list[dict]:
    """A sheet for each village: where, how many, by when, and the lines of its children; one query."""
    sheets = []
    rows = [line(finding) for finding in with_children(findings)]
    for _, group in groupby(rows, key=lambda row: (row.finding.township_id, row.finding.village_id)):
        lines = list(group)
        first = lines[0].finding
        sheets.append(
            {
                "place": f"{first.township}{first.village or NO_VILLAGE}",
                "count": f"共{len(lines)}名儿童",
                "due": f"完成期限：{cdate(first.campaign.due_on)}",
                "lines": lines,
            }
        )
    return sheets


# ---- one child ---------------------------------------------------------------------------------


def why(finding: Finding) -> str:
    """Why the child is on the list, in words; at most one query."""
    as_of = finding.campaign.as_of
    day = cdate(as_of)
    if finding.list == Finding.List.NOT_ENROLLED:
        age = full_years(finding.resident.birth_date, as_of)
        left = _last_event(finding)
        after = f"，{cdate(left.happened_on)}{left.get_kind_display()}后没有再入学" if left else ""
        return f"{day}满{age}周岁，户籍在本县，属适龄儿童少年；当天全县各校都没有在籍记录{after}。"
    if finding.list == Finding.List.POVERTY:
        return f"{day}在籍而已辍学，家庭是脱贫户。"
    last = _last_event(finding)
    if last and last.kind in (EventKind.SUSPEND, EventKind.DROP_OUT):
        return f"{day}在{finding.school}在籍，{cdate(last.happened_on)}{last.get_kind_display()}后没有返校。"
    return f"{day}在{finding.school}在籍，当天之前已连续缺课，没有返校。"


def _last_event(finding: Finding) -> EnrolmentEvent | None:
    events = EnrolmentEvent.objects.effective().filter(
        student=finding.student_id, happened_on__lte=finding.campaign.as_of
    )
    return events.order_by("-happened_on", "-order").first() if finding.student_id else None


def found_since(finding: Finding) -> str:
    """Where a child without a registration has turned up by now, in words; blank where nowhere. One query."""
    resident = finding.resident
    if finding.list != Finding.List.NOT_ENROLLED or not resident.student_id:
        return ""
    return places_of([resident.student_id]).get(resident.student_id, "")


def is_poor(finding: Finding, day: date) -> bool:
    """Whether either list says 脱贫户 of the child on ``day``; one query at most."""
    if finding.resident and finding.resident.is_out_of_poverty:
        return True
    groups = SpecialGroup.objects.on(day).filter(student=finding.student_id, kind=SpecialGroup.Kind.OUT_OF_POVERTY)
    return groups.exists()


def history(finding: Finding) -> list[dict]:
    """What was found out, newest first, with the papers that prove it; two queries."""
    papers = Prefetch("proofs", FindingProof.objects.defer("content"))
    steps = finding.steps.select_related("recorded_by").prefetch_related(papers).order_by("-pk")
    return [
        {
            "step": step,
            "when": cdate(step.happened_on),
            "by": f"{step.recorded_by.name} {cdatetime(step.recorded_at)}登记",
            "tone": TONES[Finding.State(step.state)],
            "proofs": step.proofs.all(),
        }
        for step in steps
    ]


# ---- who follows up ----------------------------------------------------------------------------


def possible_followers(day: date, *, township: int, school: int | None = None):
    """Who may follow up a child: officers of the township, and those who keep or lead the child's school."""
    at_work = Q(role=Role.TOWNSHIP_OFFICER, township=township)
    if school:
        at_work |= Q(role__in=SCHOOL_ROLES, school=school)
    postings = in_force(Posting.objects.filter(at_work), day)
    return Person.objects.filter(pk__in=postings.values("person"), is_active=True).order_by("name", "pk")


def followers(findings):
    """Whoever follows up any of ``findings``."""
    return Person.objects.filter(pk__in=findings.order_by().values("follower")).order_by("name", "pk")


def campaigns_with_figures(scope: Scope) -> list[dict]:
    """Every sweep with its progress in the scope, the newest first; two queries."""
    states: dict[int, Counter] = defaultdict(Counter)
    visible = Finding.objects.visible_to(scope).order_by()
    for campaign, state, number in visible.values_list("campaign", "state").annotate(Count("pk")):
        states[campaign][state] += number
    return [
        {"campaign": campaign, "progress": _progress(None, states[campaign.pk])} for campaign in Campaign.objects.all()
    ]
