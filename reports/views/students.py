"""学生名单: the list of children in the scope, and the same as a file."""

from django.core.paginator import Paginator
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_safe

from reports.forms import StudentFilter
from reports.queries.students import listed_table
from reports.views.downloads import send_table
from students.models import RegistryLine
from students.queries import listing
from students.templatetags.components import chip_text
from students.views.lists import same_filters

PAGE_SIZE = 50


@require_safe
def students(request):
    """The children in the scope, searched, narrowed down and sorted."""
    form, lines = _asked(request)
    page = Paginator(lines, PAGE_SIZE).get_page(request.GET.get("page"))
    context = {
        "form": form,
        "page": page,
        "count": f"共 {page.paginator.count} 人",
        "children": listing.listed(page.object_list, today=request.today),
        "several_schools": "school" in form.fields,
        "several_classes": "school_class" in form.fields or "school" in form.fields,
        "is_narrowed": any(form.cleaned_data.values()),
        "file_url": same_filters(request, "reports:students_file") if request.scope.may_reveal else "",
    }
    return render(request, "reports/students.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def students_file(request):
    """Exactly what the list shows with the same filters, as a file."""
    form, lines = _asked(request)
    chosen = {name: value for name, value in form.cleaned_data.items() if value}
    return send_table(
        request,
        name="students",
        build=lambda reveal: listed_table(lines, filters=_in_words(form, chosen), today=request.today, reveal=reveal),
        back_url=same_filters(request, "reports:students"),
        asked=chosen,
    )


def _asked(request):
    """The filter as sent, and the lines it asks for; what makes no sense in it filters nothing."""
    visible = RegistryLine.objects.visible_to(request.scope)
    choices = listing.choices_for(request.scope, visible, request.GET.get("school", ""), today=request.today)
    form = StudentFilter(request.GET, choices=choices)
    form.full_clean()
    return form, listing.filtered(visible, form.cleaned_data, today=request.today)


def _in_words(form: StudentFilter, chosen: dict) -> tuple[str, ...]:
    """What the table was narrowed down to, as printed on it; without a state it says which children are meant."""
    words = [chip_text(form[name], value) for name, value in chosen.items()]
    if "state" not in chosen and "q" not in chosen:
        words.insert(0, "在校学生")
    return tuple(words)
