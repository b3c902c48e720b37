"""通知: what somebody should know at once, until they put it aside."""

from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST, require_safe

from students.actions.notices import put_aside
from students.models import Notice
from students.queries.notices import lines, past_notices, waiting_notices

PAGE_SIZE = 30


@require_safe
def notices(request):
    """One's own notices: those that wait on top, the others below."""
    waiting = waiting_notices(request.scope, request.user)
    page = Paginator(past_notices(request.user, waiting=waiting), PAGE_SIZE).get_page(request.GET.get("page"))
    context = {"waiting": waiting, "page": page, "past": lines(page)}
    return render(request, "students/notices.html", context)


@require_POST
def put_notice_aside(request, pk):
    """收起 one's own notice."""
    try:
        put_aside(by=request.user, notice=pk)
    except Notice.DoesNotExist:
        raise Http404 from None
    return redirect(way_back(request, "students:notices"))


def way_back(request, otherwise: str) -> str:
    """The page of this site that the person came from, else the one named ``otherwise``."""
    url = request.POST.get("next", "")
    # A word without a slash passes for an address of this site, and redirect() takes it for the name of a view.
    here = url.startswith("/") and url_has_allowed_host_and_scheme(url, allowed_hosts={request.get_host()})
    return url if here else otherwise
