"""The components that pages are made of (组件): one tag each, one partial each, all shown on ``/components/``.

A tag takes its arguments by name, refuses a misspelt one, and hands its partial a complete context, so no template
has to guess what was left out. Tones are ``ok note warn alarm mute``.
"""

from functools import wraps
from inspect import signature
from typing import NamedTuple

from django import forms, template
from django.core.paginator import Page
from django.forms.boundfield import BoundField
from django.http import QueryDict
from django.template.loader import render_to_string

from students.days import ABSENT, MARK_LABELS, MarkKind
from students.identity import Searched, masked_search
from students.templatetags.chinese import cdate
from students.templatetags.faults import faults_of

register = template.Library()


class Sign(NamedTuple):
    """An attendance sign (考勤符号): what stands in the box, what it means, its tone, the keys that set it."""

    glyph: str
    label: str
    tone: str
    keys: str = ""


# The same signs on the page, in Excel and on paper. Keys: a digit, and the first letter of the sign's pinyin.
SIGNS = {
    "present": Sign("○", "出勤", "mute", "0"),
    MarkKind.UNEXCUSED.value: Sign("旷", MARK_LABELS[MarkKind.UNEXCUSED], "alarm", "1k"),
    MarkKind.UNVERIFIED.value: Sign("核", MARK_LABELS[MarkKind.UNVERIFIED], "alarm", "2h"),
    MarkKind.PERSONAL_LEAVE.value: Sign("事", MARK_LABELS[MarkKind.PERSONAL_LEAVE], "note", "3s"),
    MarkKind.SICK_LEAVE.value: Sign("病", MARK_LABELS[MarkKind.SICK_LEAVE], "note", "4b"),
    MarkKind.OFFICIAL.value: Sign("公", MARK_LABELS[MarkKind.OFFICIAL], "mute", "5g"),
    MarkKind.LATE.value: Sign("迟", MARK_LABELS[MarkKind.LATE], "warn", "6c"),
    MarkKind.LEFT_EARLY.value: Sign("退", MARK_LABELS[MarkKind.LEFT_EARLY], "warn", "7t"),
    "unknown": Sign("·", "未点名", "mute"),
    "no_school": Sign("", "不上课", "mute"),
}
MESSAGE_TONES = {"success": "ok", "info": "note", "warning": "warn", "error": "alarm", "debug": "mute"}
SHORT_INPUTS = frozenset({"date", "month", "time", "number", "tel"})
BROKEN = "提交的内容不完整，没有保存。请刷新页面后重新填写。"  # a field that nobody sees came back wrong
UNDO_SHOWN = 10  # seconds that a toast offers 撤销
LONG_NAME = 4  # characters of a name that fit a tile of the register on one line


def partial_of(function) -> str:
    return f"components/{function.__name__}.html"


def arguments_of(function):
    """Where ``function`` returns nothing, its arguments, defaults included, are the context of its partial."""
    parameters = signature(function)

    @wraps(function)
    def context(*args, **kwargs):
        bound = parameters.bind(*args, **kwargs)
        bound.apply_defaults()
        return function(*args, **kwargs) or dict(bound.arguments)

    return context


def component(function):
    """Register a tag drawn by the partial of its name, with what it returns or else with its arguments."""
    return register.inclusion_tag(partial_of(function))(arguments_of(function))


def listing(function):
    """Like ``component``, for a tag that reads the page's context: its query string, its messages."""
    return register.inclusion_tag(partial_of(function), takes_context=True)(function)


def block(function):
    """Register a tag with a body: ``{% card "标题" %}…{% endcard %}``; the partial finds the body as ``content``."""
    context = arguments_of(function)

    @wraps(function)
    def drawn(*args, **kwargs):
        return render_to_string(partial_of(function), context(*args, **kwargs))

    return register.simple_block_tag(drawn)


# ---- pressing and filling in -------------------------------------------------------------------


@component
def button(label, *, kind="plain", icon="", name="", value="", form="", disabled=False, wide=False):
    """A button that sends its form (按钮).

    ``kind``: primary, plain, quiet, danger; ``form``: id of a form elsewhere on the page.
    """


@component
def link(label, url, *, kind="", icon="", opens="", wide=False):
    """A link (链接), looking like a button if ``kind`` says so.

    ``opens``: id of the sheet that it opens where there is JavaScript.
    """


@component
def field(bound: BoundField, *, optional=True):
    """Label, hint, error and control of a form's field (字段).

    Radio buttons and several checkboxes become choice tiles. ``optional=False``, the form's ``sometimes``: no （选填）.
    """
    widget, sometimes = bound.field.widget, getattr(bound.form, "sometimes", ())
    return {
        "field": bound,
        "check": isinstance(widget, forms.CheckboxInput),
        "short": getattr(widget, "input_type", "") in SHORT_INPUTS,
        "optional": optional and not (bound.field.required or bound.field.disabled or bound.name in sometimes),
    }


