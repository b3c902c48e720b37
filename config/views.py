"""Pages that belong to no app: what a person sees when something is refused or goes wrong."""

from http import HTTPStatus

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpResponseBadRequest, HttpResponseServerError
from django.shortcuts import render
from django.template.loader import render_to_string


@login_not_required
def csrf_failure(request, reason=""):
    """The form was open too long or in another browser; nothing was saved."""
    return render(request, "errors/csrf.html", {}, status=403)


@login_not_required
def forbidden(request, exception=None):
    """The person may see this place but not do this."""
    reason = str(exception or "你的岗位不负责这件事")
    return render(request, "errors/403.html", {"reason": reason if reason[-1] in "。？" else f"{reason}。"}, status=403)


@login_not_required
def not_found(request, exception=None):
    """No such page, or not within the person's scope; the two are not told apart."""
    return render(request, "errors/404.html", {}, status=404)


@login_not_required
def server_error(request):
    """Something broke; drawn without the frame, which may be what broke."""
    return HttpResponseServerError(render_to_string("errors/500.html"))


@login_not_required
def bad_request(request, exception=None):
    """Too large or not whole; drawn without the frame, since the request itself cannot be trusted."""
    return HttpResponseBadRequest(render_to_string("errors/400.html"))


def refused_unread(get_response):
    """What is larger than any file that is taken in is refused before a byte of it is read or put on the disk."""

    def middleware(request):
        length = request.META.get("CONTENT_LENGTH") or "0"
        if not length.isdecimal() or int(length) > settings.MAX_REQUEST_BYTES:
            page = bad_request(request)
            page.status_code = HTTPStatus.REQUEST_ENTITY_TOO_LARGE
            return page
        return get_response(request)

    return middleware


def explained_refusals(get_response):
    """A page where a browser would show its own: an address opened that only a button may use."""

    def middleware(request):
        response = get_response(request)
        if response.status_code == HTTPStatus.METHOD_NOT_ALLOWED and not response.content:
            page = render(request, "errors/405.html", {}, status=HTTPStatus.METHOD_NOT_ALLOWED)
            page["Allow"] = response["Allow"]
            return page
        return response

    return middleware
