"""People at their own devices over many weeks: what a story that is told in the browser begins with."""

from dataclasses import dataclass, field
from datetime import date

import pytest
import time_machine
from playwright.sync_api import Page, expect

from casework.actions.acts import record_contact
from casework.contacts import ContactMethod
from casework.models import Contact
from students.models import Person, Role, RollCall, SchoolClass, Student
from students.queries.calendar import current_calendar
from tests import cast
from tests.browser.conftest import DESKTOP, PHONE
from tests.printed import Printed
from tests.scene import MONDAY, at

NAMES = ("高东", "袁然远", "胡涛")


@dataclass
class Actor:
    """Somebody with a log-in and a page of their own; after a night they log in anew."""

    person: Person
    page: Page
    sign_in: object

    def open(self, address: str = "/") -> Page:
        """Go to an address, by way of the log-in page where the session is over."""
        self.page.goto(address)
        if "/login/" in self.page.url:
            self.sign_in(self.page, self.person.username, cast.PASSWORD)
            if address != "/":
                self.page.goto(address)
        return self.page

    def follow(self, name: str, *, exact: bool = True) -> Page:
        """Press a link or a button of the present page."""
        found, wanted = self.page.get_by_role, {"name": name, "exact": exact}
        found("link", **wanted).or_(found("button", **wanted)).first.click()
        return self.page

    def fill(self, **answers: str) -> None:
        """Answer the fields of the form by their names: a text is typed, a choice taken, a tile ticked."""
        for name, answer in answers.items():
            asked = self.page.locator(f"[name={name}]")
            if asked.first.get_attribute("type") in ("radio", "checkbox"):
                for value in answer.split():
                    self.page.locator(f'[name={name}][value="{value}"]').check()
            elif asked.first.evaluate("each => each.tagName") == "SELECT":
                asked.select_option(answer)
            else:
                asked.fill(answer)

    def is_told(self, words: str) -> None:
        """What the page says after something has been done."""
        expect(self.page.get_by_role("status").first).to_contain_text(words)

    def download(self, address: str) -> Printed:
        """A PDF, fetched with the session of this browser."""
        answer = self.page.request.get(address)
        assert (answer.status, answer.headers["content-type"]) == (200, "application/pdf")
        return Printed(answer.body())


@dataclass
class Story:
    """One class, one child, and everybody who has to do with it; ``today`` moves on from school day to school day."""

    clock: object
    school_class: SchoolClass
    children: list[Student]
    actors: dict[str, Actor]
    today: date = MONDAY
    papers: dict[str, str] = field(default_factory=dict)  # kind of a document → its address
    printed: dict[str, Printed] = field(default_factory=dict)  # and the paper as it was issued

    @property
    def child(self) -> Student:
        return self.children[0]

    def __getitem__(self, who: str) -> Actor:
        return self.actors[who]

    def at(self, day: date, hour: int = 8, minute: int = 20) -> None:
        """The clock stands at a moment of a day, and goes on."""
        self.today = day
        self.clock.move_to(at(day, hour, minute), tick=True)

    def go_on_to(self, day: date, *, away: bool = True) -> None:
        """Let the school days go by up to ``day``: what is left of today, and those between."""
        school_days = current_calendar().school_days(
            school=self.school_class.school_id, school_class=self.school_class.pk
        )
        self._end_day(away)
        while (passing := school_days.after(self.today)) < day:
            self.at(passing)
            self._end_day(away)
        self.at(day)

    def _end_day(self, away: bool) -> None:
        """The registers of today that nobody has taken yet; where the child is away, its mother has been rung up."""
        teacher, marks = self["teacher"].person, {"child": (self.child, "unexcused")} if away else {}
        for slot in ("AM", "PM"):
            if not RollCall.objects.filter(school_class=self.school_class, day=self.today, slot=slot).exists():
                cast.take_register(teacher, self.school_class, self.today, slot, **marks)
        if away and not Contact.objects.filter(student=self.child, day=self.today).exists():
            record_contact(
                by=teacher, student=self.child, day=self.today, method=ContactMethod.PHONE, today=self.today,
                result="母亲说孩子还在表哥那里",
            )  # fmt: skip


@pytest.fixture
def story(transactional_db, open_page, sign_in):
    """Monday 7 September 2026, 8:20; the rows are committed, since the pages come from another thread."""
    with time_machine.travel(at(MONDAY, 8, 20), tick=True) as clock:
        cast.terms()
        school = cast.school()
        school_class = cast.school_class(school)
        posts = {
            "subject": ("任军", Role.SUBJECT_TEACHER, {"school_class": school_class}, PHONE),
            "teacher": ("沈明", Role.HOMEROOM_TEACHER, {"school_class": school_class}, PHONE),
            "clerk": ("何静", Role.REGISTRY_CLERK, {"school": school}, DESKTOP),
            "principal": ("罗宁", Role.PRINCIPAL, {"school": school}, DESKTOP),
            "township": ("韩刚", Role.TOWNSHIP_OFFICER, {"township": school.township}, DESKTOP),
            "bureau": ("苏远", Role.BUREAU_OFFICER, {}, DESKTOP),
            "second": ("江平", Role.BUREAU_OFFICER, {}, DESKTOP),
        }
        yield Story(
            clock=clock,
            school_class=school_class,
            children=cast.students(school_class, *NAMES, address="东坪镇石桥村3组"),
            actors={
                who: Actor(cast.person(name, role=role, **place), open_page(**device), sign_in)
                for who, (name, role, place, device) in posts.items()
            },
        )
