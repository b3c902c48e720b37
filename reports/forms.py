"""Forms of the reports app."""

from collections.abc import Iterable
from itertools import groupby

from django import forms

from reports.exports import EARLIEST, FORM_NAMES, SHORTEST_REASON
from students.forms.fields import ChoiceField, DateField, SearchField, TextField
from students.models import SpecialGroup, Student
from students.queries.listing import ATTENDANCE_MODES, ENTITLEMENTS, GRADES, SORTINGS, STATES, Choices


def with_all(choices: Iterable[tuple]) -> list[tuple]:
    """The choices of a filter, after the one that filters nothing."""
    return [("", "全部"), *choices]


class StudentFilter(forms.Form):
    """Search, filters and order of 学生名单. What offers no choice to this person is not there."""

    q = SearchField("查找学生")
    state = forms.ChoiceField(label="在校情况", choices=list(STATES.items()), required=False)
    school = forms.ChoiceField(label="学校", required=False)
    grade = forms.ChoiceField(label="年级", choices=with_all(GRADES.items()), required=False)
    school_class = forms.ChoiceField(label="班级", required=False)
    group = forms.ChoiceField(label="特殊群体", choices=with_all(SpecialGroup.Kind.choices), required=False)
    mode = forms.ChoiceField(label="就读方式", choices=with_all(ATTENDANCE_MODES.items()), required=False)
    entitlement = forms.ChoiceField(label="就读身份", choices=with_all(ENTITLEMENTS.items()), required=False)
    village = forms.ChoiceField(label="户籍村", required=False)
    sort = forms.ChoiceField(label="排序", choices=list(SORTINGS.items()), required=False)

    def __init__(self, *args, choices: Choices, **kwargs):
        super().__init__(*args, **kwargs)
        villages = groupby(choices.villages, key=lambda village: village.parent.name if village.parent else "")
        offered = {
            "school": [(str(school.pk), school.name) for school in choices.schools],
            "school_class": [(str(row.pk), row.name) for row in choices.classes],
            "village": [(town, [(row.code, row.name) for row in rows]) for town, rows in villages],
        }
        for name, options in offered.items():
            self.fields[name].choices = with_all(options)
            if len(options) < 2 and (name != "village" or not options):
                del self.fields[name]
        if len(choices.classes) == 1:
            del self.fields["grade"]


class DownloadForm(forms.Form):
    """Taking a table out of the system: in which form, and with full numbers only for a reason."""

    format = forms.ChoiceField(
        label="格式",
        initial=".xlsx",
        widget=forms.RadioSelect,
        error_messages={"required": "请选择格式", "invalid_choice": "没有这种格式，请在列出的格式中选一种"},
    )
    reveal = forms.BooleanField(
        label="显示完整号码", required=False, help_text="不勾选时，学籍号、身份证件号和电话只显示首尾几位"
    )
    reason = forms.CharField(
        label="用途",
        required=False,
        max_length=100,
        help_text="显示完整号码时必填，会印在文件上并记入日志，例如：报县资助中心核对",
        error_messages={"max_length": "用途最多100字，现在太长"},
        widget=forms.TextInput(attrs={"class": "input"}),
    )
    later = forms.BooleanField(
        label="在后台生成", required=False, help_text="可以离开页面，做好后首页会提示，也列在“导出的文件”里"
    )
    refusal = "没有导出"

    def __init__(self, *args, formats: Iterable[str], has_numbers: bool, may_wait: bool, missed: str = "", **kwargs):
        """``formats``: the endings of the files that can be had; ``may_wait``: whether it can be drawn by the worker
        also where it is not long; ``missed``: what is wrong with the day or month of the address, of which there is
        then no file, as another day's would pass for what was asked for."""
        super().__init__(*args, **kwargs)
        self.missed = missed
        self.fields["format"].choices = [(form, FORM_NAMES[form]) for form in formats]
        if ".json" in formats:
            self.fields["format"].help_text = "JSON给其他程序读"
        if not has_numbers:
            del self.fields["reveal"], self.fields["reason"]
        if not may_wait:
            del self.fields["later"]

    @property
    def shown_reason(self) -> str:
        """Why full numbers are shown; blank where they are masked."""
        return self.cleaned_data["reason"] if self.cleaned_data.get("reveal") else ""

    def clean(self):
        if self.missed:
            self.add_error(None, f"{self.missed}，请返回改过再导出")
        reason = self.cleaned_data.get("reason")  # None: refused already
        if self.cleaned_data.get("reveal") and reason is not None and len(reason) < SHORTEST_REASON:
            self.add_error("reason", f"显示完整号码要写明用途，至少{SHORTEST_REASON}个字")


class DayFilter(forms.Form):
    """As of which day rosters are read; none that has not come yet."""

    day = DateField("截至哪一天", required=False)

    def __init__(self, data, *args, today, **kwargs):
        """``data``: the address; ``as_of``, as the command line calls the day, is understood too."""
        if "as_of" in data and "day" not in data:
            data = data.copy()
            data["day"] = data["as_of"]
        super().__init__(data, *args, **kwargs)
        self.today = today

    def clean_day(self):
        day = self.cleaned_data["day"]
        if day and day > self.today:
            raise forms.ValidationError("这一天还没有到")
        if day and day < EARLIEST:
            raise forms.ValidationError("这一天太早，没有记录")
        return day


