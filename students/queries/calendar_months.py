"""校历 by the month: every day of the county, a school or a class in words, who decided it, and how many are taught."""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date

from django.db.models import Q
from django.urls import reverse

from students.calendar import DAY, Calendar, DayKind, Explained, Source
from students.models import DayOverride, School, SchoolClass, Term
from students.models.calendar import WEEKDAYS
from students.queries.calendar import current_calendar
from students.templatetags.chinese import cdatetime

TONES = {
    DayKind.TAUGHT: "ok",
    DayKind.MADE_UP: "warn",
    DayKind.WEEKEND: "mute",
    DayKind.OFF: "note",
    DayKind.CLOSED: "alarm",
    DayKind.OUTSIDE: "mute",
}
STATUTORY_NOTE = "国家放假调休安排"
STORED = (Source.CLASS, Source.SCHOOL, Source.COUNTY)


@dataclass(frozen=True)
class Place:
    """Whose calendar it is: a class, a school (without ``school_class``), or the county (without either)."""

    school: School | None = None
    school_class: SchoolClass | None = None

    @classmethod
    def of_class(cls, school_class: SchoolClass) -> "Place":
        return cls(school_class.school, school_class)

    @property
    def ids(self) -> dict[str, int | None]:
        return {"school": self.school and self.school.pk, "school_class": self.school_class and self.school_class.pk}

    @property
    def source(self) -> Source:
        """The level at which this place speaks."""
        return Source.CLASS if self.school_class else Source.SCHOOL if self.school else Source.COUNTY

    @property
    def name(self) -> str:
        if self.school_class:
            return f"{self.school}{self.school_class}"
        return str(self.school or "全县")

    @property
    def url(self) -> str:
        """The address of its month view."""
        if self.school_class:
            return reverse("students:class_calendar", args=[self.school_class.pk])
        if self.school:
            return reverse("students:school_calendar", args=[self.school.pk])
        return reverse("students:county_calendar")

    def overrides(self):
        """What the class, the school and the county say of single days."""
        speaking = Q(school=None)
        if self.school:
            speaking |= Q(school=self.school, school_class=None)
        if self.school_class:
            speaking |= Q(school_class=self.school_class)
        return DayOverride.objects.filter(speaking)

    def says(self, source: Source) -> str:
        """Who decides at a level, in words."""
        words = {Source.SCHOOL: "学校", Source.COUNTY: "县", Source.STATUTORY: "国家", Source.RULE: "常规"}
        return str(self.school_class) if source is Source.CLASS else words[source]


def source_of(override: DayOverride) -> Source:
    """The level at which a row speaks."""
    return Source.CLASS if override.school_class_id else Source.SCHOOL if override.school_id else Source.COUNTY


@dataclass(frozen=True)
class MonthDay:
    """A day of the month view; ``override`` is the row that decides it, None for rule and statutory days."""

    day: date
    explained: Explained
    override: DayOverride | None
    is_today: bool

    @property
    def kind(self) -> DayKind:
        return self.explained.kind

    @property
    def word(self) -> str:
        return self.kind.label

    @property
    def tone(self) -> str:
        return TONES[self.kind]

    @property
    def follows(self) -> str:
        """按周五课表, where a day follows another weekday's timetable than its own."""
        weekday = self.explained.follows
        return f"按{dict(WEEKDAYS)[weekday]}课表" if weekday not in (None, self.day.weekday()) else ""


@dataclass(frozen=True)
class Adjusted:
    """A day that is not as the rule has it: who decided, why, and what the wider ones had said."""

    day: MonthDay
    by: str
    note: str
    beaten: str

    @property
    def who(self) -> str:
        """Who changed it on a page, and when; blank for the state's days, which nobody here decided."""
        row = self.day.override
        if row is None:
            return ""
        if row.change is None:
            return "导入的工作簿"
        return f"{row.change.applied_by.name} {cdatetime(row.change.applied_at)}"


@dataclass(frozen=True)
class TermLine:
    """A term that the month touches, with its school days."""

    term: Term
    days: int


@dataclass(frozen=True)
class MonthPage:
    """The month of a place: weeks of seven cells, None outside the month."""

    place: Place
    first: date
    weeks: list[list[MonthDay | None]]
    adjusted: list[Adjusted]
    terms: list[TermLine]

    @property
    def title(self) -> str:
        return f"{self.first.year}年{self.first.month}月"

    @property
    def taught(self) -> int:
        """School days of the month."""
        return sum(day is not None and day.kind.is_taught for week in self.weeks for day in week)

    @property
    def earlier(self) -> str:
        return month_key((self.first - DAY).replace(day=1))

    @property
    def later(self) -> str:
        return month_key(last_of_month(self.first) + DAY)


def month_key(day: date) -> str:
    """2026-09, as the address has it."""
    return f"{day:%Y-%m}"


def last_of_month(day: date) -> date:
    return day.replace(day=monthrange(day.year, day.month)[1])


def month_page(place: Place, first: date, *, today: date) -> MonthPage:
    """The month that begins on ``first``; four queries."""
    calendar, last = current_calendar(), last_of_month(first)
    rows: dict[date, dict[Source, DayOverride]] = {}
    for row in place.overrides().filter(day__range=(first, last)).select_related("change__applied_by"):
        rows.setdefault(row.day, {})[source_of(row)] = row
    days = [_month_day(place, first + DAY * n, calendar, rows, today) for n in range((last - first).days + 1)]
    cells = [None] * first.weekday() + days
    cells += [None] * (-len(cells) % 7)
    adjusted = [
        _adjusted(place, day, calendar, rows.get(day.day, {}))
        for day in days
        if day.explained.source is not Source.RULE and day.kind is not DayKind.OUTSIDE
    ]
    return MonthPage(
        place=place,
        first=first,
        weeks=[cells[start : start + 7] for start in range(0, len(cells), 7)],
        adjusted=adjusted,
        terms=term_lines(place, Term.objects.filter(start__lte=last, end__gte=first), calendar),
    )


def _month_day(place, day, calendar, rows, today) -> MonthDay:
    explained = calendar.explain(day, **place.ids)
    return MonthDay(day, explained, rows.get(day, {}).get(explained.source), day == today)


def _adjusted(place: Place, day: MonthDay, calendar: Calendar, rows: dict[Source, DayOverride]) -> Adjusted:
    source = day.explained.source
    beaten = [f"{place.says(other)}：{rows[other].word}" for other in STORED if other in rows and other != source]
    if source is not Source.STATUTORY and day.day in calendar.statutory:
        beaten.append(f"国家：{'上课' if calendar.statutory[day.day] else '放假'}")
    note = day.override.note if day.override else STATUTORY_NOTE
    return Adjusted(day, place.says(source), note, "，".join(beaten))


def term_lines(place: Place, terms, calendar: Calendar) -> list[TermLine]:
    """Terms with the number of their school days for a place."""
    days = calendar.school_days(**place.ids)
    return [TermLine(term, len(days.between(term.start, term.end))) for term in terms]


def places_apart(first: date, *, schools, classes) -> list[Place]:
    """Schools, or classes, that have days of their own in a month; one query each."""
    rows = DayOverride.objects.filter(day__range=(first, last_of_month(first)))
    own_schools = schools.filter(pk__in=rows.filter(school_class=None).values("school"))
    own_classes = classes.filter(pk__in=rows.values("school_class")).select_related("school")
    return [*(Place(school) for school in own_schools), *(Place.of_class(each) for each in own_classes)]
