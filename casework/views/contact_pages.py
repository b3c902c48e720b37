"""联系记录: all of a school or class, and one of them."""

from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from casework.contact_forms import ContactFilter
from casework.models import Contact
from casework.queries import contacts
from students.access import REGISTRY_ROLES
from students.models import School, SchoolClass
from students.views.audience import only_for

PAGE_SIZE = 30
contact_page_for = only_for(REGISTRY_ROLES, "联系记录由班主任、学校和主管部门查看，任课教师可以把情况告诉班主任")


@require_safe
@contact_page_for
def contact_list(request):
    """Every contact in the scope, with search and filters; the newest stand first."""
    scope = request.scope.without_lessons
    classes = SchoolClass.objects.visible_to(scope).select_related("school")
    form = ContactFilter(request.GET, schools=list(School.objects.visible_to(scope)), classes=classes)
    form.is_valid()  # what could not be read is said, and not asked for
    wanted = form.cleaned_data
    page = Paginator(contacts.listed(scope, wanted), PAGE_SIZE).get_page(request.GET.get("page"))
    several = scope.county or bool(scope.townships)
    context = {"form": form, "page": page, "rows": contacts.shown(page.object_list), "several": several}
    return render(request, "casework/contacts.html", context)


@require_safe
@contact_page_for
def contact_page(request, pk):
    """One contact with everything that was told, its photographs, and who else it was about."""
    seen = Contact.objects.visible_to(request.scope.without_lessons)
    contact = get_object_or_404(seen.select_related("student", "recorded_by", "cancelled_by"), pk=pk)
    is_own = contact.recorded_by_id == request.user.pk and contact.cancelled_at is None
    context = {
        "contact": contact,
        "photos": contacts.photos_of(contact),
        "others": contacts.told_with(contact, seen),
        "may_cancel": is_own and timezone.localdate(contact.recorded_at) == request.today,
        "is_late": timezone.localdate(contact.recorded_at) > contact.day,
    }
    return render(request, "casework/contact_page.html", context)
