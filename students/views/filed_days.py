"""Said beside what was saved: that the days lie in figures that the school has filed already."""

from datetime import date

from django.contrib import messages

from students.queries.filed_days import filed_words


def say_filed(request, school_class: int | None, *days: date | None) -> None:
    """Of a correction of a class on days up to today: a month is filed from its cut-off day on, that day included."""
    counted = [day for day in days if day and day <= request.today]
    if counted:
        _say(request, school_class, min(counted), min(counted))


def say_filed_since(request, school_class: int | None, day: date) -> None:
    """Of a correction that holds from a day through today."""
    _say(request, school_class, day, request.today)


def _say(request, school_class: int | None, first: date, last: date) -> None:
    if school_class and (words := filed_words(school_class, first, last)):
        messages.info(request, words)
