"""疑似失联: the lists of children of whom nobody has shown where they are."""

from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.shortcuts import render
from django.views.decorators.http import require_safe

from students.access import AREA_ROLES, SCHOOL_ROLES
from students.forms.changes import ChildrenFilter
from students.models import School
from students.queries.policy import policy_of
from students.queries.unaccounted import TO_ACT, List, definition, listings

PAGE_SIZE = 50


@require_safe
def unaccounted(request):
    """One list at a time, the longest lost first; the tabs say how many stand on each."""
    if not request.scope.roles & (SCHOOL_ROLES | AREA_ROLES):
        raise PermissionDenied("疑似失联名单由学校管理人员和主管部门查看")
    policy = policy_of(request.today)
    form = ChildrenFilter(request.GET, schools=School.objects.visible_to(request.scope))
    found = listings(request.scope, day=request.today, policy=policy, **form.wanted)
    counts = {kind: listing.rows.count() for kind, listing in found.items()}
    wanted = request.GET.get("list", "")
    shown = List(wanted) if wanted in set(List) else next((kind for kind in List if counts[kind]), List.UNCONFIRMED)
    page = Paginator(found[shown].rows, PAGE_SIZE).get_page(request.GET.get("page"))
    tabs = [
        {"label": kind.label, "url": f"?list={kind}", "current": kind is shown, "count": counts[kind]} for kind in List
    ]
    context = {
        "shown": shown,
        "tabs": tabs,
        "page": page,
        "lines": found[shown].lines(list(page), request.today),
        "form": form,
        "to_act": TO_ACT[shown],
        "definition": definition(shown, policy),
    }
    return render(request, "students/unaccounted.html", context)
