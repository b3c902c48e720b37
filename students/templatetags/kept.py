"""Components for what a device keeps until there is a network (本机上的点名)."""

from typing import NamedTuple

from django import template

register = template.Library()


class KeptState(NamedTuple):
    """How a register stands that a device keeps (本机上的点名): its words, its tone, and what can be done."""

    word: str
    tone: str
    reason: str = ""
    opens: str = ""
    drops: bool = False
    logs_in: bool = False
    before: str = ""
    after: str = ""


KEPT_STATES = {
    "waiting": KeptState("已保存在本机", "warn", "有网后自动上报。", opens="查看"),
    "login": KeptState("已保存在本机", "warn", "登录已过期，登录后自动上报。", logs_in=True),
    "sent": KeptState("已上报", "ok"),
    "conflict": KeptState("冲突", "alarm", "别人也点了这次名，有学生两边标得不同。", opens="逐人选", drops=True),
    "refused": KeptState("未能上报", "alarm", "没有保存。", opens="重新打开点名", drops=True),
    "others": KeptState("待上报", "mute", "由点名的老师登录后自动上报。", before="本机另有", after="次点名。"),
}


@register.inclusion_tag("components/kept_row.html")
def kept_row(state, *, label="", url="", reason=""):
    """One register that a device keeps. ``state``: a key of ``KEPT_STATES``; ``reason`` says why in other words."""
    kept = KEPT_STATES[state]
    return kept._asdict() | {"label": label, "url": url, "reason": reason or kept.reason}


@register.inclusion_tag("components/kept_bar.html")
def kept_bar():
    """The bar above every page; empty and hidden until a script fills it."""
    return {"states": KEPT_STATES}
