"""定分: the schools of a term, one school's scores from the signature to the amendments, one class as it was frozen."""

from functools import partial

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from scoring.actions import freezes as actions
from scoring.appeal_forms import AmendForm, FreezeForm, OpenTermForm, ReturnForm, SignForm
from scoring.models import FrozenScore, ScoreFreeze
from scoring.queries import freeze_page
from scoring.queries import freezes as queries
from scoring.queries.appeals import of_class
from scoring.queries.award_lists import number_of_awards
from scoring.queries.charge_lines import lines_in_words
from scoring.queries.version_pages import title_of
from scoring.scheme import Measure
from scoring.views.class_scores import score_page
from students.access import OFFICE_ROLES
from students.models import School, Term
from students.views.audience import only_for
from students.views.lists import tabs

PAGE_SIZE = 50
freeze_page_for = only_for(OFFICE_ROLES, "学期定分由学校管理岗位和主管部门查看，班主任在本班得分里看")


@require_safe
@freeze_page_for
def freezes(request):
    """The schools of a term that is over: to be signed, signed, frozen, amended."""
    return _show_list(request)


def _show_list(request, *, form=None):
    terms = queries.ended_terms(request.today)
    asked = request.GET.get("term", "")
    term = next((each for each in terms if str(each.pk) == asked), terms[0] if terms else None)
    rows = queries.freezes_of(request.scope, term)
    left = queries.unopened(request.scope, term) if term and request.scope.is_bureau else School.objects.none()
    context = {
        "term": term,
        "terms": tabs(request, {str(each.pk): str(each) for each in terms}, name="term",
                      shown=str(term and term.pk), counts={}),
        "progress": queries.progress_of(request.scope, term) if term else None,
        "page": Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page")),
        "form": form or OpenTermForm(initial={"term": term}, terms=Term.objects.all(), schools=left),
        "may_open": request.scope.is_bureau,
    }  # fmt: skip
    return render(request, "scoring/freezes.html", context, status=422 if form else 200)


@require_POST
@freeze_page_for
def open_term(request):
    """发起 the 定分 of a term for one school or for all of them."""
    if not request.scope.is_bureau:
        raise PermissionDenied("发起定分由县教育局办理")
    form = OpenTermForm(request.POST, terms=Term.objects.all(), schools=School.objects.all())
    if not form.is_valid():
        return _show_list(request, form=form)
    try:
        number = actions.open_term(by=request.user, scope=request.scope, today=request.today, **form.cleaned_data)
        messages.success(request, f"已请{number}所学校核对签字。" if number else "这些学校已经发起过，没有重复发起。")
    except actions.FreezeRefused as refused:
        form.add_error(None, str(refused))
        return _show_list(request, form=form)
    return redirect("scoring:freezes")


@require_safe
@freeze_page_for
def freeze(request, pk: int):
    """One school's scores of a term: how far they are, what can be done, and the list of any edition."""
    return _show(request, _found(request, pk))


def _found(request, pk: int) -> ScoreFreeze:
    people = ("school__township", "term", "opened_by", "signed_by", "returned_by", "frozen_by")
    return get_object_or_404(ScoreFreeze.objects.visible_to(request.scope).select_related(*people), pk=pk)


def _show(request, row: ScoreFreeze, **sent):
    sheet = _sheet(request, row)
    forms = {
        "sign": SignForm(initial={"mark": sheet.mark}),
        "send_back": ReturnForm(),
        "freeze": FreezeForm(),
        "amend": AmendForm(initial={"seen": len(sheet.amendments), "mark": sheet.mark}),
    }
    for form in sent.values():
        _bring_up_to_date(form, forms)
    labels = {str(number): label for number, label in sheet.editions}
    context = {
        "row": row,
        "sheet": sheet,
        "awards": number_of_awards(row),
        "editions": tabs(request, labels, name="edition", shown=str(sheet.edition), counts={}),
        "heads": [measure.label for measure in Measure],
        "forms": forms | sent,
        "may_sign": row.school_id in request.scope.led and row.state == ScoreFreeze.State.OPEN,
        "may_decide": request.scope.is_bureau,
    }
    return render(request, "scoring/freeze.html", context, status=422 if sent else 200)


