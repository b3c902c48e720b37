"""提醒通道: where the digests of a place go, what was sent, and what has to be sent again."""

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from casework.actions import channels as actions
from casework.actions import deliveries
from casework.channel_forms import ChannelForm, DeliveryFilter, NamesForm
from casework.jobs import queue_delivery
from casework.models import Channel, ChannelKind
from casework.queries import deliveries as queries
from students.access import COUNTY_ROLES, SCHOOL_ROLES
from students.models import Role
from students.views.audience import only_for
from students.views.notices import way_back

PAGE_SIZE = 50
CHANNEL_ROLES = COUNTY_ROLES | SCHOOL_ROLES | {Role.TOWNSHIP_OFFICER}
SHOWN_BELOW = 10
keeper_page = only_for(CHANNEL_ROLES, "提醒通道由县教育局、乡镇干部和本校的学籍管理员、校领导设置")


@require_safe
@keeper_page
def channels(request):
    """Every channel that the reader keeps, and what was sent through it last."""
    page = Paginator(queries.channels_of(request.scope), PAGE_SIZE).get_page(request.GET.get("page"))
    rows = queries.channels_of(request.scope).filter(pk__in=[row.pk for row in page])
    lines = queries.channel_lines(rows, now=timezone.now())
    context = {"page": page, "lines": lines, "mail_is_set_up": settings.EMAIL_IS_SET_UP}
    return render(request, "casework/channels.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@keeper_page
def new_channel(request, kind):
    """A new channel of a kind; every refusal stands on the form."""
    if kind not in ChannelKind:
        raise Http404
    places = queries.places(request.scope)
    offered = [(value, label) for value, (label, _) in places.items()]
    form = ChannelForm(request.POST or None, kind=kind, places=offered)
    if form.is_valid():
        place = places[form.cleaned_data.get("place") or offered[0][0]][1]
        who = {"by": request.user, "scope": request.scope, "now": timezone.now()}
        try:
            made = actions.add(kind=kind, wanted=form.wanted, **place, **who)
        except actions.ChannelRefused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, f"已添加{made}。可以先发一条测试消息。")
            return redirect("casework:channel", made.pk)
    context = {"form": form, "title": f"添加{ChannelKind(kind).label}"}
    return render(request, "casework/channel_form.html", context, status=422 if form.is_bound else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@keeper_page
def channel(request, pk):
    """A channel: its settings, who may be named, a test, and the last of what was sent."""
    row = get_object_or_404(queries.channels_of(request.scope), pk=pk)
    form = ChannelForm(request.POST or None, kind=row.kind, is_new=False, initial=_initial(row))
    if form.is_valid():
        seen = form.cleaned_data["version"] or 0
        changed = {"channel": pk, "wanted": form.wanted, "seen": seen, "now": timezone.localtime()}
        try:
            actions.change(by=request.user, scope=request.scope, then=queue_delivery, **changed)
        except actions.ChannelRefused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, "已保存。")
            return redirect("casework:channel", pk)
    return _show(request, row, form, status=422 if form.is_bound else 200)


def _initial(row: Channel) -> dict:
    names = ("name", "send_at", "school_days_only", "sends_nothing", "version")
    return {name: getattr(row, name) for name in names} | {"recipients": "\n".join(row.recipients)}


def _show(request, row: Channel, form, *, names=None, status=200):
    sent, now = queries.log(request.scope).filter(channel=row), timezone.now()
    context = {
        "line": queries.channel_lines(queries.channels_of(request.scope).filter(pk=row.pk), now=now)[0],
        "form": form,
        "names": names or NamesForm(initial={"version": row.version}),
        "may_allow_names": request.scope.may_allow_names_in(row.school_id),
        "deliveries": queries.lines(sent[:SHOWN_BELOW], request.scope, now=now),
        "mail_is_set_up": settings.EMAIL_IS_SET_UP,
        "here": reverse("casework:channel", args=[row.pk]),
    }
    return render(request, "casework/channel.html", context, status=status)


@require_POST
@keeper_page
def allow_names(request, pk):
    """可含姓名: let children be named in the channel, for a reason."""
    row = get_object_or_404(queries.channels_of(request.scope), pk=pk)
    names = NamesForm(request.POST)
    if names.is_valid():
        allowed = {"reason": names.cleaned_data["reason"], "seen": names.cleaned_data["version"]}
        try:
            actions.allow_names(by=request.user, scope=request.scope, channel=pk, now=timezone.now(), **allowed)
        except actions.NotYoursToKeep as refused:
            raise PermissionDenied(str(refused)) from None
        except actions.ChannelRefused as refused:
            names.add_error(None, str(refused))
        else:
            messages.success(request, "这个通道从下一条消息起可以含学生姓名。")
            return redirect("casework:channel", pk)
    form = ChannelForm(kind=row.kind, is_new=False, initial=_initial(row))
    return _show(request, row, form, names=names, status=422)


@require_POST
@keeper_page
def forbid_names(request, pk):
    """No names any more."""
    return _act(request, pk, actions.forbid_names, "这个通道从下一条消息起不含学生姓名。")


@require_POST
@keeper_page
def pause_channel(request, pk):
    """停用."""
    return _act(request, pk, actions.pause, "已停用，不再往这里发。", now=timezone.now())


@require_POST
@keeper_page
def resume_channel(request, pk):
    """启用."""
    return _act(request, pk, actions.resume, "已启用，从下一条每日提醒起发送。")


@require_POST
@keeper_page
def test_channel(request, pk):
    """A test message; what became of it stands in the log."""
    sending = {"now": timezone.localtime(), "then": queue_delivery}
    return _act(request, pk, actions.test, "测试消息已交给后台发送，结果看下面的记录。", **sending)


def _act(request, pk, action, words: str, **values):
    get_object_or_404(queries.channels_of(request.scope), pk=pk)
    try:
        action(by=request.user, scope=request.scope, channel=pk, **values)
    except actions.ChannelRefused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, words)
    return redirect("casework:channel", pk)


@require_safe
@keeper_page
def delivery_log(request):
    """发送记录: what went where, when, with which outcome, after how many tries."""
    form = DeliveryFilter(request.GET, channels=queries.channels_of(request.scope))
    wanted = form.cleaned_data if form.is_valid() else {}
    page = Paginator(queries.narrowed(queries.log(request.scope), wanted), PAGE_SIZE).get_page(request.GET.get("page"))
    lines = queries.lines(page, request.scope, now=timezone.now())
    context = {"form": form, "page": page, "lines": lines, "here": request.get_full_path()}
    return render(request, "casework/deliveries.html", context)


@require_safe
def delivery(request, pk):
    """One message: its text as it went, and every try."""
    row = queries.decidable(request.scope, request.user, pk)
    if row is None:
        raise Http404
    context = {
        "line": queries.DeliveryLine(row, may_decide=True, now=timezone.now()),
        "tries": queries.tries_of(row),
        "here": request.path,
    }
    return render(request, "casework/delivery.html", context)


@require_POST
def resend_delivery(request, pk):
    """再发一次; refused in words for one that arrived."""
    return _decide(request, pk, "已交给后台再发一次。", deliveries.resend, then=queue_delivery)


@require_POST
def settle_delivery(request, pk):
    """已收到: somebody has seen it arrive."""
    return _decide(request, pk, "已记为收到。", deliveries.settle)


def _decide(request, pk, words: str, action, **values):
    if queries.decidable(request.scope, request.user, pk) is None:
        raise Http404
    try:
        action(by=request.user, delivery=pk, now=timezone.now(), **values)
    except deliveries.DeliveryRefused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, words)
    return redirect(way_back(request, "casework:reminders"))
