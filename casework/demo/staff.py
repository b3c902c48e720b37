"""The county's staff and their postings, and the accounts by which a visitor logs in as each role."""

from datetime import date
from itertools import cycle, islice
from random import Random
from typing import NamedTuple

from django.contrib.auth.hashers import make_password

from casework.demo.names import FEMALE, MALE, adult_name
from casework.demo.papers import Papers
from casework.demo.plan import CLASS_SIZE, CountyPlan, SchoolPlan
from students.access import Scope, in_force, scope_of
from students.models import Person, Posting, Role

# A demonstration's only, printed beside every log-in.
PASSWORD = "yanshi2468"  # nosec B105
OFFICERS_A_TOWNSHIP = 2
LARGE_SCHOOL = 12  # classes from which a school has two deputy heads
TEACHERS_A_CLASS = 1.5  # besides the 班主任
MAIN_SUBJECTS = ("语文", "数学")
SUBJECTS = {
    "primary": ("英语", "科学", "道德与法治", "体育", "音乐", "美术"),
    "junior": ("英语", "物理", "历史", "生物", "地理", "道德与法治", "体育", "音乐"),
}


class LogIn(NamedTuple):
    """An account that is printed: the role that it shows and its user name."""

    role: Role
    username: str


LOG_INS = (
    LogIn(Role.HOMEROOM_TEACHER, "banzhuren"),
    LogIn(Role.SUBJECT_TEACHER, "kerenjiaoshi"),
    LogIn(Role.REGISTRY_CLERK, "jiaowu"),
    LogIn(Role.PRINCIPAL, "xiaozhang"),
    LogIn(Role.DEPUTY_HEAD, "fenguan"),
    LogIn(Role.TOWNSHIP_OFFICER, "xiangzhen"),
    LogIn(Role.INSPECTOR, "duxue"),
    LogIn(Role.BUREAU_OFFICER, "jiaoyuju"),
    LogIn(Role.ADMINISTRATOR, "guanliyuan"),
)
USERNAMES = {log_in.role: log_in.username for log_in in LOG_INS}


