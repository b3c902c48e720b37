"""开学到校情况: the opening of a term by school and class, and the children who are not back."""

from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.shortcuts import render
from django.views.decorators.http import require_safe

from casework.queries import opening as queries
from students.forms.counts import OpeningFilter
from students.models import School, SchoolClass, Term
from students.queries.head_counts import latest_term
from students.queries.opening import opening_board
from students.views.lists import same_filters, tabs

PAGE_SIZE = 50


@require_safe
def opening(request):
    """Who is back at the start of a term, who is not, who was lost and who came back."""
    form, board, by_school = asked_board(request)
    which = request.GET.get("list", "") if request.GET.get("list") in queries.LISTS else ""
    context = {"form": form, "board": board, "which": which, "by_school": by_school}
    if board:
        rows = board.of(which) if which else queries.lines(board, by_school=by_school)
        page = Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page"))
        found = queries.named(board, page.object_list, today=request.today) if which else page.object_list
        context |= {
            "page": page,
            "rows": [_with_action(request, child) for child in found] if which else found,
            "tabs": _tabs(request, board, which),
            "definitions": queries.DEFINITIONS,
            "file_url": same_filters(request, "reports:opening_file"),
        }
    return render(request, "casework/opening.html", context)


def asked_board(request):
    """The filter as sent, the board that it asks for (None where no term has begun), and whether it is by school."""
    if not request.scope.may_reveal:
        raise PermissionDenied("开学到校情况给班主任、学校和上级部门的管理岗位查看")
    schools = list(School.objects.visible_to(request.scope.without_lessons))
    form = OpeningFilter(request.GET, terms=Term.objects.filter(start__lte=request.today), schools=schools)
    form.full_clean()
    term, school = form.cleaned_data.get("term"), form.cleaned_data.get("school")
    term = Term.objects.get(pk=term) if term else latest_term(request.today)
    classes = SchoolClass.objects.visible_to(request.scope.without_lessons)
    classes = classes.filter(school=school) if school else classes
    by_school = len(schools) > 1 and not school
    return form, opening_board(classes, term, request.today) if term else None, by_school


def _with_action(request, child: queries.NamedChild) -> dict:
    return {"child": child, "may_note": request.scope.may_answer_for(child.place)}


def _tabs(request, board, which: str) -> list[dict]:
    total = board.total
    counts = {"absent": total.absent, "lost": total.lost, "returned": total.returned}
    return tabs(request, {"": "汇总", **queries.LISTS}, name="list", shown=which, counts=counts)
