"""The pages of scores, with a night's scores behind them."""

from django.urls import reverse

from scoring.actions.scores import keep_scores
from students.models import Person
from tests.scene import MONDAY


def score_pages_of(classroom) -> dict[str, tuple[Person, str]]:
    """班级责任考核: of the county, of a school, of a class, to export."""
    keep_scores(today=MONDAY)
    one = reverse("scoring:class_score", args=[classroom.school_class.pk])
    return {
        "scores by school": (classroom.bureau, reverse("scoring:scores")),
        "scores of classes": (classroom.principal, reverse("scoring:scores")),
        "scores, none found": (classroom.bureau, reverse("scoring:scores") + "?grade=9"),
        "a class's score": (classroom.teacher, one),
        "a class's score on a day to come": (classroom.teacher, f"{one}?day=2199-01-01"),
        "scores to export": (classroom.clerk, reverse("reports:class_scores_file")),
    }
