"""The pages beside the month's figures, with a night's counting behind them."""

from django.urls import reverse

from reports.actions.figures import keep_figures
from students.models import Person
from tests.scene import MONDAY


def county_pages_of(classroom) -> dict[str, tuple[Person, str]]:
    """控辍看板 of a county and of a school, the month by parts, 届, three years, and what is exported."""
    keep_figures(today=MONDAY)
    bureau, parts = classroom.bureau, reverse("reports:figure_parts")
    behind = reverse("reports:figure_children", args=["closing"])
    return {
        "the county's board": (bureau, reverse("reports:county")),
        "a school's board": (classroom.principal, reverse("reports:county")),
        "schools compared to export": (bureau, reverse("reports:school_rates_file")),
        "a month by sex": (bureau, parts),
        "a month by township": (bureau, f"{parts}?by=township"),
        "a month by group": (bureau, f"{parts}?by=group"),
        "a month by parts to export": (bureau, reverse("reports:figure_parts_file")),
        "children behind a number of a board": (bureau, f"{behind}?night=1"),
        "children behind a number to export": (bureau, f"{behind}file/"),
        "entry cohorts": (bureau, reverse("reports:cohorts")),
        "entrants of a cohort": (bureau, reverse("reports:cohort_children", args=["entrants"])),
        "entry cohorts to export": (bureau, reverse("reports:cohorts_file")),
        "the day's bulletin": (bureau, reverse("reports:bulletin")),
        "the day's bulletin to export": (bureau, reverse("reports:bulletin_file")),
        "three years": (bureau, reverse("reports:years")),
        "three years to export": (bureau, reverse("reports:years_file")),
    }
