"""适龄 (school age): how old a child is on a day, and whether it has to be in school then (domain.md §9). Pure."""

from datetime import date

from students.calendar import DAY, school_year_of


def full_years(birth_date: date, day: date) -> int:
    """周岁 on ``day``. Who was born on 29 February turns a year older on 1 March where there is no such day."""
    return day.year - birth_date.year - ((day.month, day.day) < (birth_date.month, birth_date.day))


def day_of_age(birth_date: date, years: int) -> date:
    """The first day on which a child is ``years`` old."""
    try:
        return birth_date.replace(year=birth_date.year + years)
    except ValueError:
        return date(birth_date.year + years, 3, 1)


def is_of_school_age(birth_date: date, day: date, *, entry_age: int, last_age: int) -> bool:
    """Whether a child has to be in school on ``day`` (适龄儿童少年).

    It begins with the school year (1 September) by whose eve 31 August the child is ``entry_age`` 周岁: a child whose
    sixth birthday is 1 September waits a year. It lasts as long as the child is at most ``last_age``: with 15, up to
    the eve of the sixteenth birthday.
    """
    eve = date(school_year_of(day), 8, 31)
    return day_of_age(birth_date, entry_age) <= eve and full_years(birth_date, day) <= last_age


def school_age_births(day: date, *, entry_age: int, last_age: int) -> tuple[date, date]:
    """The first and the last birth date, both included, of the children of school age on ``day``.

    The same question as ``is_of_school_age``, for a query over many children.
    """
    first, _ = births_of_ages(day, 0, last_age)
    return first, date(school_year_of(day) - entry_age, 8, 31)


def births_of_ages(day: date, youngest: int, oldest: int) -> tuple[date, date]:
    """The first and the last birth date, both included, of who is ``youngest`` to ``oldest`` 周岁 on ``day``."""
    return _turned(day, oldest + 1) + DAY, _turned(day, youngest)


def _turned(day: date, years: int) -> date:
    """The last birth date of who is ``years`` old by ``day``."""
    try:
        return day.replace(year=day.year - years)
    except ValueError:
        return date(day.year - years, 2, 28)
