"""Download of the 劝返漏斗."""

from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from casework.views.funnel import asked_funnel, funnel_page
from reports.queries.funnel import funnel_table
from reports.views.downloads import send_table
from students.views.lists import same_filters


@require_http_methods(["GET", "HEAD", "POST"])
@funnel_page
def funnel_file(request):
    """The figures that the page shows for the same period and parts, as a file."""
    asked = asked_funnel(request)
    if asked.form.is_bound and not asked.form.is_valid():
        return redirect(same_filters(request, "casework:funnel"))  # which says what is wrong with the period
    return send_table(
        request,
        name="funnel",
        build=lambda reveal: funnel_table(
            asked.whole, asked.parts, period=asked.period, parts_are=asked.parts_are, as_of=request.today
        ),
        back_url=same_filters(request, "casework:funnel"),
        asked={"period": asked.period, "parts": asked.parts_are},
        has_numbers=False,
    )
