"""可能流失学生: the list, and how many by township, school and grade."""

from django.core.paginator import Paginator
from django.shortcuts import render
from django.views.decorators.http import require_safe

from casework.likely_lost import GROUND_LABELS, Ground, rule_words
from casework.queries import likely_lost as queries
from casework.queries.likely_lost_lines import likely_lost as lines_of
from casework.watch_forms import LostFilter
from students.access import REGISTRY_ROLES
from students.models import School, SchoolClass
from students.queries.listing import current_classes
from students.queries.policy import policy_of
from students.views.audience import only_for
from students.views.lists import same_filters, tabs

PAGE_SIZE = 30
TABS = {"": "全部", **GROUND_LABELS}
lost_page = only_for(REGISTRY_ROLES, "可能流失学生名单由班主任、学校和主管部门查看")


@require_safe
@lost_page
def likely_lost(request):
    """Each child with why, since when, by whom, what next; or counted by place."""
    form, ground, found = asked_children(request)
    counted = queries.tallies(found, request.today)
    counts = counted.whole.by_ground | {"": counted.whole.children}
    view = request.GET.get("by", "") if request.GET.get("by", "") in queries.VIEWS else queries.LIST
    days = policy_of(request.today).suspected_days
    paginator = Paginator(found.with_ground(ground).values_list("pk", flat=True), PAGE_SIZE)
    paginator.count = counts[ground]
    page = paginator.get_page(request.GET.get("page"))
    context = {
        "form": form,
        "views": tabs(request, _views(counted), name="by", shown=view, counts={}),
        "tabs": tabs(request, TABS, name="ground", shown=ground, counts=counts),
        "page": page,
        "rows": [] if view else lines_of(list(page.object_list), request.today, suspected_days=days),
        "parts": counted.parts.get(view),
        "part_name": queries.VIEWS[view].removeprefix("按"),
        "whole": counted.whole,
        "grounds": list(Ground),
        "rule": rule_words(days),
        "file_url": same_filters(request, "reports:likely_lost_file") if request.scope.may_reveal else "",
    }
    return render(request, "casework/likely_lost.html", context)


def _views(counted: queries.Tallies) -> dict[str, str]:
    """The list, and the counts that have something to compare."""
    return {by: label for by, label in queries.VIEWS.items() if not by or len(counted.parts[by]) > 1}


def asked_children(request):
    """The filter, the ground and the children that the address asks for; what makes no sense in it filters nothing."""
    scope, today = request.scope.without_lessons, request.today
    classes = SchoolClass.objects.visible_to(scope).filter(current_classes(today)).select_related("school")
    schools = list(School.objects.visible_to(scope).select_related("township"))
    form = LostFilter(request.GET, schools=schools, classes=classes)
    form.full_clean()
    ground = request.GET.get("ground", "")
    days = policy_of(today).suspected_days
    found = queries.listed(scope, form.cleaned_data, today, suspected_days=days)
    return form, ground if ground in TABS else "", found
