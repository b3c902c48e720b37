"""我的提醒: what waits for the reader, and whether it also comes by e-mail."""

from django.conf import settings
from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from casework.actions import own_digest as actions
from casework.channel_forms import CodeForm, OwnDigestForm
from casework.jobs import queue_delivery
from casework.queries.deliveries import own_digest_of, own_lines
from casework.queries.reminders import compose, reader_of_person
from casework.views.channels import CHANNEL_ROLES
from students.queries.notices import waiting_notices
from students.templatetags.chinese import ctime


@require_safe
def reminders(request):
    """What the digest would say now, with the notices that cannot wait for it, and one's own digest by e-mail."""
    return _show(request)


def _show(request, *, form=None, code=None, status=200):
    own = own_digest_of(request.user)
    initial = {"address": own.address, "send_at": own.send_at} if own else {}
    reader = reader_of_person(request.user, timezone.localtime())
    context = {
        "notices": waiting_notices(request.scope, request.user),
        "digest": compose(reader, with_names=not reader.by_school),
        "own": own,
        "form": form or OwnDigestForm(initial=initial),
        "code": code or CodeForm(),
        "sent": own_lines(request.user, now=reader.now),
        "mail_is_set_up": settings.EMAIL_IS_SET_UP,
        "keeps_channels": bool(request.scope.roles & CHANNEL_ROLES),
        "here": request.path,
    }
    return render(request, "casework/reminders.html", context, status=status)


@require_POST
def ask_own_digest(request):
    """Send a code to the address; for the one in use save the time."""
    form = OwnDigestForm(request.POST)
    if form.is_valid():
        try:
            now = timezone.localtime()
            row = actions.ask(by=request.user, now=now, then=queue_delivery, **form.cleaned_data)
        except actions.OwnDigestRefused as refused:
            form.add_error(None, str(refused))
        else:
            on = f"已保存，每个上课日{ctime(row.send_at)}发。"
            messages.success(
                request, on if row.state == actions.State.ON else "验证码已发到这个邮箱，请在30分钟内填写。"
            )
            return redirect("casework:reminders")
    return _show(request, form=form, status=422)


@require_POST
def confirm_own_digest(request):
    """The code has come back: turn it on."""
    code = CodeForm(request.POST)
    if code.is_valid():
        try:
            row = actions.confirm(by=request.user, code=code.cleaned_data["code"], now=timezone.now())
        except actions.OwnDigestRefused as refused:
            code.add_error(None, str(refused))
        else:
            messages.success(request, f"已开启，每个上课日{ctime(row.send_at)}发到{row.address}。")
            return redirect("casework:reminders")
    return _show(request, code=code, status=422)


@require_POST
def own_digest_off(request):
    """关闭."""
    actions.turn_off(by=request.user, now=timezone.now())
    messages.success(request, "已关闭，不再往你的邮箱发提醒。")
    return redirect("casework:reminders")
