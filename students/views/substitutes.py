"""代班: who stands in for which 班主任, appointing one, ending it early."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from students.access import SCHOOL_ROLES
from students.actions import substitutes as actions
from students.calendar import DAY
from students.forms.substitutes import SubstituteForm
from students.models import Posting
from students.queries import homeroom
from students.templatetags.chinese import cdate_short
from students.views.audience import only_for
from students.views.lists import box_shown, tabs

PAGE_SIZE = 30
REFUSAL = "代班由本校教务处和校领导安排"


@require_safe
@only_for(SCHOOL_ROLES, REFUSAL)
def substitutes(request):
    """The substitutes of the school: running, coming, past."""
    boxes = homeroom.substitute_boxes(request.scope, request.today)
    shown, counts = box_shown(request.GET.get("box", ""), boxes)
    page = Paginator(boxes[shown], PAGE_SIZE).get_page(request.GET.get("page"))
    classes = [posting.school_class_id for posting in page]
    context = {
        "page": page,
        "rows": _rows(page, homeroom.homeroom_teachers(classes, request.today)),
        "tabs": tabs(request, homeroom.BOXES, name="box", shown=shown, counts=counts),
        "shown": shown,
    }
    return render(request, "students/substitutes.html", context)


def _rows(page, homerooms: dict) -> list[dict]:
    """Each substitute with its last day and the regular 班主任; ``cancelled`` where it ended before it began."""
    return [
        {
            "posting": posting,
            "last_day": posting.until - DAY,
            "cancelled": posting.until == posting.since,
            "regular": getattr(homerooms.get(posting.school_class_id), "regular", None),
        }
        for posting in page
    ]


@require_http_methods(["GET", "HEAD", "POST"])
@only_for(SCHOOL_ROLES, REFUSAL)
def appoint_substitute(request):
    """Appoint one; every refusal stands on the form."""
    classes = homeroom.classes_run_by(request.scope)
    staff = homeroom.staff_of(request.scope.clerk_of | request.scope.led, request.today)
    data = request.POST if request.method == "POST" else None
    form = SubstituteForm(data, classes=classes, staff=staff, initial={"first_day": request.today})
    if form.is_valid():
        try:
            values = form.cleaned_data | {"scope": request.scope, "today": request.today}
            made = actions.appoint(by=request.user, **values)
            days = f"{cdate_short(made.since)}到{cdate_short(made.until - DAY)}"
            messages.success(request, f"已安排{made.person.name}从{days}代{made.school_class}班主任。")
            return redirect("students:substitutes")
        except actions.SubstituteRefused as refused:
            form.add_error(None, str(refused))
    return render(request, "students/substitute_form.html", {"form": form}, status=422 if form.is_bound else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@only_for(SCHOOL_ROLES, REFUSAL)
def end_substitute(request, pk):
    """Ask first, then end it from today on."""
    rows = Posting.objects.visible_to(request.scope).filter(is_substitute=True)
    posting = get_object_or_404(rows.select_related("person", "school_class"), pk=pk)
    if not request.scope.runs(posting.school_id):
        raise PermissionDenied(REFUSAL)
    if request.method == "POST":
        actions.end_early(by=request.user, scope=request.scope, posting=posting, today=request.today)
        messages.success(request, f"{posting.person.name}从今天起不再代{posting.school_class}班主任。")
        return redirect("students:substitutes")
    context = {"posting": posting, "last_day": posting.until - DAY}
    return render(request, "students/substitute_end.html", context)