@component
def fields(form: forms.BaseForm):
    """A whole form (表单): error summary, hidden fields, visible fields. The page adds ``<form>`` and its buttons."""


@component
def error_summary(form: forms.BaseForm):
    """What has to be put right, each with a link to its field (错误汇总). Nothing while the form has no errors."""
    general = list(form.non_field_errors())
    if form.is_bound and not general and any(bound.errors for bound in form.hidden_fields()):
        general = [BROKEN]
    lines = [{"id": "", "label": "", "text": text} for text in general]
    lines += [
        {"id": bound.auto_id, "label": bound.label, "text": text}
        for bound in form.visible_fields()
        for text in (dict.fromkeys(bound.errors) if form.is_bound else ())  # two validators may say the same
    ]
    heading = getattr(form, "refusal", f"没有保存，有 {len(lines)} 处要改")
    return {"lines": lines, "heading": heading}


# ---- saying something --------------------------------------------------------------------------


@component
def badge(text, tone="mute"):
    """A state in one or two words (徽标)."""


@component
def sign(kind, *, words=False):
    """An attendance sign; ``kind`` is a key of ``SIGNS``, blank = present.

    ``words=True`` writes its meaning beside it.
    """
    kind = kind or "present"
    return {"kind": kind, "sign": SIGNS[kind], "words": words}


@component
def stat(label, value, *, unit="", note="", tone="", url=""):
    """One figure (指标) with its name and unit; inside ``<div class="stats">``."""


@component
def empty_state(title, text="", *, label="", url="", icon="inbox"):
    """Nothing here (空状态), and the next step."""


@component
def progress(label, *, value=None, maximum=None, unit="", note="", poll_url=""):
    """Long work (进度).

    ``value`` None = not known yet; ``poll_url`` answers this component anew until the work is done.
    """


@component
def notice(text, tone="note", *, url="", link_label=""):
    """What has to be known on this page (告知): stays where it is, unlike a toast."""


@component
def toast(text, tone="ok", *, undo_url="", seconds=10, saved=""):
    """A message (提示). ``undo_url`` offers 撤销 by POST, for ``seconds``; ``saved``: the page of a form, to forget."""


@listing
def message_toasts(context):
    """The messages of Django as toasts. ``messages.success(request, text, extra_tags="undo=/…/")`` offers 撤销, with
    ``"undo=/…/ for=60"`` for so many seconds; ``"saved=/…/"``: the device forgets what it kept of that page's form."""
    toasts = []
    for message in context.get("messages") or ():
        told = dict(each.partition("=")[::2] for each in (message.extra_tags or "").split())
        told = {"undo": "", "saved": "", "for": UNDO_SHOWN} | told
        toasts.append({"text": message.message, "tone": MESSAGE_TONES.get(message.level_tag, "note"), **told})
    return {"toasts": toasts}


# ---- sheets that hold other things -------------------------------------------------------------


@block
def card(content, title="", *, note="", url="", link_label="查看全部"):
    """``{% card "标题" %}…{% endcard %}``: a sheet of its own (卡片)."""


@block
def page_head(content, title, *, note="", back_url="", back_label="返回"):
    """``{% page_head "标题" note="…" %}buttons{% endpage_head %}``: the head of a page (页首)."""


@block
def sheet(content, ident, title):
    """``{% sheet "id" "标题" %}…{% endsheet %}``: what comes from below (抽屉).

    A link with ``opens="id"`` brings it.
    """


@block
def table(content, caption="", *, count="", note="", fold=True):
    """``{% table "标题" count="共 45 人" %}<thead>…{% endtable %}`` (表格).

    ``fold``: rows fold on a phone; ``fold=False``: figures stay side by side and the box scrolls. Cells: ``lead`` and
    ``keep`` stand on a row's first line on a phone, others below it with their ``data-label``; ``fold-away`` hides.
    """


@component
def duty(
    sentence,
    *,
    key,
    who="",
    who_url="",
    due="",
    overdue="",
    phone="",
    phone_of="",
    label="",
    url="",
    record_url="",
    results=(),
    why_url="",
    done="",
):
    """One thing to do (待办): who, what, why, by when, and one primary action.

    ``phone`` makes 拨打 the primary action, else ``label`` and ``url`` (写报告), else 记录. ``results`` are
    (value, label) pairs: each a button that posts ``result`` to ``record_url``, whose GET is the full form.
    ``overdue`` and ``done`` are words such as 逾期 1 天 and 已完成.
    """


# ---- lists -------------------------------------------------------------------------------------


def query_without(context, *names) -> QueryDict:
    """The page's query string without some of its names; a page number never survives a change of filter."""
    request = context.get("request")
    query = request.GET.copy() if request else QueryDict(mutable=True)
    for name in names:
        query.pop(name, None)
    return query


