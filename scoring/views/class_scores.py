"""班级责任考核: the scores of the classes in a scope, and one class with every fact that counts."""

from datetime import date, timedelta

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from scoring.forms import ScoreDay, ScoreFilter
from scoring.queries import appeals, freezes
from scoring.queries import score_pages as queries
from scoring.queries.award_lists import awards_of_class
from scoring.queries.charge_lines import lines_in_words
from scoring.queries.class_scores import class_scores
from scoring.queries.scheme_pages import scheme_news
from students.access import AREA_ROLES, REGISTRY_ROLES, SCHOOL_ROLES
from students.calendar import school_year_of
from students.metrics import DROPOUT_RATE
from students.models import School, SchoolClass
from students.templatetags.chinese import cdate_short
from students.views.audience import only_for
from students.views.lists import same_filters, tabs

PAGE_SIZE = 50
score_page = only_for(REGISTRY_ROLES, "班级责任考核由班主任、学校和主管部门查看")


@require_safe
@score_page
def scores(request):
    """The classes of the scope on a kept day, the highest score first; or grades, schools, townships."""
    days = queries.days_kept(request.scope)
    day = asked_day(request, days)
    form = asked_filter(request)
    rows = queries.scores_on(request.scope, day, **form.narrowed)
    part = _part(request)
    context = {
        "form": form,
        "day": day,
        "days": tabs(request, _labels(days), name="day", shown=str(day), counts={}),
        "parts": tabs(request, _parts(request.scope), name="by", shown=part, counts={}),
        "part": part,
        "whole": queries.whole_of(rows),
        "totals": queries.parts_of(rows, part, day) if part != "class" else [],
        "page": Paginator(freezes.with_frozen(rows, day), PAGE_SIZE).get_page(request.GET.get("page")),
        "frozen": freezes.number_frozen(rows, day),
        "definition": DROPOUT_RATE.note,
        "news": scheme_news(request.scope, request.today),
        "file_url": same_filters(request, "reports:class_scores_file"),
    }
    return render(request, "scoring/scores.html", context)


def asked_filter(request) -> ScoreFilter:
    """What the address narrows the scores down to."""
    form = ScoreFilter(request.GET, schools=list(School.objects.visible_to(request.scope)))
    form.full_clean()
    return form


def asked_classes(request, day: date) -> tuple[QuerySet[SchoolClass], tuple[str, ...]]:
    """The classes that the page shows on ``day``, and in words what they were narrowed down to."""
    form = asked_filter(request)
    rows = queries.scores_on(request.scope, day, **form.narrowed).order_by()
    classes = SchoolClass.objects.visible_to(request.scope).filter(pk__in=rows.values("school_class"))
    chosen = [dict(form.fields[name].choices).get(value) for name, value in form.narrowed.items() if value]
    return classes, tuple(filter(None, chosen)) or ("全部班级",)


def asked_day(request, days: list[date]) -> date | None:
    """The kept day that the address asks for, else the latest."""
    asked = request.GET.get("day", "")
    return next((day for day in days if str(day) == asked), days[0] if days else None)


def _labels(days: list[date]) -> dict[str, str]:
    return {str(day): cdate_short(day) for day in days}


def _part(request) -> str:
    parts = _parts(request.scope)
    return request.GET["by"] if request.GET.get("by") in parts else next(iter(parts))


def _parts(scope) -> dict[str, str]:
    """How a reader can take the classes together: over an area by school first."""
    if scope.roles & AREA_ROLES:
        return {part: queries.PARTS[part] for part in ("school", "class", "grade", *(["township"] * scope.county))}
    return {part: queries.PARTS[part] for part in ("class", "grade")} if scope.roles & SCHOOL_ROLES else {"class": ""}


@require_safe
@score_page
def class_score(request, pk):
    """One class's score through a day: each line with its facts, and how it went month by month."""
    school_class = get_object_or_404(SchoolClass.objects.visible_to(request.scope).select_related("school"), pk=pk)
    yesterday = request.today - timedelta(days=1)
    form = ScoreDay(request.GET or None, initial={"day": yesterday}, today=request.today)
    day = form.cleaned_data["day"] if form.is_valid() else yesterday
    [(_, made)] = class_scores(SchoolClass.objects.filter(pk=pk), as_of=day)
    points = queries.month_points(request.scope, pk, school_year_of(day))
    context = {
        "school_class": school_class,
        "form": form,
        "day": day,
        "made": made,
        "lost_note": _lost_note(made),
        "chart_floor": min([0, *(total for _, total in points)]),
        "target": made.scheme.targets[school_class.stage].words,
        "lines": _lines(request, school_class, made, day),
        "may_appeal": request.scope.may_answer_for(school_class),
        "awards": list(awards_of_class(pk)),
        "frozen": freezes.frozen_for(request.scope, pk, day, school_year_of(day)),
        "points": [(cdate_short(each), total) for each, total in points],
    }
    return render(request, "scoring/class_score.html", context)


def _lines(request, school_class: SchoolClass, made, day: date):
    """The lines with the appeals against their facts, and whether one can still be made."""
    closed_until = appeals.closed_until(school_class.school_id, school_year_of(day))
    return lines_in_words(made, appeals.of_class(request.scope, school_class.pk), closed_until=closed_until)


def _lost_note(made) -> str:
    facts = made.facts
    rate = DROPOUT_RATE.of(len(facts.lost), facts.baseline).text
    waived = f"，申诉认定不计{facts.waived_lost}人" if facts.waived_lost else ""
    return f"学年初{facts.baseline}人，辍学率{rate}{waived}"
