"""Checklists and sheets as they are read from their rows; and who may judge at a school."""

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal

from inspections.checklist import Checklist, Judged, Section, plain
from inspections.models import Inspection, InspectionResult, Judgement
from inspections.presets import checklist_of
from students.access import COUNTY_ROLES, Scope
from students.models import School
from students.templatetags.chinese import cdate

INSPECTING_ROLES = COUNTY_ROLES | {"inspector"}


def sections_of(inspection: Inspection, checklist: Checklist | None = None) -> tuple[Section, ...]:
    """What a school is judged by: the items of the round's checklist that concern schools of its kind."""
    return (checklist or checklist_of(inspection.round.checklist)).for_kind(inspection.school.kind)


def judged_as(held: Judgement) -> Judged:
    """A judgement of the records as it is reckoned with."""
    return Judged(held.points, held.applies, held.remark)


def sheet_of(judgements: Iterable[Judgement]) -> dict[str, Judged]:
    """A sheet that is being filled."""
    return {row.item: judged_as(row) for row in judgements}


def read_content(content: Mapping) -> dict[str, Judged]:
    """The sheet of a result."""
    return {
        code: Judged(None if row["points"] is None else Decimal(row["points"]), row["applies"], row["remark"])
        for code, row in content.items()
    }


def written(sheet: Mapping[str, Judged]) -> dict[str, dict]:
    """A sheet as a result keeps it."""
    return {
        code: {
            "points": None if mark.points is None else plain(mark.points),
            "applies": mark.applies,
            "remark": mark.remark,
        }
        for code, mark in sheet.items()
    }


def latest_result(inspection: Inspection) -> InspectionResult | None:
    """The result that counts: the last version; None while the inspection has not been signed."""
    return inspection.results.select_related("made_by", "answer__answered_by").order_by("number").last()


def is_inspector(scope: Scope, inspection: Inspection) -> bool:
    """Whether the reader is an inspector of the round, still holds such an office, and does not run the school."""
    if not scope.roles & INSPECTING_ROLES or scope.runs(inspection.school_id):
        return False
    return inspection.round.inspectors.filter(pk=scope.person).exists()


def looks_at(scope: Scope, school: School) -> bool:
    """Whether somebody of that scope can be an inspector of a school: they see it from such an office, and do not run
    it."""
    seen = scope.county or school.township_id in scope.townships or school.pk in scope.schools
    return seen and bool(scope.roles & INSPECTING_ROLES) and not scope.runs(school.pk)


def is_kept_from(scope: Scope, inspection: Inspection) -> bool:
    """Whether the sheet is not the reader's to see yet: a school learns how it was judged by the signature."""
    return inspection.signed_at is None and scope.runs(inspection.school_id)


def why_not_to_fill(scope: Scope, inspection: Inspection, today: date) -> str:
    """Why the reader may not judge at the school now; blank where they may."""
    if not is_inspector(scope, inspection):
        return "检查表由这个批次的检查人填写，你可以查看"
    return closed_words(inspection, today)


def closed_words(inspection: Inspection, today: date) -> str:
    """Why nobody fills the sheet today; blank where it is open."""
    if inspection.signed_at:
        return "检查已经签名完成，要改的由县教育局更正"
    if today < inspection.round.first_day:
        return f"检查从{cdate(inspection.round.first_day)}开始，还没有到"
    if today > inspection.round.last_day:
        return f"检查到{cdate(inspection.round.last_day)}为止，要延长的请县教育局改批次的日期"
    return ""
