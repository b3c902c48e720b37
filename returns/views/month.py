"""One school's return of a month: looked at, prepared, signed, filed, accepted, sent back, amended."""

from datetime import date

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from returns.actions import filing as actions
from returns.forms import PrepareForm, SeenForm, SendBackForm, SignForm
from returns.queries.grid import schools_that_file
from returns.queries.months import FilingMonth, filing_month
from returns.queries.page import ReturnPage, return_page
from returns.queries.posts import posts_of
from returns.states import RULES, State, Step, refusal
from returns.views.grid import return_pages_for
from students.models import School
from students.views.lists import tabs

# The forms of the page, each with the steps at which its card is shown.
CARDS = {
    "prepare": {Step.PREPARE},
    "sign": {Step.SIGN, Step.FILE_ZERO},
    "step": {Step.FILE, Step.TAKE_BACK},
    "accept": {Step.ACCEPT},
    "send_back": {Step.SEND_BACK},
}


@require_safe
@return_pages_for
def school_return(request, pk: int, start: date):
    """The month as it stands, or the edition that the address names."""
    school, month = found(request, pk), filing_month(start)
    if not month.is_begun(request.today):
        return render(request, "returns/not_begun.html", {"school": school, "month": month}, status=404)
    return _show(request, school, month)


def found(request, pk: int) -> School:
    """A school whose returns the reader may see; 404 elsewhere."""
    return get_object_or_404(schools_that_file(request.scope), pk=pk)


def page_of(request, school: School, month: FilingMonth, asked: str) -> ReturnPage:
    """What is shown; 404 for an edition that there is not."""
    page = return_page(school, month, asked=asked, scope=request.scope, today=request.today)
    if page is None:
        raise Http404
    return page


def _show(request, school: School, month: FilingMonth, **sent):
    page = page_of(request, school, month, request.GET.get("edition", ""))
    steps, forms, refused = page.steps(request.scope, request.today), _forms(page), None
    for place, form in sent.items():
        form.bring_up_to_date(forms[place].initial)
        refused = None if CARDS[place] & steps else form  # where its card is gone, the page says it
    labels = {str(number): label for number, label in page.editions}
    context = {
        "page": page,
        "school": school,
        "month": month,
        "steps": {str(step): True for step in steps},
        "forms": forms | sent,
        "editions": tabs(request, labels, name="edition", shown=str(page.edition and page.edition.number), counts={}),
        "refused": refused,
    }
    return render(request, "returns/school_return.html", context, status=422 if sent else 200)


def _forms(page: ReturnPage) -> dict:
    """Every form of the page, with what it shows."""
    awaited, seen = page.filing.awaited, {"seen": page.seen}
    decided = {"seen": awaited.pk if awaited else 0}
    kept = page.filing.work or page.returned
    typed = {"remark": kept.remark, "reason": kept.reason} if kept else {}
    return {
        "prepare": PrepareForm(initial=seen | typed, amends=page.filing.next_number > 0),
        "sign": SignForm(initial=seen | {"mark": page.mark}),
        "step": SeenForm(initial=seen),
        "accept": SeenForm(initial=decided),
        "send_back": SendBackForm(initial=decided),
    }


@require_POST
@return_pages_for
def prepare(request, pk: int, start: date):
    """送校长签字."""
    form = PrepareForm(request.POST, amends="reason" in request.POST)
    return _do(request, pk, start, Step.PREPARE, "prepare", form, actions.prepare,
               "已送校长签字，校长会收到通知。")  # fmt: skip


@require_POST
@return_pages_for
def sign(request, pk: int, start: date):
    """签字."""
    return _do(request, pk, start, Step.SIGN, "sign", SignForm(request.POST), actions.sign,
               "已签字，数字已经定下来。请上报。")  # fmt: skip


@require_POST
@return_pages_for
def hand_in(request, pk: int, start: date):
    """上报."""
    return _do(request, pk, start, Step.FILE, "step", SeenForm(request.POST), actions.file_return,
               "已上报县教育局。")  # fmt: skip


@require_POST
@return_pages_for
def hand_in_zero(request, pk: int, start: date):
    """零报告."""
    return _do(request, pk, start, Step.FILE_ZERO, "sign", SignForm(request.POST), actions.file_zero,
               "零报告已签字上报。")  # fmt: skip


@require_POST
@return_pages_for
def take_back(request, pk: int, start: date):
    """撤回."""
    return _do(request, pk, start, Step.TAKE_BACK, "step", SeenForm(request.POST), actions.take_back,
               "已撤回，可以重新送校长签字。")  # fmt: skip


@require_POST
@return_pages_for
def accept(request, pk: int, start: date):
    """接收."""
    return _do(request, pk, start, Step.ACCEPT, "accept", SeenForm(request.POST), actions.accept,
               "已接收，学校会收到通知。")  # fmt: skip


@require_POST
@return_pages_for
def send_back(request, pk: int, start: date):
    """退回."""
    return _do(request, pk, start, Step.SEND_BACK, "send_back", SendBackForm(request.POST), actions.send_back,
               "已退回，学校会收到通知。")  # fmt: skip


def _do(request, pk: int, start: date, step: Step, place: str, form, act, said: str):
    """Do it where the form is whole, and go back to the page; else show what is wrong with it."""
    school, month = found(request, pk), filing_month(start)
    held = posts_of(request.scope, school.pk)
    if RULES[step].post not in held:
        raise PermissionDenied(refusal(step, State.DRAFT, held))
    if not month.is_begun(request.today):
        words = f"{month.month.label}还没有到，没有保存。"
        return render(request, "returns/not_begun.html", {"school": school, "month": month, "words": words}, status=422)
    if not form.is_valid():
        return _show(request, school, month, **{place: form})
    given = {"by": request.user, "scope": request.scope, "school": school, "month": month, "today": request.today}
    try:
        act(**given, **form.cleaned_data)
    except actions.ReturnRefused as refused:
        form.add_error(None, str(refused))
        return _show(request, school, month, **{place: form})
    messages.success(request, said)
    return redirect("returns:school_return", school.pk, month.start)
