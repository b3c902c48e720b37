"""Forms of the casework app."""

from django import forms
from django.conf import settings

from casework.ruleset import Tier
from casework.signs import SignCode
from students.forms.fields import ChoiceField, DateField, LineField, SearchField
from students.forms.places import offer_places, offer_townships
from students.queries.listing import GRADES
from students.workbook.screening import OLE_SIGNATURE


class DutyFilter(forms.Form):
    """Search and filters of the duty list."""

    STATES = [("", "待办"), ("late", "逾期"), ("done", "已办"), ("withdrawn", "已撤销")]

    q = SearchField("查找学生")
    state = forms.ChoiceField(label="状态", choices=STATES, required=False)
    tier = forms.ChoiceField(
        label="种类", choices=[("", "全部"), *((tier.value, tier.label) for tier in Tier)], required=False
    )
    township = forms.ChoiceField(label="乡镇", required=False)
    school = forms.ChoiceField(label="学校", required=False)
    school_class = forms.ChoiceField(label="班级", required=False)

    def __init__(self, *args, schools, classes, **kwargs):
        """``schools``, ``classes``: those in the scope. Whoever sees several schools first chooses one of them."""
        super().__init__(*args, **kwargs)
        offer_townships(self, schools)
        offered = {"school": schools, "school_class": classes}
        if len(schools) > 1:
            chosen = [row for row in schools if str(row.pk) == self.data.get("school")]
            offered["school_class"] = classes.filter(school__in=chosen) if chosen else []
        for name, rows in offered.items():
            self.fields[name].choices = [("", "全部"), *((str(row.pk), str(row)) for row in rows)]
        if len(schools) < 2:
            del self.fields["school"]
        elif not chosen:
            del self.fields["school_class"]


class OutFilter(forms.Form):
    """Which of the children who are out of school now. What offers no choice to this person is not there."""

    q = SearchField("查找学生")
    township = forms.ChoiceField(label="乡镇", required=False)
    school = forms.ChoiceField(label="学校", required=False)

    def __init__(self, *args, schools, **kwargs):
        super().__init__(*args, **kwargs)
        offer_townships(self, schools)
        offer_places(self, schools)


class SignFilter(forms.Form):
    """Search and filters of the early signs. What offers no choice to this person is not there."""

    q = SearchField("查找学生")
    school = forms.ChoiceField(label="学校", required=False)
    grade = forms.ChoiceField(label="年级", choices=[("", "全部"), *GRADES.items()], required=False)
    school_class = forms.ChoiceField(label="班级", required=False)

    def __init__(self, *args, schools, classes, **kwargs):
        super().__init__(*args, **kwargs)
        offer_places(self, schools, classes)
        if len(schools) == 1 and "school_class" not in self.fields:
            del self.fields["grade"]


class PutOffForm(forms.Form):
    """已了解，下次再提醒: for how long, and what is known. ``codes`` are the signs that the page showed."""

    LENGTHS = [("7", "一周"), ("14", "两周"), ("30", "一个月")]

    codes = forms.CharField(widget=forms.HiddenInput)
    days = ChoiceField("多久以后再提醒", LENGTHS, initial="7")
    reason = LineField("了解到的情况", max_length=100, help_text="例如：已家访，感冒在家，周四返校")

    def clean_codes(self):
        codes = self.cleaned_data["codes"].split(",")
        if not set(codes) <= set(SignCode):
            raise forms.ValidationError("没有这种预警")
        return [SignCode(code) for code in codes]


class UploadForm(forms.Form):
    """A workbook to import; what is in it is checked in the background."""

    file = forms.FileField(
        label="工作簿",
        help_text="“.xlsx”不超过10 MB，“.xls”不超过32 MB；全国学籍系统导出的文件可以直接上传",
        allow_empty_file=True,
        error_messages={"required": "请选择要导入的工作簿", "invalid": "没有收到文件，请重新选择"},
        widget=forms.FileInput(attrs={"class": "input", "accept": ".xlsx,.xls"}),
    )

    def clean_file(self):
        file = self.cleaned_data["file"]
        is_old = file.read(len(OLE_SIGNATURE)) == OLE_SIGNATURE
        file.seek(0)
        most = settings.MAX_OLD_WORKBOOK_BYTES if is_old else settings.MAX_WORKBOOK_BYTES
        if file.size > most:
            raise forms.ValidationError(f"文件超过{most // 1024 // 1024} MB，没有上传。请按年级拆成几个文件再传。")
        if not file.size:
            raise forms.ValidationError("文件是空的，没有上传。请重新下载或重新保存这个文件。")
        return file


class CloseForm(forms.Form):
    """Closing a day; the note says why registers are missing."""

    note = LineField("说明", required=False, help_text="点名没有齐的，写明原因，例如：五年级外出实践", max_length=200)
    refusal = "没有上报"


class AmendmentForm(forms.Form):
    """Filing what was corrected after a day had been closed; ``seen`` is the last amendment that the page showed."""

    reason = LineField("更正原因", max_length=200)
    seen = forms.IntegerField(min_value=0, widget=forms.HiddenInput)
    refusal = "没有更正"


class DailyFilter(forms.Form):
    """A day of the returns, and which schools."""

    STATES = [("", "全部"), ("open", "未上报"), ("filed", "已上报"), ("changed", "上报后有更正")]

    day = DateField("日期", required=False)
    state = forms.ChoiceField(label="状态", choices=STATES, required=False)

    def __init__(self, *args, today, by_day: bool, **kwargs):
        """``by_day``: the list is one of days already."""
        super().__init__(*args, **kwargs)
        self.today = today
        if by_day:
            del self.fields["day"]

    def clean_day(self):
        day = self.cleaned_data["day"]
        if day and day > self.today:
            raise forms.ValidationError("这一天还没有到")
        return day
