"""评优: the candidates of a term's awards with every condition, provisional while scores are not frozen."""

from django.core.paginator import Paginator
from django.shortcuts import render
from django.views.decorators.http import require_safe

from casework.queries.duties import source_words
from scoring.award_rules import AwardKind, AwardRule
from scoring.forms import AwardFilter
from scoring.models import ScoreFreeze
from scoring.presets import award_rule_in
from scoring.queries import award_candidates as queries
from students.access import COUNTY_ROLES, OFFICE_ROLES, SCHOOL_ROLES
from students.models import School, Term
from students.templatetags.chinese import cdate
from students.views.audience import only_for
from students.views.lists import tabs

PAGE_SIZE = 50
awards_page = only_for(OFFICE_ROLES, "评优由学校管理岗位和主管部门查看，本人的表彰在“我的考核”里看")


@require_safe
@awards_page
def awards(request):
    """The candidates of an award in a term."""
    terms = list(Term.objects.filter(start__lt=request.today).order_by("-start"))
    term = next((each for each in terms if str(each.pk) == request.GET.get("term")), terms[0] if terms else None)
    kind = asked_kind(request)
    form = AwardFilter(request.GET, schools=schools_of(request.scope))
    context = {
        "term": term,
        "kind": kind,
        "form": form,
        "may_confirm": bool(term) and request.scope.is_bureau,
        "terms": tabs(request, {str(each.pk): str(each) for each in terms}, name="term", shown=str(term and term.pk),
                      counts={}),
        "kinds": tabs(request, {each.value: each.label for each in kinds_of(request.scope)}, name="kind", shown=kind,
                      counts={}),
        **(_shown(request, kind, term, form) if term else {}),
    }  # fmt: skip
    return render(request, "scoring/awards.html", context)


def schools_of(scope) -> list[School]:
    """The schools of the scope, each once."""
    return list(School.objects.visible_to(scope.of_whole_schools).select_related("township").order_by("code"))


def kinds_of(scope) -> list[AwardKind]:
    """Persons are judged by their own scores, which are their school's and the bureau's to see."""
    sees_people = bool(scope.roles & (COUNTY_ROLES | SCHOOL_ROLES))
    return [kind for kind in AwardKind if sees_people or kind is not AwardKind.PERSON]


def asked_kind(request) -> AwardKind:
    """The award that the address asks for, else the first."""
    kinds = kinds_of(request.scope)
    return next((kind for kind in kinds if kind.value == request.GET.get("kind")), kinds[0])


def _rules(rule: AwardRule, kind: AwardKind) -> dict:
    return {
        "rules": [(words, source_words(source)) for words, source in rule.lines(kind)],
        "rule_source": source_words(rule.source),
        "rule": rule,
    }


def _shown(request, kind: AwardKind, term: Term, form: AwardFilter) -> dict:
    frozen = ScoreFreeze.objects.filter(term=term, state=ScoreFreeze.State.FROZEN)
    provisional = form.chosen if form.chosen and not frozen.filter(school=form.chosen).exists() else None
    if kind is not AwardKind.SCHOOL:
        frozen = frozen.filter(school__in=[form.chosen] if form.chosen else form.schools)
    rule = award_rule_in(term.school_year)
    field = queries.field_of(kind, term, rule, freezes=frozen, today=request.today, provisional=provisional)
    lines = [line for line in field.lines if form.keeps(line.school, f"{line.name}{line.note}")]
    visible = {school.pk for school in form.schools}
    awaited, unled = ([school for school in those if school.pk in visible] for those in (field.awaited, field.unled))
    bare = [school for school in field.without_months if school.pk in visible]
    return {
        "field": field,
        **_rules(rule, kind),
        "provisional": provisional,
        "through": cdate(field.freezes[0].day) if provisional else "",
        "unfrozen": sorted(awaited + unled, key=lambda school: school.code),
        "unled": queries.named(unled) if unled else "",
        "bare": queries.named(bare) if bare else "",
        "number": len(lines),
        "met": sum(line.candidate.is_chosen for line in lines),
        "waiting": sum(line.candidate.may_yet_be_chosen for line in lines),
        "count": f"共{len(lines)}{kind.unit}",
        "page": Paginator(lines, PAGE_SIZE).get_page(request.GET.get("page")),
    }
