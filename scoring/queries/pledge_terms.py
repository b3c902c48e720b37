"""What 责任书 hold people to in a school year: the scheme in force there and the children of its first day."""

from collections.abc import Collection, Iterable, Mapping
from functools import cached_property

from casework.document_kinds import PLEDGES, SCHOOL_PLEDGES, DocumentKind, fixed
from casework.documents import DocumentState
from casework.models import Document
from scoring.models import SchemeAdoption, StoredScheme
from scoring.pledge_terms import StageCount, class_terms, school_terms
from scoring.presets import schemes_in
from scoring.queries.baselines import baselines
from scoring.queries.version_pages import title_of
from students.calendar import grade_in, school_year_start
from students.models import SchoolClass

LAST_GRADE = {SchoolClass.Stage.PRIMARY: 6, SchoolClass.Stage.JUNIOR: 9}
OLDER = "考核办法或学年初人数改动过，这份草稿的目标是以前的"


class Terms:
    """The terms of the 责任书 of a school year; ``classes``: those of every school that is asked about."""

    def __init__(self, school_year: int, classes: Iterable[SchoolClass]):
        self.school_year, self.classes = school_year, {row.pk: row for row in classes}

    @cached_property
    def _scheme_of(self):
        return schemes_in(self.school_year)

    @cached_property
    def _basis(self) -> dict[int, str]:
        """Scheme → whose it is, its name and version."""
        return {row.pk: title_of(row) for row in StoredScheme.objects.defer("content")}

    @cached_property
    def _baselines(self) -> Mapping[int, int]:
        return baselines(list(self.classes), school_year_start(self.school_year))

    @cached_property
    def _stages(self) -> dict[int, list[StageCount]]:
        """School → its stages, 小学 first."""
        found: dict[tuple[int, str], StageCount] = {}
        for row in self.classes.values():
            key, children = (row.school_id, row.stage), self._baselines.get(row.pk, 0)
            before = found.get(key, StageCount(row.stage, 0, 0))
            found[key] = StageCount(row.stage, before.classes + 1, before.baseline + children)
        stages: dict[int, list[StageCount]] = {}
        for school, stage in sorted(found, key=lambda key: list(SchoolClass.Stage).index(key[1])):
            stages.setdefault(school, []).append(found[school, stage])
        return stages

    def of(self, kind: DocumentKind, school: int, school_class: int | None) -> dict[str, str]:
        """What a 责任书 of this layer and place says of targets and points."""
        scheme = self._scheme_of(school)
        basis = self._basis[scheme.key]
        if kind in SCHOOL_PLEDGES:
            return school_terms(scheme, basis, self._stages.get(school, []))
        place = {"stage": self.classes[school_class].stage, "baseline": self._baselines.get(school_class, 0)}
        return class_terms(scheme, basis, kind, **place)


def taught_classes(schools: Collection[int], school_year: int) -> dict[int, SchoolClass]:
    """The classes of these schools that are at school in the school year, by number."""
    rows = SchoolClass.objects.filter(school__in=schools).order_by("number", "pk")
    return {row.pk: row for row in rows if _is_taught(row, school_year)}


def _is_taught(school_class: SchoolClass, school_year: int) -> bool:
    first = SchoolClass.FIRST_GRADE[school_class.stage]
    grade = grade_in(school_year, cohort=school_class.cohort, first_grade=first)
    return first <= grade <= LAST_GRADE[school_class.stage]


def has_scheme(school_year: int) -> bool:
    """Whether the county has adopted a scheme for the school year."""
    return SchemeAdoption.objects.filter(school=None, school_year__lte=school_year).exists()


def is_older(document: Document, terms: Terms) -> bool:
    """Whether a draft says other targets or points than what is in force now."""
    kind = DocumentKind(document.kind)
    if document.school_class_id and document.school_class_id not in terms.classes:
        return False  # a class that has left the school: nothing is in force for it
    school = document.of_school_id or terms.classes[document.school_class_id].school_id
    return fixed(kind, document.values) != terms.of(kind, school, document.school_class_id)


def against_issuing(document: Document) -> str:
    """Why a 责任书 is not to be issued as it stands, in a Chinese sentence; blank where nothing is against it."""
    drafted = document.state in (DocumentState.DRAFT, DocumentState.RETURNED)
    if document.kind not in PLEDGES or not drafted or not has_scheme(document.school_year):
        return ""
    terms = Terms(
        document.school_year, taught_classes([document.home_school.pk], document.school_year).values()
    )  # fmt: skip
    return f"{OLDER}，请先在责任书页面更新目标" if is_older(document, terms) else ""
