"""Forms of 校历: days to change, the lines of a change, patterns of weeks, terms."""

from collections.abc import Mapping
from datetime import date

from django import forms

from students.calendar import Calendar
from students.day_plans import (
    MOST_DAYS,
    DayPlan,
    Plan,
    PlanRefused,
    against_the_rule,
    big_and_small_weeks,
    monthly_holidays,
    span,
)
from students.forms.fields import ChoiceField, DateField, LineField
from students.models import Term
from students.models.calendar import WEEKDAYS

FOLLOWS = [("", "不另定"), *((str(number), f"{name}的课表") for number, name in WEEKDAYS)]
PLANS = [(plan.value, plan.label) for plan in Plan]
BLANK_LINES = 3
WORKDAYS, ALL_BUT_SUNDAY = ["0", "1", "2", "3", "4"], ["0", "1", "2", "3", "4", "5"]


def _select(label: str, choices, *, required: bool = False, hint: str = "") -> forms.ChoiceField:
    errors = {"required": f"请选择{label}", "invalid_choice": f"请在列出的{label}中选择"}
    widget = forms.Select(attrs={"class": "input"})
    return forms.ChoiceField(
        label=label, choices=choices, required=required, help_text=hint, error_messages=errors, widget=widget
    )


def _number(label: str, initial: int, hint: str) -> forms.IntegerField:
    widget = forms.NumberInput(attrs={"class": "input", "inputmode": "numeric"})
    errors = dict.fromkeys(("required", "invalid"), f"请填写{label}，写整数")
    return forms.IntegerField(label=label, initial=initial, help_text=hint, widget=widget, error_messages=errors)


def _weekdays(label: str, *, initial=(), choices=WEEKDAYS, required: bool = True) -> forms.MultipleChoiceField:
    errors = {"required": f"请选{label}", "invalid_choice": "请在列出的日子中选择"}
    return forms.MultipleChoiceField(
        label=label,
        choices=[(str(number), name) for number, name in choices],
        initial=list(initial),
        required=required,
        widget=forms.CheckboxSelectMultiple,
        error_messages=errors,
    )


class DaysForm(forms.Form):
    """One day or a span: off, closed, taught, or back to what it was."""

    refusal = "没有保存，请改正后再看影响"

    first = DateField("从哪天起")
    last = DateField("到哪天止", required=False, help_text="只改一天的不填")
    what = ChoiceField("改为", PLANS)
    note = LineField("原因", max_length=100, required=False, help_text="停课，以及本来不上课的日子改为上课，要写明原因")
    follows = _select("课表", FOLLOWS, hint="改为上课的，可以定按周几的课表上课")

    def plans(self, calendar: Calendar, own, place: Mapping[str, int | None]) -> list[DayPlan]:
        """What was asked for, day by day; raises ``PlanRefused``."""
        given = self.cleaned_data
        follows = given["follows"]
        return span(
            given["first"],
            given["last"] or given["first"],
            Plan(given["what"]),
            calendar=calendar,
            own=own,
            place=place,
            follows=int(follows) if follows and given["what"] == Plan.TAUGHT else None,
            note=given["note"].strip(),
        )


