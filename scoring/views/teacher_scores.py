"""个人绩效: the teachers of a school in a month, and one teacher's month with every fact that counts."""

from django.http import Http404
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from scoring.appeals import FactKind, facts_of
from scoring.forms import OneSchool
from scoring.models import Appeal
from scoring.queries import appeals
from scoring.queries.award_lists import awards_of_person
from scoring.queries.charge_lines import lines_in_words
from scoring.queries.months import ScoreMonth, month_asked, months_begun
from scoring.queries.teacher_scores import TeacherMonth, classes_of, teacher_months
from scoring.teacher_scores import ClassMonth, Share, as_score
from scoring.views.months import asked_code, month_of_address, month_tabs
from students.access import CLASS_ROLES, COUNTY_ROLES, SCHOOL_ROLES
from students.models import Person, School, SchoolClass
from students.views.audience import only_for
from students.views.lists import same_filters

teachers_page = only_for(COUNTY_ROLES | SCHOOL_ROLES, "个人绩效由学校管理人员和县教育局查看，自己的在“我的考核”里看")
own_page = only_for(CLASS_ROLES, "“我的考核”由班主任和科任教师查看")


def asked_months(request) -> tuple[list[ScoreMonth], ScoreMonth]:
    """The months that are offered, and the one that the address asks for, also of an earlier school year."""
    months = months_begun(request.today)
    asked = asked_code(request)
    earlier = month_asked(*asked, today=request.today) if asked else None
    return months, earlier or month_of_address(request, months)


def asked_school(request) -> OneSchool:
    """The school whose teachers the address asks for, of those in the scope."""
    form = OneSchool(request.GET, schools=list(School.objects.visible_to(request.scope.of_own_schools)))
    form.full_clean()
    return form


@require_safe
@teachers_page
def teachers(request):
    """The teachers of a school with their points of the month."""
    form = asked_school(request)
    months, month = asked_months(request)
    rows = teacher_months(SchoolClass.objects.filter(school=form.chosen), month) if form.chosen else []
    context = {
        "form": form,
        "month": month,
        "months": month_tabs(request, months, month),
        "rows": rows,
        "count": f"共{len(rows)}人",
        "file_url": same_filters(request, "reports:teacher_scores_file"),
    }
    return render(request, "scoring/teachers.html", context)


@require_safe
@teachers_page
def teacher(request, pk):
    """A teacher's month for whoever runs their school."""
    person = get_object_or_404(Person, pk=pk)
    visible = SchoolClass.objects.visible_to(request.scope.of_own_schools)
    return _teacher_page(request, person, visible, is_own=False)


@require_safe
@own_page
def mine(request):
    """The reader's own month: what counts for them, and every fact of it."""
    return _teacher_page(request, request.user, SchoolClass.objects.all(), is_own=True)


def _teacher_page(request, person: Person, visible, *, is_own: bool):
    months, month = asked_months(request)
    year = month.month.school_year
    classes = visible.filter(pk__in=classes_of(person.pk, year))
    if not is_own and not classes.exists():
        raise Http404
    found = teacher_months(classes, month, person=person.pk)
    context = {
        "teacher": person,
        "is_own": is_own,
        "month": month,
        "months": month_tabs(request, months, month),
        "awards": list(awards_of_person(person, request.scope if not is_own else None)),
        "found": [(each, _shares(each, request.scope if is_own else None, year)) for each in found],
    }
    return render(request, "scoring/teacher.html", context)


def _shares(each: TeacherMonth, scope, school_year: int) -> list[dict]:
    """The classes that count, each with its lines in words and the appeals against them; of a class that is no longer
    in ``scope`` (None: all are) no child is named."""
    made = appeals.against(Appeal.objects.all(), [school_class.pk for school_class, _ in each.shares])
    closed_until = appeals.closed_until(each.school.pk, school_year)
    return [
        _told(share, room, each.months[room.pk], scope, appeals=made.get(room.pk, {}), closed_until=closed_until)
        for room, share in each.shares
    ]


def _told(share: Share, school_class: SchoolClass, month: ClassMonth, scope, **standing) -> dict:
    facts = month.after.facts
    lines = lines_in_words(as_score(share, month), **standing)
    return {
        "share": share,
        "school_class": school_class,
        "opens": scope is None or school_class.pk in scope.classes,
        "opens_class": scope is None or school_class.pk in scope.homeroom,
        "target": month.after.scheme.targets[school_class.stage].words,
        "counts": f"学年初{facts.baseline}人，流失{len(facts.lost)}人",
        "lines": [line for line in lines if line.points or line.facts],
        "charged": _charged(share, month),
    }


def _charged(share: Share, month: ClassMonth) -> set[str]:
    """The facts that the teacher may appeal against: those that cost points still and count for them."""
    found = facts_of(month.after)
    return {fact.name for fact in found if fact.kind is not FactKind.LOSS or share.target is not None}
