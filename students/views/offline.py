"""Registers without a network: what a device sends when the line is back, and what it keeps until then."""

import json
from hashlib import sha256

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from students.actions import registers
from students.forms.registers import KeptRegisterForm
from students.models import SchoolClass
from students.views.registers import conflict, saved_words, say_saved

LOGGED_OUT = "登录已过期，点名还在本机，没有丢失。登录后会自动上报。"
NOT_THEIRS = "这次点名是别人在本机上做的，由本人登录后上报。"
OUTSIDE = "这个班不在你的岗位范围内，没有保存。"


@login_not_required  # a script that is led to the log-in page in silence would take it for an answer
@require_POST
def send_register(request, **place):
    """The register's POST for a device that keeps what it has sent until it knows the answer.

    200 saved (also where it had arrived before), 401 log in first, 403 and 404 not theirs, 409 a question as HTML,
    422 refused; every other answer means: keep it and send it again.
    """
    form = KeptRegisterForm(request.POST)
    if not request.user.is_authenticated:
        return _say(LOGGED_OUT, 401)
    if not form.is_valid():
        return _say(form.trouble, 422)
    if form.cleaned_data["person"] not in (None, request.user.pk):
        return _say(NOT_THEIRS, 401)
    try:
        return _saved(request, _submit(request, place, form), quiet=form.cleaned_data["quiet"])
    except SchoolClass.DoesNotExist:
        return _say(OUTSIDE, 404)
    except registers.NotYourRegister as refused:
        return _say(str(refused), 403)
    except registers.RegisterChanged as changed:
        return render(request, "students/register_conflict.html", conflict(changed, form), status=409)
    except registers.RegisterRefused as refused:
        return _say(str(refused), 422)


def _submit(request, place: dict, form: KeptRegisterForm) -> registers.Saved:
    return registers.submit(
        by=request.user,
        scope=request.scope,
        today=request.today,
        marks=form.marks(),
        submission=form.submission_id,
        version=form.cleaned_data["version"],
        taken_at=form.taken_at(place["day"], timezone.now()),
        **place,
    )


def _saved(request, saved: registers.Saved, *, quiet: bool) -> JsonResponse:
    if not quiet:
        say_saved(request, saved)
    return JsonResponse(
        {
            "text": saved_words(saved),
            "version": saved.roll_call.version,
            "marks": saved.marks,
            "next": reverse("home"),
        }
    )


def _say(text: str, status: int) -> JsonResponse:
    return JsonResponse({"text": text}, status=status)


# The scripts that the shell's own scripts import.
OFFLINE = ("bar", "key", "pages", "queue", "reader", "sender", "sending", "store", "typed")
MODULES = ["js/register.js", *(f"js/offline/{name}.js" for name in OFFLINE)]
# The frame of a page that nobody in particular has asked for.
NOBODYS_FRAME = {"nav": [], "person": None, "place_line": "", "keeps_accounts": False, "today": None}


@login_not_required
@require_safe
def shell(request):
    """The page that a device shows where there is no network. It holds nobody's data: the device fills it in."""
    return HttpResponse(_shell_html(request))


def _shell_html(request) -> str:
    context = {"frame": NOBODYS_FRAME, "messages": [], "modules": MODULES}
    return render_to_string("students/offline.html", context, request)


@login_not_required
@require_safe
def service_worker(request):
    """The script that stands between the device and the network; it changes whenever a file of the shell does."""
    version = sha256(_shell_html(request).encode()).hexdigest()[:16]
    told = {"shell": reverse("students:shell"), "files": settings.STATIC_URL, "version": version}
    script = f"import {{ serve }} from {json.dumps(static('js/offline/worker.js'))};\nserve({json.dumps(told)});\n"
    return HttpResponse(script, content_type="text/javascript; charset=utf-8", headers={"Cache-Control": "no-cache"})
