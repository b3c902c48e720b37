"""申诉: the list, the way to make one, its page, and what is done with it."""

from functools import partial

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from scoring.actions import appeals as actions
from scoring.appeal_forms import ACCEPT, AppealFilter, AppealForm, AppealTold, DecisionForm, ReviewForm
from scoring.appeals import AppealAction
from scoring.models import Appeal, AppealDraft, AppealPaper
from scoring.presets import ALWAYS
from scoring.queries import appeals as queries
from students.access import CLASS_ROLES, REGISTRY_ROLES
from students.calendar import school_year_of
from students.models import School, SchoolClass
from students.templatetags.chinese import cdate, ctime
from students.views.audience import only_for
from students.views.files import send_file
from students.views.lists import box_shown, tabs

PAGE_SIZE = 30
appeal_page = only_for(REGISTRY_ROLES | CLASS_ROLES, "考核申诉由教师、学校和主管部门查看")


@require_safe
@appeal_page
def appeals(request):
    """等我处理, 处理中, 已办结; narrowed down by school and kind. From a notice it goes on to the appeal told of."""
    told = AppealTold(request.GET)
    if told.is_valid() and (row := queries.only_one_about(request.scope, *told.fact)):
        return redirect("scoring:appeal", row.pk)
    form = AppealFilter(request.GET, schools=list(School.objects.visible_to(request.scope)))
    form.full_clean()
    boxes = queries.boxes(request.scope, form.cleaned_data, request.today)
    shown, counts = box_shown(request.GET.get("tab", ""), boxes)
    rows = queries.for_list(boxes[shown], request.today)
    paginator = Paginator(rows if shown == queries.DONE else queries.longest_first(rows), PAGE_SIZE)
    paginator.count = counts[shown]
    page = paginator.get_page(request.GET.get("page"))
    context = {
        "form": form,
        "tabs": tabs(request, queries.TABS, name="tab", shown=shown, counts=counts),
        "shown": shown,
        "page": page,
        "lines": [queries.line_of(row, request.scope) for row in page.object_list],
    }
    return render(request, "scoring/appeals.html", context)


@require_safe
@appeal_page
def appeal(request, pk: int):
    """One appeal: what was charged, what is said, who decided what, and what can be done now."""
    return _show(request, _found(request, pk))


def _found(request, pk: int) -> Appeal:
    rows = queries.for_list(Appeal.objects.seen_by(request.scope), request.today)
    return get_object_or_404(rows, pk=pk)


