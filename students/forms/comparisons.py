"""Forms of 核对."""

from uuid import uuid4

from django import forms
from django.conf import settings

from students.forms.fields import DateField, SearchField
from students.models import Difference


class CompareForm(forms.Form):
    """The national system's export, and the day on which it was made there."""

    refusal = "没有核对"

    file = forms.FileField(
        label="全国学籍系统导出的学生表",
        help_text="xls或xlsx，表头要有学校标识码、姓名，以及学籍号或身份证件号",
        error_messages={"required": "请选择文件", "empty": "文件是空的，没有核对。请重新导出后再上传"},
        widget=forms.FileInput(attrs={"accept": ".xls,.xlsx", "class": "input"}),
    )
    as_of = DateField("导出日期", help_text="在全国系统里导出的那一天，本系统按那一天的学籍来对照")
    submission = forms.UUIDField(widget=forms.HiddenInput, initial=uuid4)

    def __init__(self, *args, today, **kwargs):
        super().__init__(*args, **kwargs)
        self.today = today
        self.fields["as_of"].initial = today.isoformat()

    def clean_file(self):
        file = self.cleaned_data["file"]
        limit = settings.MAX_WORKBOOK_BYTES
        if file.size > limit:
            raise forms.ValidationError(f"文件超过{limit // 1024 // 1024}兆字节，太大了。请按学校分别导出后再上传")
        return file

    def clean_as_of(self):
        if self.cleaned_data["as_of"] > self.today:
            raise forms.ValidationError("导出日期还没有到，请核对")
        return self.cleaned_data["as_of"]


class DifferenceFilter(forms.Form):
    """Search and filters among the differences. What offers no choice is not there."""

    q = SearchField("查找学生", "姓名或号码后四位")
    school = forms.TypedChoiceField(label="学校", required=False, coerce=int, empty_value=None)
    field = forms.ChoiceField(label="栏目", required=False)

    def __init__(self, *args, schools, headers, **kwargs):
        super().__init__(*args, **kwargs)
        offered = {
            "school": [(school.pk, school.name) for school in schools],
            "field": [(each, each) for each in headers],
        }
        for name, options in offered.items():
            self.fields[name].choices = [("", "全部"), *options]
            if len(options) < 2:
                del self.fields[name]


class SettleForm(forms.Form):
    """How a difference has been dealt with."""

    note = forms.CharField(
        label="处理说明",
        help_text="例如：已在全国系统改正；以户口簿为准，本系统已改；学校已发函",
        max_length=Difference._meta.get_field("settled_note").max_length,
        error_messages={"required": "请写明怎么处理的", "max_length": "说明最多200字，现在太长，没有保存"},
        widget=forms.Textarea(attrs={"rows": 3, "class": "input"}),
    )
