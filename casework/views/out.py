"""连续缺课的学生: everybody who is out of school now, of whom the boards show the longest."""

from django.core.paginator import Paginator
from django.shortcuts import render
from django.views.decorators.http import require_safe

from casework.forms import OutFilter
from casework.queries.boards import narrowed_runs, runs_out
from students.access import OFFICE_ROLES
from students.models import School
from students.views.audience import only_for

PAGE_SIZE = 50


@require_safe
@only_for(OFFICE_ROLES, "连续缺课的名单由学校管理岗位和主管部门查看，班主任看本班的待办")
def out(request):
    """The longest absences first."""
    schools = list(School.objects.visible_to(request.scope).select_related("township"))
    form = OutFilter(request.GET, schools=schools)
    form.full_clean()
    runs = narrowed_runs(runs_out(request.scope), form.cleaned_data)
    page = Paginator(runs, PAGE_SIZE).get_page(request.GET.get("page"))
    return render(
        request, "casework/out.html", {"form": form, "page": page, "is_narrowed": any(form.cleaned_data.values())}
    )
