"""班级清点 and 开学到校情况 as files."""

from django.http import Http404
from django.views.decorators.http import require_http_methods

from casework.queries.opening import LISTS
from casework.views import opening
from reports.queries.head_counts import head_counts_table
from reports.queries.opening import children_table, opening_table
from reports.views.downloads import send_table
from students.templatetags.components import chip_text
from students.views import counts
from students.views.lists import same_filters


@require_http_methods(["GET", "HEAD", "POST"])
def head_counts_file(request):
    """The counts of a term, as a file."""
    counts.refuse_onlookers(request.scope)
    form, board = counts.asked_board(request)
    if board is None:
        raise Http404
    return send_table(
        request,
        name="head_counts",
        build=lambda reveal: head_counts_table(board, filters=_in_words(form), as_of=request.today),
        back_url=same_filters(request, "students:head_counts"),
        asked=_chosen(form),
        has_numbers=False,
    )


@require_http_methods(["GET", "HEAD", "POST"])
def opening_file(request):
    """The counts of the opening, or the children of the list that the page shows, as a file."""
    form, board, by_school = opening.asked_board(request)
    if board is None:
        raise Http404
    which, words = request.GET.get("list"), _in_words(form)

    def build(reveal: bool):
        if which in LISTS:
            return children_table(board, which, today=request.today, filters=words, reveal=reveal)
        return opening_table(board, by_school=by_school, filters=words)

    return send_table(
        request,
        name=f"opening_{which}" if which in LISTS else "opening",
        build=build,
        back_url=same_filters(request, "casework:opening"),
        asked=_chosen(form),
        has_numbers=which in LISTS,
    )


def _chosen(form) -> dict[str, str]:
    return {name: value for name, value in form.cleaned_data.items() if value}


def _in_words(form) -> tuple[str, ...]:
    """What the table was narrowed down to; the term is said anyway."""
    return tuple(chip_text(form[name], value) for name, value in _chosen(form).items() if name in ("school",))
