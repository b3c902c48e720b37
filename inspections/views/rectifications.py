"""整改台账: the ledger, one finding with its steps, and every move."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Prefetch
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from inspections.actions import rectifications as actions
from inspections.actions.filling import InspectionRefused, NotYourInspection
from inspections.models import InspectionRound, Rectification, RectificationFile
from inspections.presets import checklist_of
from inspections.queries import ledger, sheets
from inspections.queries.deadlines import usual_deadline
from inspections.queries.reading import is_inspector
from inspections.rectification_forms import FORMS, FindingForm, LedgerFilter, PlanForm
from inspections.rectifying import Move, move_words
from inspections.views.rounds import inspection_page
from students.models import School
from students.views.files import send_file
from students.views.lists import same_filters, tabs

PAGE_SIZE = 30
NEEDS_DAY = {Move.PLAN, Move.REPORT, Move.SEND_BACK, Move.POSTPONE}
ACTIONS = {
    Move.PLAN: actions.plan,
    Move.REPORT: actions.report,
    Move.SEND_BACK: actions.send_back,
    Move.CLOSE: actions.close,
    Move.POSTPONE: actions.postpone,
    Move.WITHDRAW: actions.withdraw,
}


@require_safe
@inspection_page
def rectifications(request):
    """The findings of the reader's schools, what is due first standing first."""
    form, found, shown = asked_findings(request)
    page = Paginator(found[shown], PAGE_SIZE).get_page(request.GET.get("page"))
    counts = {name: rows.count() for name, rows in found.items()}
    context = {
        "form": form,
        "tabs": tabs(request, ledger.TABS, name="show", shown=shown, counts=counts),
        "shown": shown,
        "page": page,
        "lines": [ledger.line_of(row, request.today) for row in page],
        "file_url": same_filters(request, "reports:rectifications_file"),
    }
    return render(request, "inspections/rectifications.html", context)


def asked_findings(request):
    """The filter as sent, the rows of every tab, and the tab that is shown."""
    rows = ledger.findings_in(request.scope)
    schools = School.objects.filter(pk__in=rows.order_by().values("inspection__school")).select_related("township")
    rounds = InspectionRound.objects.filter(pk__in=rows.order_by().values("inspection__round"))
    form = LedgerFilter(request.GET, schools=list(schools), rounds=list(rounds))
    found = ledger.boxes(ledger.narrowed(rows, form.narrowed), request.today)
    asked = request.GET.get("show", "")
    return form, found, asked if asked in found else ledger.OPEN


@require_safe
@inspection_page
def rectification(request, pk):
    """One finding: the problem, the measure, every step, and what the reader may do."""
    return render(request, "inspections/rectification.html", _context(request, _seen(request, pk)))


@require_POST
@inspection_page
def move(request, pk, name):
    """定措施, 报整改完成, 退回, 销号, 改期限, 撤销."""
    if name not in set(Move):
        raise Http404
    row, name = _seen(request, pk), Move(name)
    form = _form(request, row, name, sent=True)
    if form.is_valid():
        told = dict(form.cleaned_data)
        told |= {"seen": told.pop("version")} | ({"today": request.today} if name in NEEDS_DAY else {})
        try:
            ACTIONS[name](by=request.user, scope=request.scope, rectification=row, **told)
        except NotYourInspection as refused:
            raise PermissionDenied(str(refused)) from None
        except InspectionRefused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, f"已{move_words(name, has_measure=bool(row.measure))}。")
            return redirect("inspections:rectification", pk)
    elif name not in ledger.open_moves(request.scope, row):
        raise PermissionDenied(f"这一项现在不由你{name.label}")
    context = _context(request, _seen(request, pk), sent=(name, form))
    return render(request, "inspections/rectification.html", context, status=422)


@require_http_methods(["GET", "HEAD", "POST"])
@inspection_page
def add(request, pk):
    """添整改事项 beside those of the items."""
    row = get_object_or_404(sheets.inspections_in(request.scope), pk=pk)
    if not row.signed_at or not (request.scope.is_bureau or is_inspector(request.scope, row)):
        raise PermissionDenied("签名完成以后，由检查人或县教育局添整改事项")
    days = checklist_of(row.round.checklist).rectify_days
    begin = {"deadline": usual_deadline(row.school, days, request.today)}
    form = FindingForm(request.POST if request.method == "POST" else None, initial=begin)
    if form.is_valid():
        by = {"by": request.user, "scope": request.scope, "today": request.today}
        try:
            made = actions.add(inspection=row, **form.cleaned_data, **by)
        except InspectionRefused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, "已添整改事项，学校会收到通知。")
            return redirect("inspections:rectification", made.pk)
    context = {"form": form, "inspection": row}
    return render(request, "inspections/rectification_new.html", context, status=422 if form.is_bound else 200)


@require_safe
@inspection_page
def evidence(request, pk):
    """整改材料, as it was handed in."""
    seen = Rectification.objects.visible_to(request.scope)
    return send_file(get_object_or_404(RectificationFile, pk=pk, step__rectification__in=seen))


def _seen(request, pk) -> Rectification:
    return get_object_or_404(ledger.findings_in(request.scope), pk=pk)


def _form(request, row: Rectification, name: Move, *, sent: bool = False):
    more = {"initial": {"version": row.version}, "prefix": name.value}
    if name is Move.PLAN:
        more["initial"] |= {"measure": row.measure, "responsible": row.responsible_id}
        more["people"] = ledger.possible_persons(row.inspection.school, request.today)
    data = (request.POST, request.FILES) if sent else ()
    form: PlanForm = FORMS[name](*data, **more)
    return form


def _context(request, row: Rectification, sent=(None, None)) -> dict:
    moves = ledger.open_moves(request.scope, row)
    forms = {name: _form(request, row, name) for name in moves}
    if sent[0] and sent[0] not in forms:
        forms[sent[0]] = sent[1]
    papers = Prefetch("files", to_attr="papers", queryset=RectificationFile.objects.defer("content"))
    ways = [(name, sent[1] if name == sent[0] else form) for name, form in forms.items()]
    return {
        "row": row,
        "line": ledger.line_of(row, request.today),
        "steps": list(row.steps.select_related("made_by").prefetch_related(papers).order_by("-number")),
        "ways": [_way(row, name, form, is_first=number == 0) for number, (name, form) in enumerate(ways)],
    }


def _way(row: Rectification, name: Move, form, *, is_first: bool) -> dict:
    """A move as the page offers it; changing the measure that stands is folded away behind what comes next."""
    label = move_words(name, has_measure=bool(row.measure))
    return {
        "move": name,
        "form": form,
        "label": label,
        "primary": is_first,
        "is_folded": label != name.label,
        "note": f"整改措施：{row.measure}" if name is Move.REPORT else "",
    }
