"""责任书 as they stand: who owes one in a school year, which there are, which drafts say older targets."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property

from django.db.models import Exists, F, Min, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce

from casework.document_kinds import PLEDGES, DocumentKind
from casework.documents import DocumentState
from casework.models import Document, SignedCopy
from scoring.pledges import LAYERS, POSTS, STATE_TONES, Drawn, Held, PledgeLine, PledgeState, how_far, is_in, lines_of
from scoring.queries.pledge_terms import Terms, is_older, taught_classes
from students.access import CLASS_ROLES, Scope, in_force
from students.calendar import school_year_label, school_year_start
from students.models import Person, Posting, Role, School, SchoolClass

SIGNING = (Role.PRINCIPAL, Role.HOMEROOM_TEACHER, Role.SUBJECT_TEACHER, *POSTS)
COPIES = SignedCopy.objects.filter(document=OuterRef("pk"))
CHUNK = 5000  # rows read at a time
KINDS = {kind.value: kind for kind in PLEDGES}
STATES = {state.value: state for state in DocumentState}
ORDER = {kind: number for number, kind in enumerate(LAYERS)}


class PledgeBook:
    """All 责任书 of some schools in a school year; a handful of queries, however many there are.

    ``lines`` are light: what a page shows of them is read by ``shown``. A 代班 signs none.
    """

    def __init__(self, schools: QuerySet[School], school_year: int, today: date):
        self.school_year, self.rows = school_year, schools
        self.schools = {school.pk: school for school in schools.select_related("township")}
        self.day = min(max(today, school_year_start(school_year)), school_year_start(school_year + 1) - timedelta(1))

    @cached_property
    def classes(self) -> dict[int, SchoolClass]:
        """The classes that are at school in the school year."""
        return taught_classes(list(self.schools), self.school_year)

    @cached_property
    def lines(self) -> list[PledgeLine]:
        """Every 责任书 that is owed or stands: school by school, layer by layer, class by class; history at the end."""
        places = {pk: (school.code, pk) for pk, school in self.schools.items()}
        numbers = {pk: row.number for pk, row in self.classes.items()}

        def order(line: PledgeLine) -> tuple:
            return (
                places[line.school], line.is_past, ORDER[line.kind], numbers.get(line.school_class, ""), line.person,
            )  # fmt: skip

        return sorted(lines_of(self._held(), self._drawn()), key=order)

    def _held(self) -> Iterable[Held]:
        rows = Posting.objects.filter(role__in=SIGNING, school__in=self.schools, is_substitute=False)
        rows = in_force(rows, self.day).filter(person__is_active=True).order_by("since", "pk")
        names = {pk: row.name for pk, row in self.classes.items()}
        columns = ("person", "role", "school", "school_class", "subject")
        for person, role, school, school_class, subject in rows.values_list(*columns).iterator(chunk_size=CHUNK):
            if school_class in names:
                yield Held(person, role, school, school_class, names[school_class], subject)
            elif school_class is None and role not in CLASS_ROLES:  # a 班主任 of no class yet signs nothing
                yield Held(person, role, school)

    def _drawn(self) -> Iterable[Drawn]:
        rows = standing(self.school_year).filter(Q(school_class__in=self.classes) | Q(of_school__in=self.schools))
        school = Coalesce("of_school", "school_class__school")
        columns = ("pk", "kind", "person", "at", "school_class", "state", "has_copy")
        papers = rows.annotate(at=school).values_list(*columns).iterator(chunk_size=CHUNK)
        for pk, kind, person, at, school_class, state, has_copy in papers:
            yield Drawn(pk, KINDS[kind], person, at, school_class, STATES[state], has_copy)

    @cached_property
    def headless(self) -> list[School]:
        """The schools in which nobody is 校长."""
        led = {line.school for line in self.lines if line.kind is DocumentKind.PLEDGE_SCHOOL and not line.is_past}
        return [school for pk, school in self.schools.items() if pk not in led]

    @cached_property
    def classless(self) -> list[School]:
        """The schools without a class in the school year."""
        taught = {row.school_id for row in self.classes.values()}
        return [school for pk, school in self.schools.items() if pk not in taught]

    @cached_property
    def terms(self) -> Terms:
        """What each is held to now."""
        return Terms(self.school_year, self.classes.values())

    def older(self, kinds: Collection[DocumentKind] = PLEDGES) -> list[Document]:
        """The drafts of these layers that say other targets than those in force now, in order; not of who has left."""
        drafts = [line for line in self.lines if line.kind in kinds and line.state in DRAFTED and not line.is_past]
        found = Document.objects.for_page().in_bulk([line.document for line in drafts]) if drafts else {}
        return [found[line.document] for line in drafts if is_older(found[line.document], self.terms)]

    def shown(self, lines: Collection[PledgeLine]) -> list["ShownPledge"]:
        """The lines with names, numbers and states, for a page or a file; three queries at most."""
        people = Person.objects.in_bulk({line.person for line in lines})
        signed_at = Coalesce("confirmed_at", Min("copies__uploaded_at"))
        papers = Document.objects.annotate(signed_at=signed_at).order_by()
        documents = papers.in_bulk([line.document for line in lines if line.document])
        gone = {row.school_class_id for row in documents.values()} - {None} - self.classes.keys()
        classes = self.classes | (SchoolClass.objects.in_bulk(gone) if gone else {})
        drafts = [documents[line.document] for line in lines if line.document and line.state in DRAFTED]
        older = {row.pk for row in drafts if is_older(row, self.terms)}
        return [
            ShownPledge(
                line,
                self.schools[line.school],
                classes.get(line.school_class),
                people[line.person],
                documents.get(line.document),
                line.document in older,
            )
            for line in lines
        ]


def narrowed(book: PledgeBook, wanted: Mapping[str, str]) -> list[PledgeLine]:
    """The lines that a filter asks for; one query where it names somebody."""
    lines = book.lines
    if kind := wanted.get("kind"):
        lines = [line for line in lines if line.kind == kind]
    if state := wanted.get("state"):
        lines = [line for line in lines if is_in(line, state)]
    if school := wanted.get("school"):
        lines = [line for line in lines if line.school == int(school)]
    if township := wanted.get("township"):
        lines = [line for line in lines if book.schools[line.school].township_id == int(township)]
    if name := wanted.get("q", "").strip():
        named = set(Person.objects.filter(name__contains=name).values_list("pk", flat=True))
        lines = [line for line in lines if line.person in named]
    return lines


DRAFTED = frozenset({PledgeState.DRAFT, PledgeState.RETURNED})


@dataclass(frozen=True)
class ShownPledge:
    """A line of a page or a file. ``is_older``: a draft whose targets are older than what is in force."""

    line: PledgeLine
    school: School
    school_class: SchoolClass | None
    person: Person
    document: Document | None
    is_older: bool

    @property
    def duty(self) -> str:
        return self.line.duty or (self.document.values.get("duty", "") if self.document else "")

    @property
    def layer(self) -> str:
        return LAYERS[self.line.kind]

    @property
    def place(self) -> str:
        return str(self.school_class) if self.school_class else "全校"

    @property
    def state(self) -> str:
        """In words: 已离岗 says that it counts no more."""
        if self.line.is_past:
            return f"已离岗，{'已签字' if self.line.state is PledgeState.SIGNED else '没有签字'}"
        return self.line.state.label

    @property
    def tone(self) -> str:
        return "mute" if self.line.is_past else STATE_TONES[self.line.state]


def standing(school_year: int):
    """The standing 责任书 of a school year, with whether a signed copy is kept."""
    rows = Document.objects.standing().filter(kind__in=[kind.value for kind in PLEDGES], school_year=school_year)
    return rows.annotate(has_copy=Exists(COPIES)).order_by()


def years_of(schools: QuerySet[School], this_year: int) -> list[int]:
    """This school year and the earlier ones of which there is a 责任书, the latest first."""
    rows = Document.objects.filter(kind__in=[kind.value for kind in PLEDGES], school_year__isnull=False)
    rows = rows.filter(Q(school_class__school__in=schools) | Q(of_school__in=schools))
    return sorted({this_year, *rows.order_by().values_list("school_year", flat=True).distinct()}, reverse=True)


@dataclass(frozen=True)
class OwnPledge:
    """One's own 责任书 as its card shows it."""

    document: Document

    @property
    def title(self) -> str:
        return f"{LAYERS[DocumentKind(self.document.kind)]} {school_year_label(self.document.school_year)}"

    @property
    def how_far(self) -> PledgeState:
        return how_far(DocumentState(self.document.state), self.document.has_copy)

    @property
    def is_waiting(self) -> bool:
        return self.how_far is PledgeState.WAITING

    @property
    def state(self) -> str:
        return self.how_far.label

    @property
    def tone(self) -> str:
        return STATE_TONES[self.how_far]


def pledges_of(person: Person) -> list[OwnPledge]:
    """One's own 责任书 that were issued, those of this year first; what was voided is not among them."""
    rows = Document.objects.standing().filter(person=person, kind__in=[kind.value for kind in PLEDGES])
    rows = rows.exclude(state=DocumentState.DRAFT).annotate(has_copy=Exists(COPIES)).for_page()
    return [OwnPledge(row) for row in rows.order_by("-school_year", F("number").asc(nulls_last=True), "pk")]


def own_to_sign(scope: Scope, today: date) -> int:
    """How many 责任书 wait for the reader's own signature."""
    rows = Document.objects.filter(person=scope.person, person__isnull=False, state=DocumentState.WAITING)
    return rows.filter(kind__in=[kind.value for kind in PLEDGES]).exclude(Exists(COPIES)).count()


def kinds_by(scope: Scope, school: School) -> list[DocumentKind]:
    """The layers that the reader draws up in a school: 县教育局 its own with the 校长, the school all others."""
    if scope.is_bureau:
        return [DocumentKind.PLEDGE_SCHOOL]
    return [kind for kind in PLEDGES if kind is not DocumentKind.PLEDGE_SCHOOL] if scope.runs(school.pk) else []
