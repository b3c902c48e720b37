"""考核办法 by form: a new version, what the trial found, letting it count, giving it up, taking it back."""

from contextlib import suppress

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from casework.queries.rule_pages import owner_name
from scoring import jobs
from scoring.actions import scheme_proposals as actions
from scoring.models import SchemeAdoption
from scoring.queries import scheme_pages as pages
from scoring.queries import scheme_proposals as queries
from scoring.queries.scheme_rehearsals import days_to_try
from scoring.queries.version_pages import title_of
from scoring.scheme_forms import CountySchemeForm, DayForm, SchoolSchemeForm, VersionForm, WhyForm
from scoring.views import version_steps as steps
from students.calendar import school_year_label
from students.models import School

COUNTYS = "全县的考核办法由县教育局修改，你可以查看"
SCHOOLS = "学校的考核办法由本校校长和分管领导修改，你可以查看"
PAGE = "scoring:scheme_proposal"
try_later = jobs.try_scheme.enqueue


@require_http_methods(["GET", "HEAD", "POST"])
def new_county_scheme(request):
    """A new version for the county."""
    _may(request, None)
    years, instead = _years(request, None), _instead(request, None)
    base = instead.scheme if instead else actions.stored_for(None, years["asked"])
    given = steps.opened_with(years, base, instead, actions.standing(None))
    form = CountySchemeForm(request.POST or None, base=base.content, **given)
    return _new(request, None, form, instead, base)


@require_http_methods(["GET", "HEAD", "POST"])
def new_school_scheme(request, pk: int):
    """A new version for a school, within what the county leaves open in the school year asked for."""
    school = _may(request, _school(request, pk))
    years, instead = _years(request, school), _instead(request, school)
    county = actions.stored_for(None, years["asked"])
    base = instead.scheme if instead else actions.stored_for(school, years["asked"])
    given = steps.opened_with(years, base, instead, actions.standing(school))
    form = SchoolSchemeForm(request.POST or None, county=county.content, own=base.content, **given)
    return _new(request, school, form, instead, base)


@require_http_methods(["GET", "HEAD", "POST"])
def return_school_scheme(request, pk: int):
    """回到全县办法: a school ends its own scheme from a school year on."""
    school = _may(request, _school(request, pk))
    years, instead = _years(request, school), _instead(request, school)
    form = VersionForm(request.POST or None, **steps.opened_with(years, None, instead, actions.standing(school)))
    if request.method == "POST" and form.is_valid() and (made := _made(request, school, form, instead)):
        return redirect(PAGE, made.pk)
    context = {"form": form, "school": school, "page": pages.scheme_page(school, request.scope, request.today)}
    return render(request, "scoring/scheme_return.html", context, status=422 if request.method == "POST" else 200)


def _may(request, school: School | None) -> School | None:
    if not request.scope.sets_scheme_of(school and school.pk):
        raise PermissionDenied(SCHOOLS if school else COUNTYS)
    return school


def _school(request, pk: int) -> School:
    return get_object_or_404(School.objects.visible_to(request.scope).distinct(), pk=pk)


def _years(request, school: School | None) -> dict:
    return steps.years_to_choose(request, SchemeAdoption.objects.filter(school=school))


def _instead(request, school: School | None):
    return steps.instead_of(request, queries.waiting_of(school, request.scope))


def _new(request, school, form, instead, base):
    if request.method == "POST" and form.is_valid() and (made := _made(request, school, form, instead)):
        return redirect(PAGE, made.pk)
    context = {"form": form, "school": school, "owner": owner_name(school), "base_title": title_of(base)}
    context["year"] = school_year_label(int(form.initial["school_year"]))
    context |= {"whose": "班", "back": pages.address_of(school)}
    return render(request, "scoring/scheme_form.html", context, status=422 if request.method == "POST" else 200)


