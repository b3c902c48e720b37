"""文书 as lists: the desk of whoever writes and signs, and the register of numbers 发文登记."""

from django.core.paginator import Paginator
from django.shortcuts import render
from django.views.decorators.http import require_safe

from casework.document_forms import DocumentFilter
from casework.queries import document_lists as lists
from casework.views.documents import desk_page, document_page
from students.access import OFFICE_ROLES, REGISTRY_ROLES
from students.models import School
from students.views.lists import box_shown, tabs

PAGE_SIZE = 30


@require_safe
@desk_page
def documents(request):
    """The desk: what waits for the reader's signature, what is to be written, and what is under way."""
    form = _filter(request, with_state=False)
    boxes = lists.boxes(request.scope, request.today, form.wanted)
    shown, counts = box_shown(request.GET.get("box", ""), boxes)
    context = {
        "form": form,
        "page": Paginator(boxes[shown], PAGE_SIZE).get_page(request.GET.get("page")),
        "tabs": tabs(request, lists.BOXES, name="box", shown=shown, counts=counts),
        "shown": shown,
        "shows_register": bool(request.scope.roles & REGISTRY_ROLES),
        "shows_pledges": bool(request.scope.roles & OFFICE_ROLES),
    }
    return render(request, "casework/documents.html", context)


@require_safe
@document_page
def document_register(request):
    """发文登记: every number given, by year and kind."""
    form = _filter(request, years=lists.years_of(request.scope))
    rows = lists.register(request.scope, form.wanted)
    page = Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page"))
    return render(request, "casework/document_register.html", {"form": form, "page": page})


def _filter(request, **options) -> DocumentFilter:
    return DocumentFilter(request.GET, schools=list(School.objects.visible_to(request.scope)), **options)