class RosterFilter(DayFilter):
    """A roster's day, and what it is narrowed down to. What offers no choice to this person is not there."""

    q = SearchField("查找儿童")
    township = forms.TypedChoiceField(label="乡镇", required=False, coerce=int, empty_value=None)
    school = forms.TypedChoiceField(label="学校", required=False, coerce=int, empty_value=None)

    def __init__(self, *args, schools: Iterable, townships: Iterable, **kwargs):
        super().__init__(*args, **kwargs)
        for name, rows in (("township", townships), ("school", schools)):
            options = [(row.pk, row.name) for row in rows]
            self.fields[name].choices = with_all(options)
            if len(options) < 2:
                del self.fields[name]


class MonthFilter(forms.Form):
    """Whose month sheets: of which month, and of which school where there are several."""

    month = forms.ChoiceField(label="月份", required=False)
    school = forms.TypedChoiceField(label="学校", required=False, coerce=int, empty_value=None)

    def __init__(self, *args, months: Iterable, schools: Iterable, today, **kwargs):
        super().__init__(*args, **kwargs)
        others = [each for each in months if each != today.replace(day=1)]
        self.fields["month"].choices = [
            ("", f"本月（{today.year}年{today.month}月）"),
            *((f"{each:%Y-%m}", f"{each.year}年{each.month}月") for each in others),
        ]
        options = [(row.pk, row.name) for row in schools]
        self.fields["school"].choices = with_all(options)
        if len(options) < 2:
            del self.fields["school"]


class FiguresFilter(forms.Form):
    """Whose figures. What offers no choice to this person is not there."""

    township = forms.TypedChoiceField(label="乡镇", required=False, coerce=int, empty_value=None)
    school = forms.TypedChoiceField(label="学校", required=False, coerce=int, empty_value=None)
    sex = forms.ChoiceField(label="性别", choices=with_all(Student.Sex.choices), required=False)
    group = forms.ChoiceField(label="特殊群体", choices=with_all(SpecialGroup.Kind.choices), required=False)

    def __init__(self, *args, schools: Iterable, **kwargs):
        super().__init__(*args, **kwargs)
        schools = list(schools)
        townships = sorted({school.township for school in schools}, key=lambda area: area.code)
        for name, rows in (("township", townships), ("school", schools)):
            options = [(row.pk, row.name) for row in rows]
            self.fields[name].choices = with_all(options)
            if len(options) < 2:
                del self.fields[name]


class ChildSearch(forms.Form):
    """A child among those behind a number."""

    q = SearchField("查找学生")

    def clean_q(self) -> str:
        return self.cleaned_data["q"].strip()


class DaySummaryFilter(DayFilter):
    """A day, and one of several schools."""

    school = forms.TypedChoiceField(label="学校", required=False, coerce=int, empty_value=None)

    def __init__(self, *args, schools: Iterable, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["day"].label = "日期"
        options = [(row.pk, row.name) for row in schools]
        self.fields["school"].choices = with_all(options)
        if len(options) < 2:
            del self.fields["school"]


class NewWorkReportForm(forms.Form):
    """A work report to draft: whose, and of which period."""

    unit = ChoiceField("报告单位", [])
    period = ChoiceField("报告期", [])
    refusal = "没有起草"

    def __init__(self, *args, units: list, periods: list, **kwargs):
        super().__init__(*args, **kwargs)
        self._units = {each.code: each for each in units}
        self._periods = {each.code: each for each in periods}
        self.fields["unit"].choices = [(code, each.name) for code, each in self._units.items()]
        self.fields["unit"].initial = units[0].code
        self.fields["period"].choices = [(code, each.label) for code, each in self._periods.items()]

    @property
    def chosen_unit(self):
        return self._units[self.cleaned_data["unit"]]

    @property
    def chosen_period(self):
        return self._periods[self.cleaned_data["period"]]


class WorkReportForm(forms.Form):
    """The text of a work report; ``version`` is that of the page."""

    text = TextField("正文", max_length=20_000)
    version = forms.IntegerField(widget=forms.HiddenInput, min_value=1)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["text"].help_text = "一段一行；以“一、”这样开头的一行印成标题。数字已按本期填好，可以改写和补充。"
        self.fields["text"].widget.attrs["rows"] = 22

    def clean_text(self) -> str:
        return "\n".join(self.cleaned_data["text"].splitlines())


class RefillForm(WorkReportForm):
    """The text made of figures that were taken anew, through ``last``."""

    last = forms.DateField(widget=forms.HiddenInput)

    def __init__(self, *args, first, latest, **kwargs):
        super().__init__(*args, **kwargs)
        self._first, self._latest = first, latest

    def clean(self):
        """A page that has been open since another period, or that was changed by hand."""
        last = self.cleaned_data.get("last")
        if last is None or not self._first <= last <= self._latest:
            raise forms.ValidationError("没有保存：不知道数字算到哪一天。请返回，再按一次“重新填数字”。")
        return self.cleaned_data
