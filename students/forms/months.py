"""A month entered from paper, as the grid sends it."""

import re
from collections import defaultdict
from datetime import date

from django import forms

from students.days import Slot
from students.forms.fields import LineField
from students.forms.registers import LONGEST_ID
from students.month_entry import Column, Place

MOST_LETTERS = 10  # of one cell that are kept; no sign is that long
SLOTS = "|".join(Slot)
CELL = re.compile(rf"c-([0-9]{{1,{LONGEST_ID}}})-([0-9]{{2}})-({SLOTS})", re.ASCII)
HEAD = re.compile(rf"([tv])-([0-9]{{2}})-({SLOTS})", re.ASCII)


class MonthEntryForm(forms.Form):
    """The grid: which sending it is, why registers that stand are changed, and its columns.

    Fields of a column: ``v-07-AM`` the version that the page showed, ``t-07-AM`` 点过名, ``c-<student>-07-AM`` a cell.
    """

    submission = forms.UUIDField(widget=forms.HiddenInput)
    piece = forms.IntegerField(min_value=0, max_value=31, required=False, widget=forms.HiddenInput)
    reason = LineField(
        "更正原因", max_length=100, required=False, help_text="改动已登记的点名时必填，例如：按纸质考勤表核对更正"
    )

    def __init__(self, *args, month: date, **kwargs):
        super().__init__(*args, **kwargs)
        self.month = month

    def columns(self) -> dict[Place, Column]:
        """The columns as typed, in order. Raises ValueError for a column without a version, or one that cannot be."""
        versions, ticked, cells = {}, set(), defaultdict(dict)
        for name, value in self.data.items():
            if head := HEAD.fullmatch(name):
                place = self._place(head[2], head[3])
                if head[1] == "t":
                    ticked.add(place)
                else:
                    versions[place] = _version(value)
            elif cell := CELL.fullmatch(name):
                cells[self._place(cell[2], cell[3])][int(cell[1])] = value[:MOST_LETTERS]
        if (cells.keys() | ticked) - versions.keys():
            raise ValueError("a column without a version")
        places = sorted(versions, key=lambda place: (place.day, list(Slot).index(place.slot)))
        return {place: Column(versions[place], place in ticked, cells[place]) for place in places}

    def _place(self, day: str, slot: str) -> Place:
        return Place(self.month.replace(day=int(day)), Slot(slot))  # ValueError for 31 September

    def clean(self):
        try:
            self.columns()
        except ValueError:
            raise forms.ValidationError("提交的内容不完整") from None


def _version(value: str) -> int:
    if not value.isascii() or not value.isdecimal() or len(value) > len("99999"):
        raise ValueError(f"no version: {value[:10]}")
    return int(value)
