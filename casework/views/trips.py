"""联合劝返: planned for several children of a township, taken along as a list, and told child by child."""

from uuid import uuid4

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from casework.actions import trips as actions
from casework.actions.cases import CaseRefused
from casework.actions.contacts import ContactRefused, ToldAlready
from casework.bureau_forms import CancelTripForm, NotGoneForm, TripForm, TripResultForm
from casework.models import JointTrip, TripChild
from casework.queries import trips as queries
from casework.queries.case_facts import last_day_to_plan
from students.access import AREA_ROLES
from students.views.audience import only_for
from students.views.lists import box_shown, tabs

PAGE_SIZE = 30
MOST_TYPED = 40  # characters of a search
trip_page = only_for(AREA_ROLES, "联合劝返由乡镇和县教育局安排，督学可以查看")


@require_safe
@trip_page
def trips(request):
    """The trips in the scope: those to come or without results, those done, those taken back."""
    boxes = queries.boxes(request.scope)
    shown, counts = box_shown(request.GET.get("box", ""), boxes)
    page = Paginator(boxes[shown], PAGE_SIZE).get_page(request.GET.get("page"))
    context = {
        "tabs": tabs(request, queries.BOXES, name="box", shown=shown, counts=counts),
        "page": page,
        "may_plan": bool(queries.townships_of(request.scope)),
    }
    return render(request, "casework/trips.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@trip_page
def new_trip(request):
    """安排联合劝返: choose the children of a township who are out of school, and say who goes when."""
    townships = queries.townships_of(request.scope)
    if not townships:
        raise PermissionDenied("联合劝返由本乡镇干部或县教育局安排，你可以查看")
    asked = request.POST.get("township") or request.GET.get("township")
    township = next((area for area in townships if str(area.pk) == asked), townships[0])
    cases = list(queries.out_of_school(request.scope, township))
    looks = bool({"look", "page"} & request.POST.keys())  # for more children; nothing is to be saved yet
    begun = TripForm.typed(request.POST) if looks else {"day": request.today}
    sent = None if looks else _sent(request)
    form = TripForm(sent, cases=cases, initial=begun | {"township": township.pk})
    if form.is_valid() and (planned := _planned(request, form, township)):
        messages.success(request, f"已安排{township}的联合劝返。")
        return redirect("casework:trip", planned.pk)
    context = {"form": form, "township": township, "townships": townships, "chooser": _chooser(request, cases, form)}
    return render(request, "casework/trip_new.html", context, status=422 if form.is_bound else 200)


def _planned(request, form: TripForm, township) -> JointTrip | None:
    by = {"by": request.user, "scope": request.scope, "today": request.today}
    try:
        return actions.plan_trip(township=township, **form.cleaned(), **by)
    except actions.AlreadyGoing as refused:
        form.add_error("cases", str(refused))
    except actions.TripRefused as refused:
        form.add_error(None, str(refused))
    return None


def _chooser(request, cases, form: TripForm) -> queries.Chooser:
    sent = request.POST
    page = "1" if "look" in sent else sent.get("page") or sent.get("at", "1")
    wanted = {"q": sent.get("q", "")[:MOST_TYPED], "school": sent.get("school", "")[:MOST_TYPED]}
    return queries.chooser(cases, form.chosen, **wanted, page=page)


@require_safe
@trip_page
def trip(request, pk):
    """One trip: who goes when to whom, and what came of it."""
    row = _trip(request, pk)
    may = request.scope.may_manage_in(row.township_id) and not row.cancelled_at
    lines = queries.children_of(row)
    context = {
        "trip": row,
        "lines": lines,
        "may_record": may and row.day <= request.today,
        "form": CancelTripForm() if may and not any(line.contact for line in lines) else None,
    }
    return render(request, "casework/trip.html", context)


@require_safe
@trip_page
def trip_list(request, pk):
    """The list to take along, on paper: numbers are masked as everywhere."""
    row = _trip(request, pk)
    context = {"trip": row, "lines": queries.children_of(row), "printed_by": request.user.name}
    return render(request, "casework/trip_list.html", context | {"printed_at": timezone.localtime()})


@require_http_methods(["GET", "HEAD", "POST"])
@trip_page
def trip_result(request, pk):
    """What came of the trip for one child."""
    child = _child(request, pk)
    last = last_day_to_plan(request.today)
    form = TripResultForm(_sent(request), initial={"submission": uuid4()}, last=last)
    if form.is_valid():
        by = {"by": request.user, "scope": request.scope, "today": request.today}
        try:
            actions.record_result(child=child, **form.cleaned_data, **by)
        except ContactRefused as refused:
            for name, words in refused.faults.items():
                form.add_error(name if name in form.fields else None, words)
            if isinstance(refused, ToldAlready):
                form.begin_anew()
        except (actions.TripRefused, CaseRefused) as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, f"已登记{child.case.student}的联合劝返结果。")
            return redirect("casework:trip", child.trip_id)
    is_over = not form.is_bound and bool(child.result or child.trip.cancelled_at)
    context = {"form": form, "child": child, "not_gone": NotGoneForm(), "is_over": is_over}
    return render(request, "casework/trip_result.html", context, status=422 if form.is_bound else 200)


@require_POST
@trip_page
def left_out(request, pk):
    """没有去: why the trip did not go to one child."""
    child = _child(request, pk)
    reason = request.POST.get("why", "").strip()[:100]
    try:
        actions.leave_out(by=request.user, scope=request.scope, child=child, reason=reason, today=request.today)
    except actions.TripRefused as refused:
        messages.error(request, str(refused))
        return redirect("casework:trip_result", pk)
    messages.success(request, f"已登记：没有去{child.case.student}家。")
    return redirect("casework:trip", child.trip_id)


@require_POST
@trip_page
def cancel_trip(request, pk):
    """取消 a trip."""
    row = _trip(request, pk)
    reason = request.POST.get("reason", "").strip()[:100]
    try:
        actions.cancel_trip(by=request.user, scope=request.scope, trip=row, reason=reason, today=request.today)
    except actions.NotYourTrip as refused:
        raise PermissionDenied(str(refused)) from None
    except actions.TripRefused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, "已取消这次联合劝返。")
    return redirect("casework:trip", pk)


def _trip(request, pk) -> JointTrip:
    rows = JointTrip.objects.visible_to(request.scope).select_related("township", "planned_by", "cancelled_by")
    return get_object_or_404(rows, pk=pk)


def _child(request, pk) -> TripChild:
    """A child of a trip that the reader sees, for whoever may tell what came of it."""
    rows = TripChild.objects.filter(trip__in=JointTrip.objects.visible_to(request.scope))
    child = get_object_or_404(rows.select_related("trip__township", "case__student__line__school_class__school"), pk=pk)
    if not request.scope.may_manage_in(child.trip.township_id):
        raise PermissionDenied("联合劝返的结果由本乡镇干部或县教育局登记，你可以查看")
    return child


def _sent(request):
    return request.POST if request.method == "POST" else None