def _sheet(request, row: ScoreFreeze, **how) -> freeze_page.Sheet:
    """The edition that the address asks for; 404 where there is none of that number."""
    sheet = freeze_page.sheet_of(row, request.GET.get("edition", ""), today=request.today, **how)
    if sheet is None:
        raise Http404
    return sheet


def _bring_up_to_date(form, fresh) -> None:
    """What was typed stays; what the page had shown is what it shows now, to be looked at once more."""
    form.data = form.data.copy()
    form.data.pop("sure", None)
    for each in fresh.values():
        if type(each) is type(form):
            for name, value in each.initial.items():
                form.data[name] = str(value)


@require_POST
@freeze_page_for
def sign_scores(request, pk: int):
    """签字确认."""
    row, form = _found(request, pk), SignForm(request.POST)
    if row.school_id not in request.scope.led:
        raise PermissionDenied("签字确认由本校校长或分管领导办理")
    act = partial(actions.sign, mark=form.data.get("mark", ""))
    return _do(request, row, "sign", form, act, "已签字，等县教育局检查后定分。")


@require_POST
@freeze_page_for
def send_back_scores(request, pk: int):
    """退回 what the school has signed."""
    return _decide(request, pk, "send_back", ReturnForm(request.POST), actions.send_back, "已退回，学校会收到通知。")


@require_POST
@freeze_page_for
def freeze_scores(request, pk: int):
    """定分."""
    return _decide(request, pk, "freeze", FreezeForm(request.POST), actions.freeze_scores, "已定分，以后只能另出更正。")


@require_POST
@freeze_page_for
def amend_scores(request, pk: int):
    """更正 by what the facts say now."""
    return _decide(request, pk, "amend", AmendForm(request.POST), actions.amend, "更正已编号保存，原来的定分不变。")


def _decide(request, pk: int, place: str, form, act, said: str):
    row = _found(request, pk)
    if not request.scope.is_bureau:
        raise PermissionDenied("这一步由县教育局办理，你可以查看")
    return _do(request, row, place, form, partial(act, **form.cleaned_data) if form.is_valid() else act, said)


def _do(request, row: ScoreFreeze, place: str, form, act, said: str):
    """Do it where the form is whole, and go back to the page; else show what is wrong with it."""
    if not form.is_valid():
        return _show(request, row, **{place: form})
    try:
        act(by=request.user, scope=request.scope, freeze=row, today=request.today)
    except actions.FreezeRefused as refused:
        form.add_error(None, str(refused))
        return _show(request, _found(request, row.pk), **{place: form})
    messages.success(request, said)
    return redirect("scoring:freeze", row.pk)


@require_safe
@score_page
def frozen_score(request, pk: int):
    """A class as it was frozen or amended: the facts that were kept, and what they come to."""
    rows = FrozenScore.objects.visible_to(request.scope.without_lessons)
    people = ("freeze__term", "freeze__signed_by", "freeze__frozen_by", "school_class__school", "scheme")
    row = get_object_or_404(rows.filter(freeze__state=ScoreFreeze.State.FROZEN).select_related(*people), pk=pk)
    made = queries.score_from(row)
    context = {
        "row": row,
        "scheme_title": title_of(row.scheme, row.school_class.school.name),
        "made": made,
        "lines": lines_in_words(made, of_class(request.scope, row.school_class_id)),
        "may_appeal": False,
        "others": rows.filter(freeze=row.freeze, school_class=row.school_class).exclude(pk=pk).order_by("number"),
        "amendment": row.freeze.amendments.filter(number=row.number).select_related("issued_by").first(),
    }
    return render(request, "scoring/frozen_score.html", context)


def found_sheet(request, pk: int) -> freeze_page.Sheet:
    """What the page of a school's term shows, for whoever makes a paper of it; 404 where it is not there."""
    row = _found(request, pk)
    if not row.is_frozen:
        raise Http404
    return _sheet(request, row, compares=False)
