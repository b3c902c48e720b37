"""规则 by form: a new version, what the dry run found, letting it count, giving it up, withdrawing it."""

from contextlib import suppress

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from casework import jobs
from casework.actions import rule_proposals as actions
from casework.models import StoredRuleSet
from casework.queries import rule_pages as pages
from casework.queries import rule_proposals as queries
from casework.queries.dry_runs import periods
from casework.rule_forms import PeriodForm, RuleForm, VersionForm
from students.models import School

COUNTYS = "全县的规则由县教育局修改，你可以查看"
SCHOOLS = "学校的规则由本校学籍管理员、校领导和县教育局修改，你可以查看"
try_later = jobs.try_rules.enqueue


@require_http_methods(["GET", "HEAD", "POST"])
def new_county_rules(request):
    """A new version for the county."""
    return _new(request, _may(request, None))


@require_http_methods(["GET", "HEAD", "POST"])
def new_school_rules(request, pk: int):
    """A new version for a school."""
    school = get_object_or_404(School.objects.visible_to(request.scope).distinct(), pk=pk)
    return _new(request, _may(request, school))


@require_http_methods(["GET", "HEAD", "POST"])
def return_school_rules(request, pk: int):
    """回到全县规则: a school ends its own rules from a day on."""
    school = _may(request, get_object_or_404(School.objects.visible_to(request.scope).distinct(), pk=pk))
    instead = _instead(request, school)
    initial = {"seen": actions.standing(school)}
    if instead:
        initial |= {"starts_on": instead.starts_on, "reason": instead.reason}
    given = {"today": request.today, "periods": periods(request.today), "initial": initial}
    form = VersionForm(request.POST or None, **given)
    if request.method == "POST" and form.is_valid():
        try:
            return redirect("casework:rule_proposal", _made(request, school, form, instead).pk)
        except actions.RulesRefused as refused:
            _say(form, refused, request, school)
    context = {"form": form, "school": school, "own": pages.in_force(school, request.today)}
    return render(request, "casework/rule_return.html", context, status=422 if request.method == "POST" else 200)


def _may(request, school: School | None) -> School | None:
    if not request.scope.sets_rules_of(school and school.pk):
        raise PermissionDenied(SCHOOLS if school else COUNTYS)
    return school


def _new(request, school: School | None):
    instead = _instead(request, school)
    base = _base(request, school, instead)
    given = {"base": base, "today": request.today, "periods": periods(request.today)}
    form = RuleForm(request.POST or None, initial=_initial(school, base, instead), **given)
    if request.method == "POST" and form.is_valid():
        try:
            return redirect("casework:rule_proposal", _made(request, school, form, instead).pk)
        except actions.RulesRefused as refused:
            _say(form, refused, request, school)
    context = {"form": form, "school": school, "base": base, "base_title": pages.title_of(base), "instead": instead}
    context |= {"owner": pages.owner_name(school), "presets": pages.newest_presets()}
    return render(request, "casework/rule_form.html", context, status=422 if request.method == "POST" else 200)


def _say(form, refused: actions.RulesRefused, request, school) -> None:
    for reason in refused.reasons:
        form.add_error(None, reason)
    if isinstance(refused, actions.RulesChanged):  # told once: the next press goes by what stands now
        form.data = request.POST.copy()
        form.data["seen"] = actions.standing(school)


def _made(request, school, form: VersionForm, instead):
    given = {name: form.cleaned_data[name] for name in ("starts_on", "reason", "period", "seen")}
    given |= {"by": request.user, "scope": request.scope, "today": request.today, "then": try_later, "school": school}
    if isinstance(form, RuleForm):
        made = actions.propose(title=form.cleaned_data["title"], triggers=form.triggers, **given)
    else:
        made = actions.propose_return(**given)
    if instead and instead != made:
        with suppress(actions.RulesRefused):  # somebody has meanwhile let it count: then both stand
            actions.give_up(by=request.user, proposal=instead)
    return made


