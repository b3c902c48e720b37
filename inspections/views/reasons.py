"""清点理由: the classes that should be counted and why, for whoever looks over classes."""

from datetime import date

from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from inspections.queries import draws as queries
from inspections.spot_forms import ReasonFilter, draws_somewhere
from inspections.suspicion import DEFINITIONS, ReasonKind
from students.access import AREA_ROLES, OVERSEER_ROLES
from students.days import Slot
from students.models import School, SchoolClass
from students.queries.head_counts import refusal_to_count
from students.views.audience import only_for
from students.views.lists import same_filters

PAGE_SIZE = 40
# Whoever takes registers, or keeps them for those who do, is not told why a class is looked at, nor that it will be.
spot_page = only_for(OVERSEER_ROLES, "随机清点的理由和抽取由校领导、乡镇、督学和县教育局查看")


@require_safe
@spot_page
def count_reasons(request):
    """The classes with reasons, those with most of them first."""
    form, rows = asked_reasons(request)
    page = Paginator(queries.reasons_by_class(rows), PAGE_SIZE).get_page(request.GET.get("page"))
    listed = rows.filter(school_class__in=[each["school_class"] for each in page])
    of_class: dict[int, list] = {}
    for reason in listed.select_related("school_class__school"):
        of_class.setdefault(reason.school_class_id, []).append(reason)
    context = {
        "sees_policy": bool(request.scope.roles & AREA_ROLES),
        "form": form,
        "page": page,
        "lines": [of_class[each["school_class"]] for each in page],
        "is_narrowed": bool(form.narrowed),
        "as_of": queries.newest_as_of(),
        "definitions": [(ReasonKind(kind).label, words) for kind, words in DEFINITIONS.items()],
        "may_draw": draws_somewhere(request.scope),
        "to_count": queries.waiting(request.scope, request.today),
        "file_url": same_filters(request, "reports:count_reasons_file"),
    }
    return render(request, "inspections/count_reasons.html", context)


def asked_reasons(request):
    """The filter as sent, and the reasons that it asks for."""
    scope = request.scope.over_classes
    schools = list(School.objects.visible_to(scope).select_related("township"))
    townships = sorted({row.township for row in schools}, key=lambda row: row.code)
    form = ReasonFilter(request.GET, schools=schools, townships=townships)
    form.full_clean()
    paths = {"school": "school_class__school", "township": "school_class__school__township", "kind": "kind"}
    narrowed = {paths[name]: value for name, value in form.narrowed.items()}
    return form, queries.reasons_seen(request.scope).filter(**narrowed)


@require_safe
@spot_page
def class_reasons(request, pk):
    """One class: every reason with the registers that it speaks of, and when it was drawn."""
    classes = SchoolClass.objects.visible_to(request.scope.over_classes).exclude(pk__in=request.scope.classes)
    school_class = get_object_or_404(classes.select_related("school"), pk=pk)
    drawn = queries.drawn_seen(request.scope).filter(school_class=pk).select_related("draw").order_by("-draw__number")
    context = {
        "school_class": school_class,
        "reasons": [
            {"row": row, "facts": [_fact(*fact) for fact in row.facts], "definition": DEFINITIONS[row.kind]}
            for row in queries.reasons_seen(request.scope).filter(school_class=pk)
        ],
        "drawn": drawn,
        "may_count": not refusal_to_count(request.scope, school_class),
    }
    return render(request, "inspections/class_reasons.html", context)


def _fact(day: str, slot: str) -> dict:
    return {"day": date.fromisoformat(day), "slot": slot, "label": Slot(slot).label}
