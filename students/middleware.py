"""What every request brings along: the person's scope, today, and the duty to choose a password first."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import SESSION_KEY
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.functional import SimpleLazyObject

from students.access import NOBODY, scope_of


def scope_of_the_request(get_response):
    """Set ``request.today`` and ``request.scope``, read from the postings that came with the person."""

    def scope_for(request):
        return scope_of(request.user, request.user.postings_today) if request.user.is_authenticated else NOBODY

    def middleware(request):
        request.today = timezone.localdate()
        request.scope = SimpleLazyObject(lambda: scope_for(request))
        response = get_response(request)
        if request.user.is_authenticated:
            # A shared telephone must not show children to whoever presses "back" after the log-out.
            response.setdefault("Cache-Control", "private, no-store")
        return response

    return middleware


def key_of_the_device(get_response):
    """Beside the session's cookie stands a key that scripts may read, set and deleted together with it.

    Pages that a device keeps for want of a network are encrypted with it, so they cannot be read after the log-out.
    It follows from the session's own random key and leads nobody back to it.
    """

    def key_of(session_key: str) -> str:
        return salted_hmac("students.device_key", session_key, algorithm="sha256").hexdigest()

    def middleware(request):
        response = get_response(request)
        cookie = response.cookies.get(settings.SESSION_COOKIE_NAME)
        if cookie is None:
            return response
        if cookie.value and SESSION_KEY in request.session:
            life = {"max_age": cookie["max-age"] or None, "samesite": "Lax", "secure": settings.SESSION_COOKIE_SECURE}
            response.set_cookie(settings.DEVICE_KEY_COOKIE, key_of(cookie.value), **life)
        else:
            response.delete_cookie(settings.DEVICE_KEY_COOKIE, samesite="Lax")
        return response

    return middleware


def first_password_change(get_response):
    """Whoever still uses a password that others have seen is led to change it, and nowhere else."""

    def middleware(request):
        if request.user.is_authenticated and request.user.must_change_password:
            allowed = (reverse("students:change_password"), reverse("students:log_out"))
            if request.path not in allowed:
                return redirect("students:change_password")
        return get_response(request)

    return middleware


class LogInFirst(LoginRequiredMiddleware):
    """Asks for the log-in; whoever was sending something is told that it was not saved."""

    def handle_no_permission(self, request, view_func):
        if request.method == "POST":
            messages.warning(request, "登录已过期，刚才提交的内容没有保存。请登录后重新填写。")
        return super().handle_no_permission(request, view_func)
