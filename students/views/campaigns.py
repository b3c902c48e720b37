"""排查: the sweeps, how far they have come, the children on their lists, and what is found out about each."""

from uuid import uuid4

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from students.access import AREA_ROLES
from students.actions import campaigns as actions
from students.forms.sweeps import FindingFilter, FollowerForm, StepForm
from students.models import Campaign, Finding, FindingProof, ProposedMatch, Student
from students.queries import campaigns as queries
from students.queries.residents import areas_of
from students.views.audience import campaign_page, campaign_step
from students.views.dialling import to_telephone
from students.views.files import send_file
from students.views.lists import same_filters

PAGE_SIZE = 50


@require_safe
@campaign_page
def campaigns(request):
    """Every sweep, the newest first."""
    context = {
        "rows": queries.campaigns_with_figures(request.scope),
        "may_open": request.scope.is_bureau,
        "sees_residents": bool(request.scope.roles & AREA_ROLES),
    }
    return render(request, "students/campaigns.html", context)


@require_safe
@campaign_page
def campaign(request, pk):
    """How far a sweep has come: by township for the county, by village below it."""
    row, findings = _campaign(request, pk)
    townships, _ = areas_of(request.scope)
    chosen = next((area for area in townships if str(area.pk) == request.GET.get("township")), None)
    if chosen:
        findings = findings.filter(township=chosen)
    by = "village" if chosen or len(townships) < 2 else "township"
    whole, parts = queries.progress(findings, by=by)
    context = {
        "campaign": row,
        "chosen": chosen,
        "by": by,
        "whole": whole,
        "parts": parts,
        "bars": [(part.name, part.unsettled) for part in parts],
        "lists": [(Finding.List(which), number) for which, number in queries.list_counts(findings).items()],
        "is_late": row.closed_at is None and row.due_on < request.today and whole.unsettled > 0,
        "is_bureau": request.scope.is_bureau,
    }
    return render(request, "students/campaign.html", context)


@require_safe
@campaign_page
def findings(request, pk):
    """The children of a sweep, with search and filters."""
    row, visible = _campaign(request, pk)
    form = _finding_filter(request, visible)
    chosen = form.cleaned_data if form.is_valid() else {}
    listed = queries.with_children(queries.filtered(visible, chosen, person=request.user.pk))
    page = Paginator(listed, PAGE_SIZE).get_page(request.GET.get("page"))
    context = {
        "campaign": row,
        "form": form,
        "page": page,
        "lines": [queries.line(finding) for finding in page],
        "file_url": same_filters(request, "reports:findings_file", pk),
        "walk_url": same_filters(request, "students:walk_list", pk),
        "village": _village_to_assign(request, row, visible, chosen),
    }
    return render(request, "students/campaign_findings.html", context)


