"""Taking the register on a phone, seeing who took it, taking it back."""

from uuid import uuid4

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from students.actions import registers
from students.days import ABSENT
from students.forms.registers import RegisterForm
from students.models import RollCall, SchoolClass
from students.queries.registers import (
    Difference,
    RegisterPage,
    differences,
    for_register,
    register_history,
    register_page,
)
from students.templatetags.chinese import cdate_short
from students.views.filed_days import say_filed


@require_http_methods(["GET", "HEAD", "POST"])
def register(request, **place):
    """The register of a class, day and slot: everybody present unless marked."""
    return _submit(request, place) if request.method == "POST" else _show(request, place)


def _show(request, place: dict, *, form=None, status=200, trouble="", marks=None):
    """The page; after a refusal with what was marked on it, so that nothing is lost."""
    target = get_object_or_404(for_register(SchoolClass.objects.visible_to(request.scope)), pk=place["school_class"])
    shown = {"scope": request.scope, "marks": marks, "missing": request.GET.get("missing", "")}
    page = register_page(target, place["day"], place["slot"], today=request.today, **shown)
    context = {"register": page, "submission": uuid4(), "trouble": trouble, "form": form or RegisterForm()}
    answers = request.scope.may_answer_for(target)
    context["leave_url"] = reverse("students:new_leave_slip", args=[0]) if answers else ""
    context["override_url"] = _override_url(request.scope, page)
    teaches = target.pk in request.scope.classes or request.scope.runs(target.school_id)
    context["concern_url"] = reverse("casework:concern_class", args=[target.pk]) if teaches else ""
    return render(request, "students/register.html", context, status=status)


def _override_url(scope, page: RegisterPage) -> str:
    """Where whoever keeps the calendar says that a day without school was taught after all; blank for others."""
    if page.is_school_day or not scope.keeps_calendar_of(page.school_class.school_id):
        return ""
    address = reverse("casework:change_class", args=[page.school_class.pk])
    return f"{address}?first={page.day.isoformat()}&what=taught&slot={page.slot}"


def _submit(request, place: dict):
    form = RegisterForm(request.POST)
    if not form.is_valid():
        again = _ask_again(request, place, form) if form.is_undecided else None
        return again or _show(request, place, form=form, status=422, trouble=form.trouble, marks=form.marks_as_sent)
    marks, sending = form.marks(), {"submission": form.submission_id, "version": form.cleaned_data["version"]}
    sending["reason"] = form.reason
    try:
        saved = registers.submit(
            by=request.user, scope=request.scope, today=request.today, marks=marks, **place, **sending
        )
    except SchoolClass.DoesNotExist:
        raise Http404 from None
    except registers.NotYourRegister as refused:
        raise PermissionDenied(str(refused)) from None
    except registers.RegisterChanged as changed:
        context = conflict(changed, form)
        return render(request, "students/register_conflict_page.html", context, status=409)
    except registers.RegisterRefused as refused:
        return _show(request, place, form=form, status=422, trouble=str(refused), marks=marks)
    say_saved(request, saved)
    return redirect("home")


def conflict(changed: registers.RegisterChanged, form: RegisterForm) -> dict:
    """What the question "which of the two?" shows: both marks of each child, and what both agree on."""
    call = changed.roll_call
    sides = differences(call, changed.children, form.marks())
    return _question(call, form, sides, version=call.version, trouble=str(changed), agreed=changed.agreed)


def _ask_again(request, place: dict, form: RegisterForm):
    """The same question where some child has been given no answer; None where the register no longer stands."""
    call = RollCall.objects.visible_to(request.scope).filter(**place).select_related("school_class__school").first()
    sides = differences(call, form.asked, form.mine(), form.chosen) if call else []
    undecided = [each for each in sides if each.chosen is None]
    if not undecided:
        return None
    agreed = {child: kind for child, kind in form.marks().items() if child not in form.asked}
    # On the version of the page that asked: what has been said since then is asked about, not overwritten.
    shown = {"version": form.cleaned_data["version"], "trouble": form.trouble, "agreed": agreed}
    context = _question(call, form, sides, **shown) | {"undecided": undecided}
    return render(request, "students/register_conflict_page.html", context, status=422)


def _question(call: RollCall, form: RegisterForm, sides: list[Difference], **shown) -> dict:
    reasons = [(name, form.cleaned_data[name]) for name in ("usual_reason", "own_reason")]
    asked = {"call": call, "differences": sides, "undecided": [], "submission": uuid4(), "reasons": reasons}
    return asked | shown


def say_saved(request, saved: registers.Saved) -> None:
    """On the next page: what was saved, and the way back."""
    call = saved.roll_call
    undo = reverse("students:take_back", args=[call.pk, call.version])
    messages.success(request, saved_words(saved), extra_tags=f"undo={undo}")
    if call.day < request.today:  # of today it would be a query more in every save
        say_filed(request, call.school_class_id, call.day)


def saved_words(saved: registers.Saved) -> str:
    """What was saved, in a sentence."""
    missing = sum(kind in ABSENT for kind in saved.marks.values())
    words = f"缺{missing}人" if missing else "全勤"
    call = saved.roll_call
    return f"{cdate_short(call.day)}{call.get_slot_display()}的考勤已提交，{words}。{saved.followed.words}"


@require_POST
def take_back(request, pk: int, version: int):
    """Undo one's own submission within seconds."""
    call = RollCall.objects.visible_to(request.scope).filter(pk=pk).first()
    if call is None and not registers.was_taken_back(by=request.user, roll_call=pk):
        raise Http404
    try:
        registers.take_back(by=request.user, scope=request.scope, roll_call=pk, version=version, today=request.today)
        messages.success(request, "已撤销这次提交，可以重新点名。")
    except registers.NotYourRegister as refused:
        raise PermissionDenied(str(refused)) from None
    except registers.RegisterRefused as refused:
        messages.error(request, str(refused))
    return redirect("students:register", call.school_class_id, call.day, call.slot) if call else redirect("home")


@require_safe
def history(request, pk: int):
    """Who took a register, who corrected it, when, and what it was before."""
    calls = RollCall.objects.visible_to(request.scope).select_related("school_class__school", "taken_by")
    call = get_object_or_404(calls, pk=pk)
    return render(request, "students/register_history.html", {"call": call, "entries": register_history(call)})