class LinesForm(forms.Form):
    """The days of a change line by line, and a few empty lines; a line without a day, or without 改为, is left out."""

    refusal = "没有保存，请改正后再看影响"

    rows = forms.IntegerField(min_value=0, max_value=MOST_DAYS + BLANK_LINES, widget=forms.HiddenInput)

    def __init__(self, data=None, *, plans: list[DayPlan] = ()):
        super().__init__(data)
        sent = str(data.get("rows", "")) if data else ""
        count = min(int(sent), MOST_DAYS + BLANK_LINES) if sent.isdecimal() else len(plans) + BLANK_LINES
        self.fields["rows"].initial = count
        for number in range(count):
            plan = plans[number] if number < len(plans) else None
            self._add(number, plan)

    def _add(self, number: int, plan: DayPlan | None) -> None:
        said = f"第{number + 1}行"
        made = {
            "day": DateField(f"{said}日期", required=False, initial=plan and plan.day),
            "what": _select(f"{said}改为", [("", "不改"), *PLANS]),
            "follows": _select(f"{said}课表", FOLLOWS),
            "note": LineField(f"{said}说明", max_length=100, required=False, initial=plan and plan.note),
        }
        if plan:
            made["what"].initial = plan.what.value
            made["follows"].initial = "" if plan.follows is None else str(plan.follows)
        for name, each in made.items():
            each.widget.attrs["aria-label"] = each.label
            self.fields[f"{name}-{number}"] = each

    @property
    def lines(self) -> list[dict]:
        """The bound fields of each line."""
        return [
            {name: self[f"{name}-{number}"] for name in ("day", "what", "follows", "note")}
            for number in range(len(self.fields) // 4)
        ]

    def plans(self) -> list[DayPlan]:
        """The lines that say something; raises ``PlanRefused`` for one without a day."""
        plans = []
        for number in range(len(self.fields) // 4):
            day, what, follows, note = (
                self.cleaned_data[f"{name}-{number}"] for name in ("day", "what", "follows", "note")
            )
            if not what:
                continue
            if not day:
                raise PlanRefused(f"第{number + 1}行没有写日期")
            taught = what == Plan.TAUGHT
            plans.append(DayPlan(day, Plan(what), int(follows) if follows and taught else None, note.strip()))
        return plans


class PatternForm(forms.Form):
    """What both patterns ask: from when to when, and what is noted with each day; ``wanted`` is each one's own."""

    first = DateField("从哪天起")
    last = DateField("到哪天止")
    note = LineField("说明", max_length=100)

    def plans(self, calendar: Calendar, place: Mapping[str, int | None]) -> list[DayPlan]:
        """The days of the pattern that are not as they are without it; raises ``PlanRefused``."""
        return against_the_rule(self.wanted(), calendar=calendar, place=place, note=self.cleaned_data["note"].strip())


class WeeksForm(PatternForm):
    """大小周."""

    first_is = _select("第一周是", [("big", "大周"), ("small", "小周")], required=True)
    big = _weekdays("大周上课的日子", initial=ALL_BUT_SUNDAY)
    small = _weekdays("小周上课的日子", initial=WORKDAYS)
    field_order = ["first", "last", "first_is", "big", "small", "note"]

    def wanted(self) -> dict[date, bool]:
        given = self.cleaned_data
        return big_and_small_weeks(
            given["first"],
            given["last"],
            first_is_big=given["first_is"] == "big",
            big={int(each) for each in given["big"]},
            small={int(each) for each in given["small"]},
        )


class HolidaysForm(PatternForm):
    """月假."""

    every = _number("每几周一次", 4, "2到8周")
    length = _number("一次放几天", 4, "2到10天，从“从哪天起”那天放起")
    weekends = _weekdays("平时周末上课的日子", initial=["5"], choices=WEEKDAYS[5:], required=False)
    field_order = ["first", "last", "every", "length", "weekends", "note"]

    def wanted(self) -> dict[date, bool]:
        given = self.cleaned_data
        return monthly_holidays(
            given["first"],
            given["last"],
            every=given["every"],
            length=given["length"],
            weekends={int(each) for each in given["weekends"]},
        )


PATTERNS = {"weeks": ("大小周", WeeksForm), "holidays": ("月假", HolidaysForm)}


class TermForm(forms.Form):
    """A term's days; one that is there already is moved."""

    refusal = "没有保存，请改正后再看影响"

    school_year = _select("学年", [], required=True)
    number = _select("学期", Term.Number.choices, required=True)
    start = DateField("开始日期")
    end = DateField("结束日期")

    def __init__(self, *args, years: list[tuple[int, str]], **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["school_year"].choices = years