def _instead(request, school):
    """The proposal that the new version takes the place of, where it still waits."""
    return queries.waiting_of(school, request.scope).filter(pk=_number(request.GET.get("instead"))).first()


def _base(request, school, instead) -> StoredRuleSet:
    """The version that the form begins as a copy of: the one asked for, else the one in force."""
    if instead:
        return instead.rule_set
    if asked := request.GET.get("from"):
        return get_object_or_404(queries.versions_to_begin_with(request.scope), pk=_number(asked))
    return pages.in_force(school, request.today).rule_set


def _number(text: str | None) -> int:
    return int(text) if text and text.isdecimal() and len(text) < 10 else 0


def _initial(school, base: StoredRuleSet, instead) -> dict:
    given = {"title": f"{pages.owner_name(school)}规则", "seen": actions.standing(school)}
    if instead:
        given |= {"title": base.title, "starts_on": instead.starts_on, "reason": instead.reason}
    return given


# ---- one that waits, and what becomes of it ------------------------------------------------------


@require_safe
def rule_proposal(request, pk: int):
    """One version: what it would change, what the dry run found, and to whom."""
    shown = queries.proposal_page(_proposal(request, pk), request.scope, request.today)
    context = {"shown": shown, "proposal": shown.proposal, "progress": shown.progress}
    offered = periods(request.today)
    tried = next((each.code for each in offered if each.first == shown.proposal.first_day), None)
    context["form"] = PeriodForm(periods=offered, initial={"period": tried})
    page = "casework/rule_progress.html" if shown.progress else "casework/rule_proposal.html"
    return render(request, page, context)


@require_safe
def rule_progress(request, pk: int):
    """The bar alone, for the page to draw anew; once the dry run is done, the whole page again."""
    proposal = _proposal(request, pk)
    if proposal.state != queries.State.REHEARSING:
        return HttpResponse(headers={"HX-Refresh": "true"})
    context = {"proposal": proposal, "progress": queries.progress_of(proposal)}
    return render(request, "casework/rule_bar.html", context)


@require_POST
def try_rules(request, pk: int):
    """The dry run on another period, or once more."""
    form = PeriodForm(request.POST, periods=periods(request.today))
    if not form.is_valid():
        messages.error(request, "没有重新试算：请在列出的时间里选择。")
        return redirect("casework:rule_proposal", _changeable(request, pk).pk)

    def again(proposal):
        actions.rehearse_again(by=request.user, proposal=proposal, period=form.cleaned_data["period"], then=try_later)

    return _done(request, pk, again, "已按选的时间重新试算。")


@require_POST
def adopt_rules(request, pk: int):
    """Let what was shown hold from its day on."""

    def adopt(proposal):
        seen = request.POST.get("seen", "")
        actions.adopt(by=request.user, scope=request.scope, proposal=proposal, seen=seen, today=request.today)

    return _done(request, pk, adopt, "已采用，到开始日期起执行。")


@require_POST
def give_up_rules(request, pk: int):
    """Throw away what was only tried."""
    return _done(request, pk, lambda row: actions.give_up(by=request.user, proposal=row), "已放弃，规则没有改动。")


@require_POST
def withdraw_rules(request, pk: int):
    """Take an adoption back before its day."""
    return _done(
        request,
        pk,
        lambda row: actions.withdraw(by=request.user, proposal=row, today=request.today),
        "已撤回，规则没有改动。",
    )


def _done(request, pk: int, act, told: str):
    proposal = _changeable(request, pk)
    try:
        act(proposal)
        messages.success(request, told)
    except actions.RulesRefused as refused:
        messages.error(request, f"{refused}。")
    return redirect("casework:rule_proposal", pk)


def _changeable(request, pk: int):
    proposal = _proposal(request, pk)
    _may(request, proposal.school)
    return proposal


def _proposal(request, pk: int):
    return get_object_or_404(queries.proposals_seen(request.scope), pk=pk)