def chip_text(bound: BoundField, value) -> str:
    """What a chip says of one filter: the label of the choice, the date, or the words; of a number searched its end."""
    if isinstance(value, bool):
        return bound.label
    values = value if isinstance(value, (list, tuple)) else [masked_search(value) if bound.name == "q" else value]
    if hasattr(bound.field, "choices") and not isinstance(bound.field, forms.ModelChoiceField):
        labels = {str(key): label for key, label in bound.field.choices}
        values = [labels.get(str(each), each) for each in values]
    words = "、".join(cdate(each) if hasattr(each, "isoformat") else str(each) for each in values)
    return (Searched if bound.name == "q" else str)(f"{bound.label}：{words}")


@listing
def filter_bar(context, form: forms.BaseForm, *, count="", names_search=False):
    """Search and filters of a list (筛选栏) from a form bound to GET; the field ``q`` is the search.

    Filters in force stand below as chips that can be cleared, after ``count`` (共 128 人), and what was not understood.
    Other names in the query string are kept. ``names_search``: whether the label of the search stands over it.
    """
    cleaned = getattr(form, "cleaned_data", {}) if form.is_bound and form.is_valid() else {}
    chips = [
        {"text": chip_text(bound, value), "query": query_without(context, bound.html_name, "page").urlencode()}
        for bound in form
        if (value := cleaned.get(bound.name)) or (value == 0 and value is not False)
    ]
    kept = query_without(context, *(bound.html_name for bound in form), "page")
    return {
        "names_search": names_search,
        "search": form["q"] if "q" in form.fields else None,
        "filters": [bound for bound in form.visible_fields() if bound.name != "q"],
        "hidden": [(name, value) for name, values in kept.lists() for value in values],
        "chips": chips,
        "clear_query": kept.urlencode(),
        "count": count,
        "faults": faults_of(form),
    }


@listing
def pagination(context, page: Page, *, unit="条"):
    """The pages of a list (分页), keeping the filters. Shows the count also where there is one page only."""
    query = query_without(context, "page")

    def address(number):
        query["page"] = number
        return "" if number == page.paginator.ELLIPSIS else f"?{query.urlencode()}"

    numbers = page.paginator.get_elided_page_range(page.number, on_each_side=1, on_ends=1)
    return {
        "page": page,
        "unit": unit,
        "links": [{"number": each, "url": address(each), "current": each == page.number} for each in numbers],
        "previous_url": address(page.previous_page_number()) if page.has_previous() else "",
        "next_url": address(page.next_page_number()) if page.has_next() else "",
    }


@component
def tabs(items, *, label="栏目"):
    """Views of one thing (标签页). ``items``: dicts of label, url, current and, if wanted, count."""


# ---- what happens over time --------------------------------------------------------------------


@component
def timeline(entries):
    """What happened, in order (时间线). ``entries``: dicts of when, title and, if wanted, text, by, tone, url."""


@component
def stage_track(steps):
    """How far a case has come (阶段). ``steps``: dicts of label, state (done, current, ahead) and, if wanted, note."""


# ---- the register ------------------------------------------------------------------------------


@component
def register_head(title, *, note, expected, present, back_url):
    """The sticky head of a register (点名): class, day and slot, 应到 and 实到."""


@component
def register_tile(student_id, name, *, number="", mark="", fixed=False):
    """One child of a register. ``number``: 班内学号; ``mark``: a kind, blank = present. Posts ``mark-<student_id>``.

    ``fixed=True`` shows the mark to whoever may look but not take the register.
    """
    return {
        "id": student_id,
        # a word joiner keeps the dot of a name such as 古丽·买买提 from beginning a line
        "name": name.replace("·", "\u2060·"),
        "number": number,
        "mark": mark,
        "long": len(name) > LONG_NAME,
        "fixed": fixed,
        "tone": SIGNS[mark].tone if mark else "",
        "kinds": MARK_LABELS.items(),
    }


@component
def register_foot(label="提交考勤", *, leave_url=""):
    """The sticky foot of a register: one button, and the kinds that come from below; ``leave_url`` with 0 for the child
    leads from there to a slip 请假条."""
    kinds = {"": SIGNS["present"]} | {kind.value: SIGNS[kind.value] for kind in MarkKind}
    return {
        "label": label,
        "leave_url": leave_url,
        "kinds": [{"kind": kind, "sign": sign, "absent": kind in ABSENT} for kind, sign in kinds.items()],
    }


# ---- paper -------------------------------------------------------------------------------------


@component
def print_head(title, *, issuer="", note="", left="", right=""):
    """The head of a paper (文头): who issues it, what it is.

    ``left`` and ``right`` stand above the rule (编号, 日期).
    """


@component
def print_signatures(places, *, seal=""):
    """Places for signatures (签名) with dates, and for the seal if ``seal`` names it (（学校盖章）)."""
