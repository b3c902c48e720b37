"""补录: a month of a class entered from paper, in one grid and one go."""

from datetime import date
from uuid import uuid4

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from students.actions import months
from students.actions.registers import RegisterRefused
from students.forms.months import MonthEntryForm
from students.models import SchoolClass
from students.month_entry import KEYS, SIGN_OF, BadCell, Entered, read_columns
from students.queries.month_entry import EntryPage, differences, entry_page, label_of
from students.views.filed_days import say_filed

INCOMPLETE = "提交的内容不完整，什么也没有保存。请刷新页面后重新填写。"
MOST_ERRORS = 50  # that are listed; whoever has more has pasted something else


@require_http_methods(["GET", "HEAD", "POST"])
def enter_month(request, school_class: int, month: date):
    """The grid of a month; POST saves all of it or nothing."""
    classes = SchoolClass.objects.visible_to(request.scope).select_related("school")
    target = get_object_or_404(classes, pk=school_class)
    if not request.scope.may_enter_month(target):
        raise PermissionDenied("整月补录由班主任和教务处办理")
    if request.method == "POST":
        return _save(request, target, month)
    piece = request.GET.get("piece", "")
    page = _page(request, target, month, piece=int(piece) if piece.isdecimal() and len(piece) < 3 else 0)
    return _show(request, page, MonthEntryForm(month=month))


def _page(request, target, month, **said) -> EntryPage:
    return entry_page(target, month, scope=request.scope, today=request.today, **said)


def _show(request, page: EntryPage, form, *, status=200, trouble="", errors=(), differing=()):
    context = {
        "page": page,
        "form": form,
        "submission": uuid4(),
        "trouble": trouble,
        "errors": errors[:MOST_ERRORS],
        "more_errors": max(0, len(errors) - MOST_ERRORS),
        "wrong": {error["id"] for error in errors},
        "differences": differing,
        "signs": [(kind, sign, KEYS[kind][0]) for kind, sign in SIGN_OF.items()],
        "back": reverse("reports:month_sheet", args=[page.school_class.pk, page.month]),
    }
    return render(request, "students/month_entry.html", context, status=status)


def _save(request, target: SchoolClass, month: date):
    form = MonthEntryForm(request.POST, month=month)
    if not form.is_valid():
        # What was typed is shown again where it can be read at all.
        page = _page(request, target, month, typed=None if form.non_field_errors() else form.columns())
        return _show(request, page, form, status=422, trouble="" if form.errors.get("reason") else INCOMPLETE)
    typed, piece = form.columns(), form.cleaned_data["piece"] or 0
    entered, bad = read_columns(typed)
    if bad:
        page = _page(request, target, month, piece=piece, typed=typed)
        return _show(request, page, form, status=422, errors=_in_words(page, bad))
    try:
        saved = _submit(request, target, month, form, entered)
    except months.MonthChanged as changed:
        page = _page(request, target, month, piece=piece, typed=typed, changed=changed.children)
        differing = differences(page, typed, changed.children)
        return _show(request, page, form, status=409, trouble=str(changed), differing=differing)
    except RegisterRefused as refused:
        page = _page(request, target, month, piece=piece, typed=typed)
        return _show(request, page, form, status=422, trouble=str(refused))
    messages.success(request, _said(month, saved))
    say_filed(request, target.pk, min((each.place.day for each in entered), default=None))
    return redirect("reports:month_sheet", target.pk, month)


def _submit(request, target: SchoolClass, month: date, form: MonthEntryForm, entered: list[Entered]):
    sending = {"submission": form.cleaned_data["submission"], "reason": form.cleaned_data["reason"]}
    return months.submit_month(
        by=request.user, scope=request.scope, school_class=target.pk, month=month, registers=entered,
        today=request.today, **sending,
    )  # fmt: skip


def _in_words(page: EntryPage, bad: list[BadCell]) -> list[dict]:
    """Every cell that cannot be read: whose, which register, what stands in it, and where it is."""
    names = {child.pk: child.name for child in page.children}
    return [
        {
            "id": f"c-{cell.student}-{cell.place.day:%d}-{cell.place.slot}",
            "text": f"{names.get(cell.student, '不在本班的学生')} {label_of(cell.place)}：“{cell.typed}”不是考勤符号",
        }
        for cell in bad
    ]


def _said(month: date, saved: months.SavedMonth) -> str:
    parts = [f"新登记{saved.taken}次" if saved.taken else "", f"更正{saved.corrected}次" if saved.corrected else ""]
    done = "，".join(part for part in parts if part)
    again = "已经保存过" if saved.repeated else "已保存"
    return f"{month.month}月的补录{again}：{done}点名。"
