"""检查结果: signed by an inspector, corrected by the bureau under a number, answered by the school's head."""

from collections.abc import Mapping
from datetime import date

from django.db import transaction
from django.utils import timezone

from inspections.actions import rectifications, school_notices
from inspections.actions.filling import (
    InspectionRefused,
    NotYourInspection,
    locked,
    refuse_other_than_inspectors,
)
from inspections.checklist import Judged, faults_of, items_of, total_of
from inspections.models import Inspection, InspectionAnswer, InspectionResult
from inspections.queries.reading import is_inspector, read_content, sections_of, sheet_of, written
from students.access import Scope
from students.actions import audit
from students.models import Notice
from students.templatetags.chinese import cdate


@transaction.atomic
def sign(
    *,
    by,
    scope: Scope,
    inspection: Inspection,
    seen: int,
    inspected_on: date,
    deadline: date | None,
    today: date,
) -> InspectionResult:
    """签名完成: freeze the figures of a sheet that judges every item. A second press gives the same result.

    ``seen``: the version of the sheet that the signer has read; ``deadline``: until when the school mends what was
    found, needed where points were lost. Raises ``InspectionRefused``.
    """
    row = locked(inspection)
    if row.signed_at and row.signed_by_id == by.pk and is_inspector(scope, row):
        return row.results.get(number=1)
    refuse_other_than_inspectors(scope, row, today)
    if row.version != seen:
        raise InspectionRefused("打开这一页以后，有人又改了评分，没有签名。请看过新的评分再签名。")
    if not row.round.first_day <= inspected_on <= today:
        first = cdate(row.round.first_day)
        raise InspectionRefused(f"检查日期应在{first}到今天之间，没有签名。")
    sheet = sheet_of(row.judgements.all())
    result = _freeze(row, sheet, number=1, reason="", by=by)
    found = rectifications.raise_found(row, sections_of(row), sheet, by=by, deadline=deadline, today=today)
    row.signed_at, row.signed_by, row.inspected_on = result.made_at, by, inspected_on
    row.save(update_fields=["signed_at", "signed_by", "inspected_on"])
    school_notices.tell_school(row, kind=Notice.Kind.INSPECTION, by=by, today=today)
    audit.record(by=by, action="inspection.sign", subject=row, result=result.pk, found=found)
    return result


@transaction.atomic
def correct(
    *, by, scope: Scope, inspection: Inspection, seen: int, sheet: Mapping[str, Judged], reason: str, today: date
) -> InspectionResult:
    """更正: a new version beside the signed one, which stays; the ledger follows. The same one pressed twice is one.

    ``seen``: the number of the version that it corrects. Raises ``InspectionRefused``.
    """
    row = locked(inspection)
    if not scope.is_bureau:
        raise NotYourInspection("检查结果由县教育局更正，没有保存。")
    latest = row.results.order_by("number").last()
    if latest is None:
        raise InspectionRefused("这所学校还没有检查完，没有保存。请检查人先签名。")
    if not reason:
        raise InspectionRefused("更正要写明原因，没有保存。")
    if latest.made_by_id == by.pk and latest.reason == reason and latest.content == written(sheet):
        return latest
    if latest.number != seen:
        raise InspectionRefused(f"这份结果已经更正到第{latest.number}版，这次填的没有保存。请看过新的一版再改。")
    if latest.content == written(sheet):
        raise InspectionRefused("和现在的一版完全一样，没有保存。")
    result = _freeze(row, sheet, number=latest.number + 1, reason=reason, by=by)
    before, after = read_content(latest.content), read_content(result.content)
    followed = rectifications.follow_correction(row, before, after, by=by, result=result, today=today)
    school_notices.tell_school(row, kind=Notice.Kind.INSPECTION, by=by, today=today)
    if followed.raised:
        school_notices.tell_school(row, kind=Notice.Kind.RECTIFICATION, by=by, today=today)
    told = {"number": result.number, "found": followed.raised, "ended": followed.ended}
    audit.record(by=by, action="inspection.correct", subject=row, result=result.pk, **told)
    return result


@transaction.atomic
def answer(
    *, by, scope: Scope, inspection: Inspection, number: int, kind: InspectionAnswer.Kind, words: str = ""
) -> InspectionAnswer:
    """学校回复 to version ``number`` of a result, once. The same one pressed twice is one. Raises
    ``InspectionRefused``."""
    row = locked(inspection)
    if row.school_id not in scope.led:
        raise NotYourInspection("检查结果由校长或分管领导回复，没有保存。")
    result = row.results.select_related("answer").order_by("number").last()
    if result is None or result.number != number:
        raise InspectionRefused("检查结果已经有新的一版，没有保存。请看过新的一版再回复。")
    if held := InspectionAnswer.objects.filter(result=result).first():
        if (held.answered_by_id, held.kind, held.words) == (by.pk, kind, words):
            return held
        raise InspectionRefused(f"学校已经回复“{held.get_kind_display()}”，这次填的没有保存。")
    if kind == InspectionAnswer.Kind.EXPLAINED and not words:
        raise InspectionRefused("说明要写内容，没有保存。")
    made = InspectionAnswer.objects.create(
        result=result, kind=kind, words=words, answered_at=timezone.now(), answered_by=by
    )
    audit.record(by=by, action="inspection.answer", subject=row, result=result.pk)
    return made


def _freeze(row: Inspection, sheet: Mapping[str, Judged], *, number: int, reason: str, by) -> InspectionResult:
    """The sums of a sheet as a row; raises ``InspectionRefused`` where something in it is missing or impossible."""
    sections = sections_of(row)
    items = items_of(sections)
    faults = [f"“{item.text}”{words}" for item, words in faults_of(sections, sheet)]
    if faults:
        more = f"等{len(faults)}处" if len(faults) > 3 else ""
        raise InspectionRefused(f"{'；'.join(faults[:3])}{more}，没有保存。请补齐再来。")
    total = total_of(items, sheet)
    if not total.full:
        raise InspectionRefused("没有一项涉及这所学校，算不出得分，没有保存。")
    return InspectionResult.objects.create(
        inspection=row, number=number, content=written({item.code: sheet[item.code] for item in items}),
        given=total.given, full=total.full, judged=total.judged, items=total.items,
        reason=reason, made_at=timezone.now(), made_by=by,
    )  # fmt: skip
