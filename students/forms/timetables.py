"""课表: the grid of a class, a select for each cell."""

from collections.abc import Sequence

from django import forms

from students.models import Posting
from students.queries.lessons import Cell, Timetable, lesson_words


class TimetableForm(forms.Form):
    """A grid as it is sent; ``seen`` is the mark of the one that the page showed."""

    refusal = "没有保存，请看标出的节次"

    seen = forms.CharField(widget=forms.HiddenInput, max_length=32)

    def __init__(self, data, *, timetable: Timetable, postings: Sequence[Posting]):
        super().__init__(data, initial={"seen": timetable.mark})
        self.timetable = timetable
        offered = [(str(each.pk), lesson_words(each.subject or "班主任", each.person.name)) for each in postings]
        by_lesson = {(each.person_id, each.subject): str(each.pk) for each in postings}
        for cell in timetable.cells:
            chosen = cell.entry and by_lesson.get((cell.entry.teacher_id, cell.entry.subject))
            self.fields[cell.name] = _lesson(cell, offered, chosen)

    def rows(self) -> list[dict]:
        """Each slot with its fields, in the order of the weekdays; ``gone`` says who stands there without teaching
        in the class any longer."""
        return [
            {"slot": slot, "cells": [{"field": self[cell.name], "gone": self._gone(cell)} for cell in cells]}
            for slot, cells in self.timetable.rows
        ]

    def lessons(self) -> dict[tuple[int, str], int]:
        """(weekday, slot) → posting, of the cells that are filled."""
        chosen = {cell: self.cleaned_data.get(cell.name) for cell in self.timetable.cells}
        return {(int(cell.weekday), str(cell.slot)): int(posting) for cell, posting in chosen.items() if posting}

    def _gone(self, cell: Cell) -> str:
        entry = cell.entry
        if entry is None or self.fields[cell.name].initial:
            return ""
        return f"原来是{lesson_words(entry.subject, entry.teacher.name)}，已不在这个班任教"


def _lesson(cell: Cell, offered: list, chosen: str | None) -> forms.ChoiceField:
    return forms.ChoiceField(
        label=cell.label,
        choices=[("", "—"), *offered],
        required=False,
        initial=chosen,
        error_messages={"invalid_choice": f"{cell.label}：选的人不在这个班任教，请另选"},
        widget=forms.Select(attrs={"class": "input", "aria-label": cell.label}),
    )
