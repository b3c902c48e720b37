"""One school's return of a period: looked at, prepared, signed, filed, accepted, sent back, amended."""

from collections.abc import Callable
from dataclasses import dataclass

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from returns.actions import amending
from returns.actions import filing as actions
from returns.forms import CloseForm, PrepareForm, SeenForm, SendBackForm, SignForm
from returns.queries.grid import schools_that_file
from returns.queries.page import ReturnPage, return_page
from returns.queries.periods import FilingPeriod, filing_period
from returns.queries.posts import posts_of
from returns.queries.review_results import asked_of
from returns.states import RULES, State, Step, refusal
from returns.views.grid import return_pages_for
from students.models import School
from students.views.lists import tabs


@dataclass(frozen=True)
class Press:
    """A button of the page: its address, the step it takes, the form behind it, and what is said once it is done.

    ``place``: the name under which the page holds the form.
    """

    address: str
    step: Step
    place: str
    form: type[SeenForm]
    act: Callable
    said: str


PRESSES = {
    "prepare": Press(
        "prepare", Step.PREPARE, "prepare", PrepareForm, actions.prepare, "已送校长签字，校长会收到通知。"
    ),
    "reword": Press("reword", Step.REWORD, "reword", PrepareForm, amending.reword, "已改好，校长签字时看到的是新的。"),
    "sign": Press("sign", Step.SIGN, "sign", SignForm, actions.sign, "已签字，数字已经定下来，学籍管理员会收到通知。"),
    "hand_in": Press("hand-in", Step.FILE, "step", SeenForm, actions.file_return, "已上报县教育局。"),
    "hand_in_zero": Press("zero", Step.FILE_ZERO, "sign", SignForm, actions.file_zero, "零报告已签字上报。"),
    "take_back": Press(
        "take-back",
        Step.TAKE_BACK,
        "step",
        SeenForm,
        actions.take_back,
        "已撤回，签过字的校长会收到通知。可以重新送校长签字。",
    ),
    "close": Press("close", Step.CLOSE, "close", CloseForm, amending.close, "已经了结，不用再报这份更正。"),
    "accept": Press("accept", Step.ACCEPT, "accept", SeenForm, actions.accept, "已接收，学校会收到通知。"),
    "send_back": Press(
        "send-back", Step.SEND_BACK, "send_back", SendBackForm, actions.send_back, "已退回，学校会收到通知。"
    ),
}


@require_safe
@return_pages_for
def school_return(request, pk: int, code: str):
    """The period as it stands, or the edition that the address names."""
    school = found(request, pk)
    period = period_found(code, school)
    return _show(request, school, period) if period.is_begun(request.today) else not_begun(request, period, school)


def found(request, pk: int) -> School:
    """A school whose returns the reader may see; 404 elsewhere."""
    return get_object_or_404(schools_that_file(request.scope), pk=pk)


def period_found(code: str, school: School | None = None) -> FilingPeriod:
    """The period of an address; 404 for a term that nobody has entered."""
    period = filing_period(code, school)
    if period is None:
        raise Http404
    return period


def not_begun(request, period: FilingPeriod, school: School | None = None, *, words: str = "", status: int = 404):
    """Said of a period that is still to come."""
    context = {"period": period, "school": school, "words": words}
    return render(request, "returns/not_begun.html", context, status=status)


def _show(request, school: School, period: FilingPeriod, **sent):
    asked = request.GET.get("edition", "")
    page = return_page(school, period, asked=asked, scope=request.scope, today=request.today)
    if page is None:
        raise Http404
    steps, forms, refused = page.steps(request.scope, request.today), _forms(page), None
    for place, form in sent.items():
        form.bring_up_to_date(forms[place].initial)
        shown = {press.step for press in PRESSES.values() if press.place == place}
        refused = None if shown & steps else form  # where its card is gone, the page says it
    context = {
        "page": page,
        "school": school,
        "period": period,
        "steps": {str(step): True for step in steps},
        "forms": forms | sent,
        "editions": tabs(request, page.editions, name="edition", shown=page.shown, counts={}),
        "refused": refused,
        "asked": asked_of(request.scope, school, period),
    }
    return render(request, "returns/school_return.html", context, status=422 if sent else 200)


def _forms(page: ReturnPage) -> dict:
    """Every form of the page, with what it shows."""
    awaited, seen = page.filing.awaited, {"seen": page.seen}
    back = page.filing.returned
    decided = {"seen": awaited.pk if awaited else 0}
    kept = page.filing.typed
    typed = {"remark": kept.remark, "reason": kept.reason} if kept else {}
    return {
        "prepare": PrepareForm(initial=seen | typed, amends=page.filing.next_number > 0),
        "reword": PrepareForm(initial=seen | typed, amends=page.filing.next_number > 0, auto_id="id_reword_%s"),
        "close": CloseForm(initial={"seen": back.pk if back else 0}),
        "sign": SignForm(initial=seen | {"mark": page.mark}),
        "step": SeenForm(initial=seen),
        "accept": SeenForm(initial=decided),
        "send_back": SendBackForm(initial=decided),
    }


@require_http_methods(["GET", "HEAD", "POST"])
@return_pages_for
def press(request, pk: int, code: str, name: str):
    """Do it where the form is whole, and go back to the page; else show what is wrong with it. Whoever had to log in
    again comes by the address alone, and is led back."""
    asked, school = PRESSES[name], found(request, pk)
    if request.method != "POST":
        return redirect("returns:school_return", school.pk, code)
    period = period_found(code, school)
    held = posts_of(request.scope, school.pk)
    if RULES[asked.step].post not in held:
        raise PermissionDenied(refusal(asked.step, State.DRAFT, held, title=period.kind.label))
    if not period.is_begun(request.today):
        words = f"{period.label}还没有到，没有保存。"
        return not_begun(request, period, school, words=words, status=422)
    form = asked.form.sent(request.POST)
    if not form.is_valid():
        return _show(request, school, period, **{asked.place: form})
    given = {"by": request.user, "scope": request.scope, "school": school, "period": period, "today": request.today}
    try:
        asked.act(**given, **form.cleaned_data)
    except actions.ReturnRefused as refused:
        form.add_error(None, str(refused))
        return _show(request, school, period, **{asked.place: form})
    messages.success(request, asked.said)
    return redirect("returns:school_return", school.pk, code)