@require_safe
@campaign_page
def walk_list(request, pk):
    """走访单: the children still to be settled, a sheet for each village, to take along from door to door."""
    row, visible = _campaign(request, pk)
    form = _finding_filter(request, visible.exclude(state__in=Finding.SETTLED))
    chosen = form.cleaned_data if form.is_valid() else {}
    listed = queries.filtered(visible.exclude(state__in=Finding.SETTLED), chosen, person=request.user.pk)
    sheets = queries.walk_sheets(listed)
    context = {
        "campaign": row,
        "sheets": sheets,
        "dialled": {
            line.pk for sheet in sheets for line in sheet["lines"] if request.scope.may_follow_up(line.finding)
        },
        "printed_by": request.user.name,
        "printed_at": timezone.localtime(),
    }
    return render(request, "students/campaign_walk_list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@campaign_page
def finding(request, pk):
    """One child of a sweep: why it is on the list, what has been found out, and the form for more."""
    row = _finding(request, pk)
    history = queries.history(row)
    seen = history[0]["step"].pk if history else 0
    form = StepForm(
        request.POST or None,
        request.FILES or None,
        initial={"happened_on": request.today, "submission": uuid4(), "seen": seen},
    )
    if request.method == "POST":
        _refuse_unless_following(request, row)
        if form.is_valid() and (done := _record(request, row, form)):
            return done
    context = _finding_context(request, row) | {"form": form, "history": history}
    return render(request, "students/finding.html", context, status=422 if form.is_bound else 200)


def _finding_context(request, row: Finding) -> dict:
    resident = row.resident
    people = queries.possible_followers(request.today, township=row.township_id, school=row.school_id)
    may_write = row.campaign.closed_at is None
    sees_residents = bool(resident and request.scope.roles & AREA_ROLES)
    return {
        "line": queries.line(row),
        "finding": row,
        "why": queries.why(row),
        "found_since": queries.found_since(row),
        "is_poor": queries.is_poor(row, request.today),
        "sees_residents": sees_residents,
        "sees_child": Student.objects.visible_to(request.scope).filter(pk=row.student_id).exists(),
        "proposal": sees_residents and ProposedMatch.objects.filter(resident=resident).first(),
        "may_follow_up": may_write and request.scope.may_follow_up(row),
        "may_assign": may_write and request.scope.may_manage_in(row.township_id),
        "assign_form": FollowerForm(initial={"follower": row.follower_id}, people=people),
    }


def _record(request, row: Finding, form: StepForm):
    """Keep what the form says and go back to the child; None where it was refused, which the form then says."""
    try:
        step = actions.record_step(by=request.user, finding=row, today=request.today, **form.cleaned_data)
    except actions.CampaignRefused as refused:
        form.add_error(None, str(refused))
        return None
    text = f"已登记：{step.get_state_display()}。"
    if step.state == Finding.State.BACK and row.list == Finding.List.NOT_ENROLLED and not row.resident.student_id:
        text += "这名儿童还没有和学生比对上，请到待确认的比对里核对，或请学校登记入学。"
    messages.success(request, text)
    return redirect("students:finding", row.pk)


@require_safe
@campaign_page
def dial_finding(request, pk):
    """拨打 the family of a child of a sweep, for whoever follows it up."""
    row = _finding(request, pk)
    _refuse_unless_following(request, row)
    child = queries.line(row)
    if call := to_telephone(child.phone):
        return call
    messages.warning(request, f"{child.name}没有登记电话。")
    return redirect("students:finding", pk)


@require_safe
@campaign_page
def finding_proof(request, pk):
    """A paper that proves a step."""
    visible = Finding.objects.visible_to(request.scope)
    return send_file(get_object_or_404(FindingProof.objects.filter(step__finding__in=visible), pk=pk))


@require_POST
@campaign_page
def assign_finding(request, pk):
    """Make somebody follow up one child."""
    row = _finding(request, pk)
    _refuse_unless_managing(request, row.township_id)
    people = queries.possible_followers(request.today, township=row.township_id, school=row.school_id)
    form = FollowerForm(request.POST, people=people)
    if form.is_valid():
        _assign(request, row.campaign, Finding.objects.filter(pk=pk), form.cleaned_data["follower"])
    else:
        messages.error(request, form.errors["follower"][0])
    return redirect("students:finding", pk)


@require_http_methods(["GET", "HEAD", "POST"])
@campaign_page
def assign_village(request, pk, village):
    """Make somebody follow up all children of a village who are not settled yet."""
    row, visible = _campaign(request, pk)
    area = get_object_or_404(queries.villages_with(visible), pk=village)
    unsettled = visible.filter(village=area).exclude(state__in=Finding.SETTLED)
    _refuse_unless_managing(request, area.parent_id)
    people = queries.possible_followers(request.today, township=area.parent_id)
    form = FollowerForm(request.POST or None, people=people)
    if form.is_valid():
        _assign(request, row, unsettled, form.cleaned_data["follower"])
        return redirect(f"{reverse('students:findings', args=[pk])}?village={area.pk}")
    context = {"campaign": row, "village": area, "form": form, "number": unsettled.count()}
    return render(request, "students/campaign_assign.html", context, status=422 if form.is_bound else 200)


def _assign(request, row: Campaign, rows, follower) -> None:
    try:
        number = actions.assign(by=request.user, campaign=row, findings=rows, follower=follower)
    except actions.CampaignRefused as refused:
        messages.error(request, str(refused))
        return
    who = f"由{follower.name}负责" if follower else "改为未分派"
    messages.success(request, f"已把{number}名儿童{who}。" if number else "没有变化，原来就是这样分派的。")


@require_http_methods(["GET", "HEAD", "POST"])
@campaign_step
def close_campaign(request, pk):
    """结束排查, after asking."""
    row, visible = _campaign(request, pk)
    if request.method == "POST":
        actions.close_campaign(by=request.user, campaign=row)
        messages.success(request, f"{row}已结束，清单和结果不再改变。")
    if request.method == "POST" or row.closed_at:
        return redirect("students:campaign", pk)
    whole, _ = queries.progress(visible, by="township")
    return render(request, "students/campaign_close.html", {"campaign": row, "whole": whole})


# ---- who may ------------------------------------------------------------------------------------


def _campaign(request, pk):
    """A sweep and its findings in the scope."""
    return get_object_or_404(Campaign, pk=pk), Finding.objects.visible_to(request.scope).filter(campaign=pk)


def _finding(request, pk) -> Finding:
    return get_object_or_404(queries.with_children(Finding.objects.visible_to(request.scope)), pk=pk)


def _finding_filter(request, visible) -> FindingFilter:
    townships, villages = areas_of(request.scope)
    return FindingFilter(request.GET, townships=townships, villages=villages, followers=queries.followers(visible))


def _village_to_assign(request, row: Campaign, visible, chosen):
    """The village that the list is narrowed down to, where the reader may say who follows up its children."""
    if row.closed_at or not chosen.get("village"):
        return None
    village = queries.villages_with(visible).filter(pk=chosen["village"]).first()
    return village if village and request.scope.may_manage_in(village.parent_id) else None


def _refuse_unless_following(request, row: Finding) -> None:
    if not request.scope.may_follow_up(row):
        raise PermissionDenied("你可以查看这名儿童的排查，由县教育局、乡镇干部和所在学校登记")


def _refuse_unless_managing(request, township: int) -> None:
    if not request.scope.may_manage_in(township):
        raise PermissionDenied("责任人由县教育局和乡镇干部分派")
