"""Work reports as the pages make them, for tests of what becomes of them."""

from datetime import date

from django.urls import reverse
from django.utils import timezone

from casework.contacts import ContactMethod
from casework.models import Contact
from reports.actions import work_reports as actions
from reports.models import WorkReport
from reports.queries.work_reports import Unit, periods
from tests.scene import MONDAY

LIST = reverse("reports:work_reports")


def address(name: str, report=None) -> str:
    return reverse(f"reports:{name}", args=[(report or the_report()).pk])


def the_report() -> WorkReport:
    return WorkReport.objects.latest("pk")


def begin(client, unit: str, period: str = "month-2026-09-01"):
    return client.post(LIST, {"unit": unit, "period": period}, follow=True)


def drafted(scene) -> WorkReport:
    unit = Unit(scene.school.township, scene.school)
    return actions.draft(by=scene.clerk, unit=unit, period=periods(MONDAY)[2])[0]


def contact(child, day: date, method=ContactMethod.PHONE, result="") -> None:
    Contact.objects.create(student=child, day=day, method=method, result=result, recorded_at=timezone.now())