class Staffing:
    """Collects people and postings and stores them together. ``shown`` are the people of the printed log-ins."""

    def __init__(self, plan: CountyPlan, papers: Papers, rng: Random):
        self.plan, self.papers, self.rng = plan, papers, rng
        self.people: list[Person] = []
        self.postings: list[Posting] = []
        self.shown: dict[Role, Person] = {}
        year = plan.span.school_year
        self.long_ago = date(year - 3, 8, 25)
        self.year_start = date(year, 9, 1)

    def hire(self) -> None:
        """Everybody, from the bureau to the subject teachers, each with their postings."""
        self._bureau()
        for school in self.plan.schools:
            self._heads(school)
            self._homeroom_teachers(school)
            self._subject_teachers(school)
        self._changes_of_hands()
        for role, person in self.shown.items():
            person.username, person.password = USERNAMES[role], make_password(PASSWORD)
            person.must_change_password = False
        Person.objects.bulk_create(self.people)
        for posting in self.postings:
            posting.person_id = posting.person.pk
        Posting.objects.bulk_create(self.postings)

    def _person(self) -> Person:
        number = f"T{len(self.people) + 1:04d}"
        person = Person(
            staff_number=number,
            username=number.lower(),
            name=adult_name(self.rng, self.rng.choice((MALE, FEMALE))).full,
            phone=self.papers.phone(),
            password=make_password(None),  # nobody logs in here before an administrator hands out a slip
        )
        self.people.append(person)
        return person

    def _post(self, person: Person, role: Role, *, since: date | None = None, shown: bool = False, **place) -> Person:
        self.postings.append(Posting(person=person, role=role, since=since or self.long_ago, **place))
        if shown:
            self.shown.setdefault(role, person)
        return person

    def _bureau(self) -> None:
        self._post(self._person(), Role.ADMINISTRATOR, shown=True)
        for _ in range(3):
            self._post(self._person(), Role.BUREAU_OFFICER, shown=True)
        home = self.plan.shown_school.township
        for township in [home, *(other for other in self.plan.townships if other is not home)]:
            for _ in range(OFFICERS_A_TOWNSHIP):
                self._post(self._person(), Role.TOWNSHIP_OFFICER, township=township, shown=True)
        for township in [home, self.plan.townships[-1]]:
            self._post(self._person(), Role.INSPECTOR, township=township, shown=True)
        self._post(self._person(), Role.INSPECTOR)  # without a township: the whole county

    def _heads(self, school: SchoolPlan) -> None:
        shown, place = school is self.plan.shown_school, {"school": school.row}
        school.principal = self._post(self._person(), Role.PRINCIPAL, shown=shown, **place)
        if len(school.classes) <= 3:  # a teaching point: one person does it all
            self._post(school.principal, Role.REGISTRY_CLERK, **place)
            school.clerk = school.deputy = school.principal
            return
        school.clerk = self._post(self._person(), Role.REGISTRY_CLERK, shown=shown, **place)
        school.deputy = self._post(self._person(), Role.DEPUTY_HEAD, shown=shown, **place)
        if len(school.classes) > LARGE_SCHOOL:
            self._post(self._person(), Role.DEPUTY_HEAD, **place)

    def _homeroom_teachers(self, school: SchoolPlan) -> None:
        """Each teaches a main subject in the own class and in the next one.

        Only the one of the printed log-in does not, so that a visitor finds the day of a 班主任 and nothing else.
        """
        for of in school.classes:
            of.teacher = self._post(
                self._person(),
                Role.HOMEROOM_TEACHER,
                since=date(of.row.cohort, 8, 25),
                shown=of.is_shown,
                school=school.row,
                school_class=of.row,
            )
        for position, of in enumerate(school.classes):
            nearest = [other.teacher for other in school.classes[position::-1] + school.classes[:position:-1]]
            free = [teacher for teacher in nearest if teacher is not self.shown.get(Role.HOMEROOM_TEACHER)]
            for teacher, subject in zip(free, MAIN_SUBJECTS, strict=False):
                self._teach(teacher, of, subject)

    def _subject_teachers(self, school: SchoolPlan) -> None:
        subjects = SUBJECTS[school.classes[0].row.stage]
        wanted = max(2, round(TEACHERS_A_CLASS * len(school.classes) * min(1, school.classes[0].size / CLASS_SIZE)))
        school.teachers = [self._person() for _ in range(wanted)]
        by_subject = {subject: school.teachers[i :: len(subjects)] for i, subject in enumerate(subjects)}
        for i, subject in enumerate(subjects):
            own = by_subject[subject] or [school.teachers[i % wanted]]
            for of, teacher in zip(school.classes, islice(cycle(own), len(school.classes)), strict=True):
                self._teach(teacher, of, subject, shown=of.is_shown)

    def _teach(self, teacher: Person, of, subject: str, *, shown: bool = False) -> None:
        self._post(
            teacher,
            Role.SUBJECT_TEACHER,
            since=max(self.long_ago, date(of.row.cohort, 8, 25)),
            shown=shown,
            school=of.school.row,
            school_class=of.row,
            subject=subject,
        )

    def _changes_of_hands(self) -> None:
        """A class that had another 班主任 before this year."""
        school = self.plan.shown_school
        older = next(of for of in school.classes if of.grade == 9)
        held = (posting for posting in self.postings if posting.person is older.teacher)
        own = next(posting for posting in held if posting.role == Role.HOMEROOM_TEACHER)
        own.since = self.year_start
        place = {"school": school.row, "school_class": older.row}
        self._post(
            self._person(), Role.HOMEROOM_TEACHER, since=date(older.row.cohort, 8, 25), until=self.year_start, **place
        )


def scope_on(person: Person, today: date) -> Scope:
    """What somebody may see and do on a day."""
    return scope_of(person, in_force(person.postings.all(), today))


def holders(today: date, **post) -> list[Person]:
    """Those who hold a post, the longest in it first."""
    return [
        row.person for row in in_force(Posting.objects.filter(**post), today).select_related("person").order_by("pk")
    ]
