"""The pages of scores, with a night's scores behind them."""

from django.urls import reverse

from scoring.actions.scores import keep_scores
from scoring.models import StoredScheme, StoredSchoolScheme
from students.models import Person
from tests.browser.pledge_pages import pledge_pages_of
from tests.scene import MONDAY
from tests.scoring.month_versions import adopted as months_adopted
from tests.scoring.month_versions import proposed as months_proposed
from tests.scoring.versions import NEXT, adopted, content, proposed, tried


def score_pages_of(classroom) -> dict[str, tuple[Person, str]]:
    """班级责任考核: of the county, of a school, of a class, to export; the months; 考核办法 and versions by form."""
    keep_scores(today=MONDAY)
    one = reverse("scoring:class_score", args=[classroom.school_class.pk])
    months, teachers = reverse("scoring:school_months"), reverse("scoring:teachers")
    return {
        "responsibility": (classroom.bureau, reverse("scoring:responsibility")),
        "scores by school": (classroom.bureau, reverse("scoring:scores")),
        "scores of classes": (classroom.principal, reverse("scoring:scores")),
        "scores, none found": (classroom.bureau, reverse("scoring:scores") + "?grade=9"),
        "a class's score": (classroom.teacher, one),
        "a class's score on a day to come": (classroom.teacher, f"{one}?day=2199-01-01"),
        "scores to export": (classroom.clerk, reverse("reports:class_scores_file")),
        "months of schools": (classroom.bureau, months),
        "months of schools, none found": (classroom.bureau, f"{months}?band=pass"),
        "a school's month": (classroom.principal, reverse("scoring:school_month", args=[classroom.school.pk])),
        "months of schools to export": (classroom.bureau, reverse("reports:school_scores_file")),
        "months of teachers": (classroom.principal, teachers),
        "a teacher's month": (classroom.clerk, reverse("scoring:teacher", args=[classroom.teacher.pk])),
        "one's own month": (classroom.teacher, reverse("scoring:mine")),
        "months of teachers to export": (classroom.clerk, reverse("reports:teacher_scores_file")),
        **_scheme_pages_of(classroom),
        **pledge_pages_of(classroom),
    }


def _scheme_pages_of(classroom) -> dict[str, tuple[Person, str]]:
    bureau, principal, school = classroom.bureau, classroom.principal, classroom.school
    standard = StoredScheme.objects.get(code="class_standard").pk
    own = proposed(principal, school, late_report={"open": -2}, missed_roll_call={"none": -2, "some": -1})
    adopted(own, principal)
    waiting = proposed(bureau, None, verified_return={"verified": 4})  # nobody has tried it yet
    countys = tried(bureau, made=content(bounds={}, wholes={"veto_above": 3}))
    place, to_own = [school.pk], [own.pk]
    compare = f"{reverse('scoring:scheme_comparison')}?before={standard}&after={own.scheme_id}"
    return {
        "the county's scheme": (bureau, reverse("scoring:county_scheme")),
        "a school's scheme": (classroom.teacher, reverse("scoring:school_scheme", args=place)),
        "a scheme's version": (principal, reverse("scoring:scheme_version", args=[own.scheme_id])),
        "schemes to compare": (principal, reverse("scoring:scheme_comparison")),
        "schemes compared": (principal, compare),
        "a new scheme for the county": (bureau, reverse("scoring:new_county_scheme")),
        "a new scheme for a school": (principal, reverse("scoring:new_school_scheme", args=place)),
        "back to the county's scheme": (principal, reverse("scoring:return_school_scheme", args=place)),
        "a scheme adopted": (principal, reverse("scoring:scheme_proposal", args=to_own)),
        "a scheme being tried": (bureau, reverse("scoring:scheme_proposal", args=[waiting.pk])),
        "a scheme tried": (bureau, reverse("scoring:scheme_proposal", args=[countys.pk])),
        **_month_scheme_pages_of(classroom),
    }


def _month_scheme_pages_of(classroom) -> dict[str, tuple[Person, str]]:
    bureau, standard = classroom.bureau, StoredSchoolScheme.objects.get(code="school_standard").pk
    held = months_proposed(bureau, base=95)
    months_adopted(held, bureau)
    tried_again = months_proposed(bureau, school_year=NEXT + 1, bands={"excellent": 99, "good": 98})
    compare = f"{reverse('scoring:month_scheme_comparison')}?before={standard}&after={held.scheme_id}"
    return {
        "the scheme for schools": (classroom.teacher, reverse("scoring:month_scheme")),
        "a version of the scheme for schools": (
            classroom.principal, reverse("scoring:month_scheme_version", args=[held.scheme_id]),
        ),
        "schemes for schools compared": (classroom.principal, compare),
        "a new scheme for schools": (bureau, reverse("scoring:new_month_scheme")),
        "a scheme for schools adopted": (bureau, reverse("scoring:month_scheme_proposal", args=[held.pk])),
        "a scheme for schools tried": (bureau, reverse("scoring:month_scheme_proposal", args=[tried_again.pk])),
    }  # fmt: skip