def _made(request, school, form: VersionForm, instead):
    """The version as it was kept; None where it was refused, and the form says why."""
    given = {name: form.cleaned_data[name] for name in ("school_year", "reason", "seen")}
    given |= {"by": request.user, "school": school, "today": request.today, "as_of": days_to_try(request.today)[0]}
    try:
        if isinstance(form, CountySchemeForm | SchoolSchemeForm):
            made = actions.propose(content=form.made, then=try_later, **given)
        else:
            made = actions.propose_return(**given)
    except actions.SchemeRefused as refused:
        steps.say(form, refused, request, actions.standing(school))
        return None
    if instead and instead != made:
        with suppress(actions.SchemeRefused):  # somebody has meanwhile let it count: then both stand
            actions.give_up(by=request.user, proposal=instead)
    return made


# ---- one that waits, and what becomes of it ------------------------------------------------------


@require_safe
def scheme_proposal(request, pk: int):
    """One version: what it would change, what the trial found, and for which classes."""
    return _page(request, _proposal(request, pk), WhyForm())


def _page(request, proposal, why: WhyForm, status: int = 200):
    shown = queries.proposal_page(proposal, request.scope, request.today)
    context = {"shown": shown, "proposal": proposal, "progress": shown.progress, "why": why}
    days = days_to_try(request.today)
    tried = proposal.as_of if proposal.as_of in days else days[0]
    context["form"] = DayForm(days=days, initial={"as_of": str(tried)})
    page = "scoring/scheme_progress.html" if shown.progress else "scoring/scheme_proposal.html"
    return render(request, page, context, status=status)


@require_safe
def scheme_progress(request, pk: int):
    """The bar alone, for the page to draw anew; once the trial is done, the whole page again."""
    proposal = _proposal(request, pk)
    if proposal.state != queries.State.REHEARSING:
        return HttpResponse(headers={"HX-Refresh": "true"})
    context = {"proposal": proposal, "progress": queries.progress_of(proposal)}
    return render(request, "scoring/scheme_bar.html", context)


@require_POST
def try_scheme(request, pk: int):
    """The trial on another day, or once more."""
    form = DayForm(request.POST, days=days_to_try(request.today))
    if not form.is_valid():
        messages.error(request, "没有重新试算：请在列出的日子里选择。")
        return redirect(PAGE, _changeable(request, pk).pk)

    def again(proposal):
        as_of = form.cleaned_data["as_of"]
        actions.rehearse_again(by=request.user, proposal=proposal, as_of=as_of, then=try_later)

    return steps.done(request, _changeable(request, pk), again, "已按选的日子重新试算。", PAGE)


@require_POST
def adopt_scheme(request, pk: int):
    """Let what was shown hold from its school year on."""

    def adopt(proposal):
        actions.adopt(by=request.user, proposal=proposal, seen=request.POST.get("seen", ""), today=request.today)

    return steps.done(request, _changeable(request, pk), adopt, "已采用，到开始的学年起执行。", PAGE)


@require_POST
def give_up_scheme(request, pk: int):
    """Throw away what was only tried."""
    proposal = _changeable(request, pk)
    return steps.done(
        request, proposal, lambda row: actions.give_up(by=request.user, proposal=row), "已放弃，办法没有改动。", PAGE
    )


@require_POST
def withdraw_scheme(request, pk: int):
    """Take an adoption back, with the reason, while its school year can still be chosen for."""
    proposal, why = _changeable(request, pk), WhyForm(request.POST)
    if not why.is_valid():
        return _page(request, proposal, why, status=422)

    def withdraw(row):
        actions.withdraw(by=request.user, proposal=row, because=why.cleaned_data["because"], today=request.today)

    return steps.done(request, proposal, withdraw, "已撤回。", PAGE)


def _changeable(request, pk: int):
    proposal = _proposal(request, pk)
    _may(request, proposal.school)
    return proposal


def _proposal(request, pk: int):
    return get_object_or_404(queries.proposals_seen(request.scope), pk=pk)
