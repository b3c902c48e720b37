"""Downloads of 随机清点."""

from django.core.exceptions import PermissionDenied
from django.views.decorators.http import require_http_methods

from inspections.queries.draws import drawn_seen, lots_seen
from inspections.queries.results import results_of
from inspections.views.draws import seen_draw
from inspections.views.mismatches import asked_mismatches, mismatch_page
from inspections.views.reasons import asked_reasons, spot_page
from reports.queries import spot_checks as tables
from reports.views.downloads import send_table
from students.models import SchoolClass
from students.templatetags.components import chip_text
from students.views.lists import same_filters


@require_http_methods(["GET", "HEAD", "POST"])
@spot_page
def count_reasons_file(request):
    """The reasons that the page shows."""
    form, rows = asked_reasons(request)
    return send_table(
        request,
        name="count_reasons",
        build=lambda reveal: tables.count_reasons_table(rows, as_of=request.today, filters=_in_words(form)),
        back_url=same_filters(request, "inspections:count_reasons"),
        asked=form.narrowed,
        has_numbers=False,
    )


@require_http_methods(["GET", "HEAD", "POST"])
@mismatch_page
def mismatches_file(request):
    """The mismatches that the page shows."""
    form, found = asked_mismatches(request)
    return send_table(
        request,
        name="mismatches",
        build=lambda reveal: tables.mismatches_table(found, as_of=request.today, filters=_in_words(form)),
        back_url=same_filters(request, "inspections:mismatches"),
        asked=form.narrowed,
        has_numbers=False,
    )


@require_http_methods(["GET", "HEAD", "POST"])
@spot_page
def draw_file(request, pk):
    """The classes of a draw with what was counted."""
    row = seen_draw(request, pk)
    results, may_redraw = results_of(request.scope, row, request.today), lots_seen(request.scope, row)
    return send_table(
        request,
        name="draw",
        build=lambda reveal: tables.draw_table(row, results, as_of=request.today, lots_seen=may_redraw),
        back_url=same_filters(request, "inspections:draw", row.pk),
        asked={"draw": row.pk},
        has_numbers=False,
    )


@require_http_methods(["GET", "HEAD", "POST"])
@spot_page
def lots_file(request, pk):
    """The tickets of the classes that the reader sees."""
    row = seen_draw(request, pk)
    if not lots_seen(request.scope, row):
        raise PermissionDenied("抽中的班还没有全部清点完，清点完以后公开各班的签")
    seen = set(drawn_seen(request.scope).filter(draw=row).values_list("school_class", flat=True))
    classes = SchoolClass.objects.visible_to(request.scope.over_classes).exclude(pk__in=request.scope.classes)
    return send_table(
        request,
        name="lots",
        build=lambda reveal: tables.lots_table(row, classes, seen, as_of=row.drawn_on),
        back_url=same_filters(request, "inspections:draw", row.pk),
        asked={"draw": row.pk},
        has_numbers=False,
    )


def _in_words(form) -> tuple[str, ...]:
    """What the table was narrowed down to."""
    return tuple(chip_text(form[name], value) for name, value in form.narrowed.items()) or ("全部班级",)