def _show(request, row: Appeal, *, decision=None, review=None):
    form = decision or review
    context = {
        "row": row,
        "each": queries.line_of(row, request.scope),
        "frozen": queries.to_be_amended(row),
        "children": queries.children_of(row),
        "entries": queries.history(row),
        "paper": AppealPaper.objects.filter(appeal=row).defer("content").first(),
        "decision": decision or DecisionForm(initial={"version": row.version}),
        "review": review or ReviewForm(initial={"version": row.version}),
    }
    return render(request, "scoring/appeal.html", context, status=422 if form else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@appeal_page
def make_appeal(request, pk: int, day, fact: str):
    """提出 an appeal against a fact of the class's score through ``day``."""
    room = _room(request, pk, day)
    made, found, words = queries.fact_in(pk, day, fact)
    if not queries.may_appeal(request.scope, room, made, found, day):
        raise PermissionDenied(f"{actions.NOT_YOURS}，你可以查看")
    if request.method != "POST" and (standing := queries.answers(request.scope, pk, fact, found)):
        return redirect("scoring:appeal", standing.pk)
    draft = AppealDraft.objects.filter(author=request.user, school_class=pk, fact=fact).first()
    form = AppealForm(request.POST or None, request.FILES or None, typed=draft.fields if draft else None)
    if form.is_valid():
        told = {"school_class": room, "as_of": day, "fact": fact, "today": request.today}
        try:
            row = actions.make(by=request.user, scope=request.scope, **told, **form.cleaned_data)
            messages.success(request, f"申诉已提交，由{row.get_level_display()}处理。")
            return redirect("scoring:appeal", row.pk)
        except actions.AppealRefused as refused:
            form.add_error(None, str(refused))
    if not form.is_bound:
        _refuse_form(room, found)
    context = {"form": form, "room": room, "day": day, "fact": fact, "told": words, "draft": draft}
    of = found.day if found else day
    context |= {"frozen": queries.frozen_by(room.school_id, of), "back": _back(request, room)}
    return render(request, "scoring/appeal_form.html", context, status=422 if form.is_bound else 200)


def _refuse_form(room: SchoolClass, found) -> None:
    """Nothing is typed in vain: of what costs nothing, or counts in a term that was signed, there is no form."""
    if found is None:
        raise Http404
    if closed := queries.closed_by(room.school_id, found.day):
        raise PermissionDenied(f"{queries.closed_words(closed)}。请在定分以后提出，由县教育局处理")


def _room(request, pk: int, day) -> SchoolClass:
    """The class, where the reader sees it or has had it in the school year."""
    if day > request.today:
        raise Http404
    if school_year_of(day) < ALWAYS:
        raise PermissionDenied(f"{cdate(day)}那时还没有考核，没有可以申诉的。请从班级得分里点“申诉”")
    rows = SchoolClass.objects.select_related("school")
    if room := rows.visible_to(request.scope).filter(pk=pk).first():
        return room
    if not queries.had_class(request.scope, pk, day):
        raise Http404
    return rows.get(pk=pk)


def _back(request, room: SchoolClass) -> tuple[str, str]:
    """Where the reader came from, and what it is called."""
    if request.scope.may_answer_for(room):
        return reverse("scoring:class_score", args=[room.pk]), "班级得分"
    return reverse("scoring:mine"), "我的考核"


@require_POST
@appeal_page
def save_appeal_draft(request, pk: int, day, fact: str):
    """Keep what has been typed so far: asked for by the page itself while one types."""
    room = _room(request, pk, day)
    if not (request.scope.may_answer_for(room) or queries.had_class(request.scope, pk, day)):
        raise PermissionDenied(f"{actions.NOT_YOURS}，你可以查看")
    fields, key = AppealForm.typed_in(request.POST)
    draft = None
    if key and len(fact) <= AppealDraft._meta.get_field("fact").max_length:
        draft = actions.keep_draft(by=request.user, school_class=room, fact=fact, fields=fields, submission=key)
    return JsonResponse({"said": f"草稿已保存 {ctime(draft.saved_at)}" if draft else ""})


@require_POST
@appeal_page
def decide_appeal(request, pk: int):
    """不可归责, or not, with the reason."""
    row, form = _found(request, pk), DecisionForm(request.POST)
    given = {"by": request.user, "scope": request.scope, "appeal": row, "today": request.today}
    if form.is_valid():
        data = form.cleaned_data
        choice = {"accepts": data["answer"] == ACCEPT, "note": data["note"], "version": data["version"]}
        return _done(request, row, form, partial(actions.decide, **given, **choice), "处理结果已保存。", "decision")
    _refuse_others(request, row, AppealAction.ACCEPT)
    return _show(request, row, decision=form)


@require_POST
@appeal_page
def review_appeal(request, pk: int):
    """申请复核."""
    row, form = _found(request, pk), ReviewForm(request.POST)
    given = {"by": request.user, "scope": request.scope, "appeal": row, "today": request.today}
    if form.is_valid():
        act = partial(actions.ask_review, **given, **form.cleaned_data)
        return _done(request, row, form, act, "已申请复核，由县教育局决定。", "review")
    _refuse_others(request, row, AppealAction.ASK_REVIEW)
    return _show(request, row, review=form)


def _done(request, row: Appeal, form, act, said: str, place: str):
    try:
        act()
    except actions.NotYourAppeal as refused:
        raise PermissionDenied(str(refused)) from None
    except actions.AppealRefused as refused:
        form.add_error(None, str(refused))
        return _show(request, _found(request, row.pk), **{place: form})
    messages.success(request, said)
    return redirect("scoring:appeal", row.pk)


def _refuse_others(request, row: Appeal, action: AppealAction) -> None:
    """A form sent without what it asks for is sent back to whoever may send it, and to nobody else."""
    if words := queries.not_yours(row, action, request.scope):
        raise PermissionDenied(f"{words}，没有保存。")


@require_POST
@appeal_page
def withdraw_appeal(request, pk: int):
    """撤回."""
    row = _found(request, pk)
    try:
        row = actions.withdraw(by=request.user, scope=request.scope, appeal=row, today=request.today)
        review = "复核申请已撤回，仍按学校的处理结果。"
        messages.success(request, review if row.asked_by_id else "申诉已撤回。")
    except actions.NotYourAppeal as refused:
        raise PermissionDenied(str(refused)) from None
    except actions.AppealRefused as refused:
        messages.error(request, str(refused))
    return redirect("scoring:appeal", pk)


@require_safe
@appeal_page
def appeal_paper(request, pk: int):
    """The photograph or PDF handed in with it."""
    row = _found(request, pk)
    return send_file(get_object_or_404(AppealPaper, appeal=row))
