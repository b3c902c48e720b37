"""学校考核办法: what holds with its sources, versions, two of them side by side; a new version by form, its trial, its
steps."""

from contextlib import suppress

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from casework.queries.duties import source_words
from casework.rule_forms import TwoVersions
from scoring.actions import month_scheme_proposals as actions
from scoring.actions.version_steps import SchemeRefused
from scoring.models import SchoolSchemeAdoption
from scoring.month_scheme_forms import MonthForm, MonthSchemeForm
from scoring.queries import month_scheme_pages as pages
from scoring.queries.month_scheme_rehearsals import months_to_try
from scoring.queries.version_pages import from_words, title_of, waiting_words
from scoring.scheme_forms import WhyForm
from scoring.views import version_steps as steps
from scoring.views.schemes import scheme_readers

BUREAUS = "学校考核办法由县教育局修改，你可以查看"
PAGE = "scoring:month_scheme_proposal"


@require_safe
@scheme_readers
def month_scheme(request):
    """The scheme by which schools are scored month by month."""
    waiting = [(waiting_words(row), row.pk) for row in pages.waiting(request.scope)]
    context = {"page": pages.month_scheme_page(request.scope, request.today), "waiting": waiting}
    return render(request, "scoring/month_scheme.html", context)


@require_safe
@scheme_readers
def month_scheme_version(request, pk: int):
    """One version as it was stored, and from when it holds or held."""
    stored = get_object_or_404(pages.versions_seen(), pk=pk)
    read = pages.scheme_of(stored)
    adopted = SchoolSchemeAdoption.objects.filter(scheme=stored)
    context = {
        "title": title_of(stored),
        "stored": stored,
        "rules": pages.rule_rows(read),
        "source": source_words(read.source),
        "starts": [from_words(row.school_year) for row in adopted],
        "current": pages.month_scheme_page(request.scope, request.today).stored,
    }
    return render(request, "scoring/month_scheme_version.html", context)


@require_safe
@scheme_readers
def month_scheme_comparison(request):
    """Two versions side by side, number by number."""
    asked = request.GET if "before" in request.GET or "after" in request.GET else None
    form = TwoVersions(asked, versions=pages.versions_seen(), titled=title_of)
    context = {"form": form, "compared": None, "back": reverse("scoring:month_scheme")}
    if form.is_valid():
        before, after = form.cleaned_data["before"], form.cleaned_data["after"]
        context["compared"] = pages.compared(before, after)
        context |= {"before": title_of(before), "after": title_of(after)}
    return render(request, "scoring/scheme_comparison.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def new_month_scheme(request):
    """A new version."""
    _may(request)
    years = steps.years_to_choose(request, SchoolSchemeAdoption.objects.all())
    instead = steps.instead_of(request, pages.waiting(request.scope))
    base = instead.scheme if instead else actions.stored_for(years["asked"])
    given = steps.opened_with(years, base, instead, actions.standing())
    form = MonthSchemeForm(request.POST or None, base=base.content, **given)
    if request.method == "POST" and form.is_valid() and (made := _made(request, form, instead)):
        return redirect(PAGE, made.pk)
    context = {"form": form, "school": None, "owner": "全县学校", "base_title": title_of(base)}
    context |= {"whose": "学校", "back": reverse("scoring:month_scheme")}
    return render(request, "scoring/scheme_form.html", context, status=422 if request.method == "POST" else 200)


def _may(request) -> None:
    if not request.scope.sets_scheme_of(None):
        raise PermissionDenied(BUREAUS)


def _made(request, form: MonthSchemeForm, instead):
    """The version as it was kept; None where it was refused, and the form says why."""
    given = {name: form.cleaned_data[name] for name in ("school_year", "reason", "seen")}
    given |= {"by": request.user, "today": request.today, "as_of": months_to_try(request.today)[0].day}
    try:
        made = actions.propose(content=form.made, **given)
    except SchemeRefused as refused:
        steps.say(form, refused, request, actions.standing())
        return None
    if instead and instead != made:
        with suppress(SchemeRefused):  # somebody has meanwhile let it count: then both stand
            actions.give_up(by=request.user, proposal=instead)
    return made


# ---- one that waits, and what becomes of it ------------------------------------------------------


@require_safe
def month_scheme_proposal(request, pk: int):
    """One version: what it would change, and which schools would be in another band."""
    return _page(request, _proposal(request, pk), WhyForm())


def _page(request, proposal, why: WhyForm, status: int = 200):
    shown = pages.month_proposal_page(proposal, request.scope, request.today)
    form = MonthForm(months=months_to_try(request.today), initial={"month": shown.month.month.code})
    context = {"shown": shown, "proposal": proposal, "why": why, "form": form}
    return render(request, "scoring/month_scheme_proposal.html", context, status=status)


@require_POST
def try_month_scheme(request, pk: int):
    """The trial on another month."""
    proposal, form = _changeable(request, pk), MonthForm(request.POST, months=months_to_try(request.today))
    if not form.is_valid():
        messages.error(request, "没有重新试算：请在列出的月份里选择。")
        return redirect(PAGE, proposal.pk)

    def again(row):
        actions.rehearse_again(by=request.user, proposal=row, as_of=form.cleaned_data["month"].day)

    return steps.done(request, proposal, again, "已按选的月份重新试算。", PAGE)


@require_POST
def adopt_month_scheme(request, pk: int):
    """Let what was shown hold from its school year on."""

    def adopt(row):
        actions.adopt(by=request.user, proposal=row, seen=request.POST.get("seen", ""), today=request.today)

    return steps.done(request, _changeable(request, pk), adopt, "已采用，到开始的学年起执行。", PAGE)


@require_POST
def give_up_month_scheme(request, pk: int):
    """Throw away what was only tried."""

    def give_up(row):
        actions.give_up(by=request.user, proposal=row)

    return steps.done(request, _changeable(request, pk), give_up, "已放弃，办法没有改动。", PAGE)


@require_POST
def withdraw_month_scheme(request, pk: int):
    """Take an adoption back, with the reason, while its school year can still be chosen for."""
    proposal, why = _changeable(request, pk), WhyForm(request.POST)
    if not why.is_valid():
        return _page(request, proposal, why, status=422)

    def withdraw(row):
        actions.withdraw(by=request.user, proposal=row, because=why.cleaned_data["because"], today=request.today)

    return steps.done(request, proposal, withdraw, "已撤回。", PAGE)


def _changeable(request, pk: int):
    proposal = _proposal(request, pk)
    _may(request)
    return proposal


def _proposal(request, pk: int):
    return get_object_or_404(pages.proposals_seen(request.scope), pk=pk)
