"""Said beside what was saved: that the day lies in figures that the school has filed already."""

from datetime import date

from django.contrib import messages

from students.queries.filed_days import filed_words


def say_filed(request, school_class: int | None, *days: date | None) -> None:
    """Of a correction of a class on days up to today: a month is filed from its cut-off day on, that day included."""
    counted = [day for day in days if day and day <= request.today]
    if school_class and counted and (words := filed_words(school_class, min(counted))):
        messages.info(request, words)
