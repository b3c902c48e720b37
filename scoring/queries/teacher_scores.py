"""The months of teachers (个人绩效): reckoned from the scores of their classes, through 任课."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import groupby

from django.db.models import Min, Q, QuerySet

from scoring.presets import school_scheme_in
from scoring.queries.class_scores import class_scores_on
from scoring.queries.months import ScoreMonth
from scoring.scheme import Affected, Measure, plain
from scoring.school_scheme import SchoolScheme
from scoring.teacher_scores import ClassMonth, Share, Stint, TeacherScore, teacher_scores
from students.access import CLASS_ROLES
from students.calendar import school_year_start
from students.models import Person, Posting, School, SchoolClass


@dataclass(frozen=True)
class TeacherMonth:
    """A teacher's month at a school, with the classes that count."""

    school: School
    person: Person
    score: TeacherScore
    classes: dict[int, SchoolClass]
    months: dict[int, ClassMonth]
    scheme: SchoolScheme

    @property
    def shares(self) -> list[tuple[SchoolClass, Share]]:
        """The classes in the order of their numbers, with what each counts."""
        pairs = ((self.classes[share.school_class], share) for share in self.score.shares)
        return sorted(pairs, key=lambda pair: pair[0].number)

    @property
    def class_words(self) -> str:
        """The classes, with what the teacher is there if not 任课教师: 2023级1班（班主任）、2024级1班."""
        usual = Affected.SUBJECT_TEACHER.label
        named = [(str(school_class), share.role_words) for school_class, share in self.shares]
        return "、".join(name if role == usual else f"{name}（{role}）" for name, role in named)

    @property
    def unfounded(self) -> list[tuple[SchoolClass, str]]:
        """The classes that the teacher answered for as 班主任 and of whose registers of the month too many are missing,
        in words: the points stay as they are, and say little."""
        found = []
        for school_class, share in self.shares:
            due, missing = self.months[school_class.pk].registers
            answers = share.was_homeroom_then and (share.is_here or share.changes[Measure.MISSED_ROLL_CALL])
            if answers and not self.scheme.is_founded(missing, due):
                found.append((school_class, f"{school_class}当月应点{due}节，缺{missing}节"))
        return found

    @property
    def unfounded_words(self) -> str:
        """What is said of those classes; blank where there is none."""
        words = "；".join(words for _, words in self.unfounded)
        limit = plain(self.scheme.unfounded_above)
        return f"{words}：没有点名的超过{limit}%，这个月的得分没有依据" if words else ""

    @property
    def line_points(self) -> list[tuple[str, Decimal]]:
        """The lines with their points."""
        return [(measure.label, points) for measure, points in self.score.lines.items()]


def teacher_months(
    classes: QuerySet[SchoolClass], month: ScoreMonth, *, person: int | None = None
) -> list[TeacherMonth]:
    """The teachers of ``classes`` with their month, by school and staff number; of one person, if ``person``.

    Somebody who teaches at two schools stands at each with the classes there.
    """
    begun = staff_begun(classes.order_by().values("school"))
    found, scheme = [], school_scheme_in(month.month.school_year)
    for rows in _by_school(classes.order_by("school__code", "number"), month):
        months = {row.pk: each for row, each in rows}
        year = month.month.school_year
        stints = stints_in(list(months), school_year=year, through=month.day, begun=begun)
        scores = teacher_scores(stints, months, last=month.day)
        kept = {row.pk: row for row, _ in rows}
        found += [
            (rows[0][0].school, score, kept, months)
            for score in scores.values()
            if person is None or score.person == person
        ]
    people = Person.objects.in_bulk({score.person for _, score, *_ in found})
    made = [TeacherMonth(school, people[score.person], score, *rest, scheme) for school, score, *rest in found]
    return sorted(made, key=lambda each: (each.school.code, each.person.staff_number))


def _by_school(in_order, month: ScoreMonth) -> Iterator[list[tuple[SchoolClass, ClassMonth]]]:
    """The classes with children, school by school: never more than one school's scores at a time."""
    days = [month.day, *([month.before] if month.before else [])]
    pairs = (
        (row, ClassMonth(made[0], made[1] if month.before else None)) for row, made in class_scores_on(in_order, days)
    )
    for _, rows in groupby(pairs, key=lambda pair: pair[0].school_id):
        if kept := [(row, each) for row, each in rows if each.after.facts.is_scored]:
            yield kept


def staff_begun(schools) -> dict[int, date]:
    """School → the day from which its staff is known; one query."""
    rows = Posting.objects.filter(school__in=schools).order_by().values_list("school")
    return dict(rows.annotate(first=Min("since")))


def stints_in(classes: Collection[int], *, school_year: int, through: date, begun: Mapping[int, date]) -> list[Stint]:
    """Who had the classes as 班主任, 代班 or 任课教师 in the school year, by ``through``; one query.

    Whoever was there when the staff of the school was first entered (``begun``) had the class before: an import does
    not know since when.
    """
    held = Posting.objects.filter(Q(since__lte=through) | Q(since__in=set(begun.values())), school_class__in=classes)
    rows = _in_year(held, school_year).order_by("since", "pk")
    columns = ("school", "person", "school_class", "role", "since", "until", "is_substitute")
    return [
        Stint(person, school_class, Affected(role), date.min if since == begun.get(school) else since, *rest)
        for school, person, school_class, role, since, *rest in rows.values_list(*columns)
        if since <= through or since == begun.get(school)
    ]


def _in_year(held: QuerySet[Posting], school_year: int) -> QuerySet[Posting]:
    """The postings in classes that had not ended when a school year began."""
    start = school_year_start(school_year)
    return held.filter(Q(until=None) | Q(until__gt=start), role__in=CLASS_ROLES, school_class__isnull=False)


def classes_of(person: int, school_year: int) -> QuerySet[SchoolClass]:
    """The classes that somebody has had as 班主任 or 任课教师 since a school year began."""
    held = _in_year(Posting.objects.filter(person=person), school_year)
    return SchoolClass.objects.filter(pk__in=held.values("school_class"))
