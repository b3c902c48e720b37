"""四个一: the rounds of the present school year at a glance, on a page and on paper."""

from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from reports.views.downloads import send_table
from returns.queries.grid import schools_that_file
from returns.queries.rounds import rounds, rounds_table
from returns.views.grid import return_pages_for
from students.calendar import school_year_label, school_year_of


@require_safe
@return_pages_for
def rounds_now(request):
    """Each round with its state, what is due next and one next action."""
    context = {
        "rounds": rounds(request.scope, now=timezone.localtime()),
        "year": school_year_label(school_year_of(request.today)),
    }
    return render(request, "returns/rounds.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@return_pages_for
def rounds_file(request):
    """The same as a file."""
    found = rounds(request.scope, now=timezone.localtime())
    schools = list(schools_that_file(request.scope).values_list("name", flat=True)[:2])
    whose = "全县" if request.scope.county else schools[0] if len(schools) == 1 else "所辖学校"
    table = rounds_table(found, whose=whose, today=request.today)
    return send_table(
        request, name="rounds", build=lambda reveal: table, back_url=reverse("returns:rounds"), has_numbers=False
    )
