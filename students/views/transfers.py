"""转学: what waits for an answer here and elsewhere, and the answer."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from students.access import OFFICE_ROLES
from students.actions import transfers as actions
from students.enrolment import EventKind, ImpossibleEvent
from students.forms.answers import AcceptForm, LetterForm, OfferForm, RefuseForm, RegistrationForm
from students.forms.changes import ChildrenFilter
from students.models import EnrolmentEvent, School, Transfer
from students.queries import changes, transfers
from students.templatetags.chinese import cdate
from students.views.audience import only_for
from students.views.filed_days import say_filed, say_filed_since
from students.views.lists import box_shown, tabs

PAGE_SIZE = 30
NOTHING_ASKED = "没有收到要办的事，没有保存。请再点一次。"


@require_safe
@only_for(OFFICE_ROLES, "转学往来由学校管理人员和主管部门查看")
def transfer_list(request):
    """Transfers of the schools in the scope: to be answered, sent out and unconfirmed, settled."""
    form = ChildrenFilter(request.GET, schools=School.objects.visible_to(request.scope))
    boxes = transfers.boxes(request.scope, **form.wanted)
    shown, counts = box_shown(request.GET.get("box", ""), boxes)
    page = Paginator(boxes[shown], PAGE_SIZE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "lines": transfers.lines(page, request.today),
        "tabs": tabs(request, transfers.BOXES, name="box", shown=shown, counts=counts),
        "shown": shown,
        "form": form,
    }
    return render(request, "students/transfers.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def offer(request, pk):
    """Say where a child went whose 转出 names nobody yet: one that came with a workbook."""
    events = EnrolmentEvent.objects.visible_to(request.scope).filter(kind=EventKind.TRANSFER_OUT)
    event = get_object_or_404(events.select_related("student"), pk=pk)
    if not changes.may_record(request.scope, changes.class_of_event(event)):
        raise PermissionDenied("转出的去向由原学校的学籍管理员登记")
    form = OfferForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            made = actions.offer_again(by=request.user, event=event, today=request.today, **form.cleaned_data)
            messages.success(request, "已登记去向。")
            return redirect("students:transfer", made.pk)
        except actions.TransferRefused as refused:
            form.add_error(None, str(refused))
    context = {"form": form, "event": event, "schools": School.objects.select_related("township")}
    return render(request, "students/transfer_offer.html", context, status=422 if form.is_bound else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def transfer(request, pk):
    """One transfer, and what the person may do about it."""
    row = get_object_or_404(transfers.seen_by(request.scope), pk=pk)
    forms, do, status = _steps(request, row), request.POST.get("do", ""), 200
    if request.method == "POST":
        if do in transfers.STEPS and do not in forms:
            return _too_late(request, row, do)
        status = _done(request, row, do, forms.get(do))
        if status == 302:  # the child's latest offer: the one just answered, or the one just made
            return redirect("students:transfer", row.out_event.transfers.latest("pk").pk)
    context = {
        "line": transfers.lines([row], request.today)[0],
        "forms": forms,
        "waits_for_us": transfers.may_answer(request.scope, row),
        "ours": transfers.may_send(request.scope, row),
        "schools": School.objects.select_related("township") if "offer" in forms else [],
    }
    return render(request, "students/transfer.html", context, status=status)


def _steps(request, row: Transfer) -> dict:
    """What the person may do now → the form of it; 撤回 needs none."""
    steps = {}
    if transfers.may_answer(request.scope, row) and not row.answer:
        classes = changes.classes_of([row.to_school_id], request.today)
        day = {"earliest": row.out_event.happened_on, "today": request.today}
        steps["accept"] = AcceptForm(*_sent(request, "accept"), classes=classes, **day)
        steps["refuse"] = RefuseForm(*_sent(request, "refuse"))
    if transfers.may_send(request.scope, row):
        if not row.answer:
            steps["withdraw"] = None
            if row.to_school is None:
                steps["letter"] = LetterForm(*_sent(request, "letter"))
                steps["registered"] = RegistrationForm(*_sent(request, "registered"), today=request.today)
        elif transfers.may_be_offered_again(row):
            steps["offer"] = OfferForm(*_sent(request, "offer"))
    return steps


def _sent(request, step: str) -> tuple:
    """What was sent, for the form of the step that it was sent for."""
    return (request.POST, request.FILES) if request.POST.get("do") == step else ()


def _too_late(request, row: Transfer, do: str):
    """Somebody has answered meanwhile, or it is not this person's to answer."""
    mine = transfers.may_answer if do in transfers.OF_THE_NEW_SCHOOL else transfers.may_send
    if not mine(request.scope, row):
        raise PermissionDenied("这次转学由有关学校的学籍管理员办理，你可以查看")
    who = row.answered_by.name if row.answered_by else "导入的工作簿"
    by = f"{who}已答复“{row.get_answer_display()}”" if row.answer else "现在不能这样办"
    messages.error(request, f"{by}，你这次没有保存。请看下面的最新情况。")
    return redirect("students:transfer", row.pk)


def _done(request, row: Transfer, do: str, form) -> int:
    """302 where the step was taken, else the status of the page that says why not."""
    if do not in STEPS:
        messages.error(request, NOTHING_ASKED)
    if do not in STEPS or (form is not None and not form.is_valid()):
        return 422
    values = dict(form.cleaned_data) if form else {}
    step, text = STEPS[do]
    try:
        made = step(request, row, values)
    except (actions.TransferRefused, ImpossibleEvent) as refused:
        messages.error(request, str(refused))
        return 302
    messages.success(request, text if do != "accept" else f"已接收，{cdate(made.happened_on)}起在{made.school_class}。")
    if do == "accept":
        say_filed(request, made.school_class_id, made.happened_on)
    elif do == "registered":
        school_class = changes.class_of_event(row.out_event)
        say_filed_since(request, school_class and school_class.pk, values["day"])
    return 302


def _step(action, subject="transfer"):
    """An action of ``students.actions.transfers``, given what the form says."""

    def take(request, row, values):
        about = {"event": row.out_event} if subject == "event" else {"transfer": row}
        return action(by=request.user, today=request.today, **about, **values)

    return take


STEPS = {
    "accept": (_step(actions.accept), "已接收。"),
    "refuse": (_step(actions.refuse), "已答复“未接收”，原学校会看到理由。"),
    "withdraw": (_step(actions.withdraw), "已撤回，可以改发给别的学校。"),
    "letter": (_step(actions.confirm_by_letter), "接收函已保存，转出已确认。"),
    "registered": (_step(actions.confirm_by_registration), "已登记办结，转出已确认。"),
    "offer": (_step(actions.offer_again, "event"), "已重新发出。"),
}
