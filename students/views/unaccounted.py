"""疑似失联: the lists of children of whom nobody has shown where they are."""

from django.core.paginator import Paginator
from django.shortcuts import render
from django.views.decorators.http import require_safe

from students.forms.changes import ChildrenFilter
from students.models import School
from students.queries.policy import policy_of
from students.queries.unaccounted import TO_ACT, List, definition, listings, shown_list
from students.views.audience import unaccounted_page
from students.views.lists import same_filters, tabs

PAGE_SIZE = 50


@require_safe
@unaccounted_page
def unaccounted(request):
    """One list at a time, the longest lost first; the tabs say how many stand on each."""
    policy = policy_of(request.today)
    form = ChildrenFilter(request.GET, schools=School.objects.visible_to(request.scope))
    found = listings(request.scope, day=request.today, policy=policy, **form.wanted)
    counts = {kind: listing.rows.count() for kind, listing in found.items()}
    shown = shown_list(request.GET.get("list", ""), counts)
    page = Paginator(found[shown].rows, PAGE_SIZE).get_page(request.GET.get("page"))
    context = {
        "shown": shown,
        "tabs": tabs(request, {kind: kind.label for kind in List}, name="list", shown=shown, counts=counts),
        "page": page,
        "file_url": same_filters(request, "reports:unaccounted_file"),
        "lines": found[shown].lines(list(page), request.today),
        "form": form,
        "to_act": TO_ACT[shown],
        "definition": definition(shown, policy),
    }
    return render(request, "students/unaccounted.html", context)
