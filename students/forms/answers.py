"""Forms of 转学 and 休学: what is asked of another office, and its answer."""

from django import forms

from students.forms.fields import (
    ChoiceField,
    ClassField,
    DateField,
    LineField,
    PaperField,
    SchoolField,
    TextField,
    class_of_the_day,
    day_between,
    one_of_two,
)
from students.models import Suspension
from students.templatetags.chinese import cdate


class AcceptForm(forms.Form):
    """接收: into which class, from which day on."""

    school_class = ClassField()
    happened_on = DateField("到校日期")

    def __init__(self, *args, classes, earliest, today, **kwargs):
        super().__init__(*args, prefix="accept", **kwargs)
        self.earliest, self.today = earliest, today
        self.fields["school_class"].queryset = classes
        self.fields["happened_on"].initial = max(earliest, today)

    def clean_happened_on(self):
        day = self.cleaned_data["happened_on"]
        if day < self.earliest:
            raise forms.ValidationError(f"不能早于转出日期（{cdate(self.earliest)}）")
        return day_between(day, None, self.today)

    def clean(self):
        class_of_the_day(self)


class RefuseForm(forms.Form):
    """不接收, 不批准: why."""

    reason = TextField("理由")

    def __init__(self, *args, **kwargs):
        super().__init__(*args, prefix="refuse", **kwargs)


class OfferForm(forms.Form):
    """再发出: to another school of the county, or where the child went instead."""

    to_school = SchoolField("县内转入学校", required=False)
    to_place = LineField("县外去向", required=False, max_length=120, help_text="省、县和学校")

    def __init__(self, *args, **kwargs):
        super().__init__(*args, prefix="offer", **kwargs)

    def clean(self):
        if not {"to_school", "to_place"} & self.errors.keys():
            one_of_two(self)


class LetterForm(forms.Form):
    """接收函 of a school outside the county."""

    paper = PaperField("接收函")

    def __init__(self, *args, **kwargs):
        super().__init__(*args, prefix="letter", **kwargs)


class RegistrationForm(forms.Form):
    """全国系统办结: the day that it shows."""

    day = DateField("办结日期")
    note = LineField("业务编号或说明", required=False)

    def __init__(self, *args, today, **kwargs):
        super().__init__(*args, prefix="registered", **kwargs)
        self.today = today

    def clean_day(self):
        return day_between(self.cleaned_data["day"], None, self.today)


class SuspensionForm(forms.Form):
    """休学申请 or 延期: why, from when until when, with the hospital's certificate."""

    ground = ChoiceField("休学原因", Suspension.Ground.choices)
    reason = TextField("情况说明", help_text="诊断、医院、需要休养多久")
    starts_on = DateField("休学开始日期")
    ends_on = DateField("休学期满日期", help_text="期满的次日应到校复学")
    paper = PaperField("医院证明", required=False)

    def __init__(self, *args, starts_on, fixed_start: bool, today, **kwargs):
        super().__init__(*args, **kwargs)
        self.today, self.fixed_start = today, fixed_start
        self.fields["starts_on"].initial = starts_on
        self.fields["starts_on"].disabled = fixed_start

    def clean_starts_on(self):
        day = self.cleaned_data["starts_on"]
        if day > self.today and not self.fixed_start:
            raise forms.ValidationError("休学从开始那天起才能申请；在此之前请按病假登记")
        return day

    def clean(self):
        start, end = self.cleaned_data.get("starts_on"), self.cleaned_data.get("ends_on")
        if start and end and end < start:
            self.add_error("ends_on", "期满日期早于开始日期")


class EndOfSuspensionForm(forms.Form):
    """补登期满日期 of a suspension that came with a workbook."""

    ground = ChoiceField("休学原因", Suspension.Ground.choices)
    ends_on = DateField("休学期满日期", help_text="按批准文书填写")
    paper_number = LineField("批准文号", max_length=60)


class ApproveForm(forms.Form):
    """批准休学: under which number."""

    paper_number = LineField("批准文号", max_length=60)
    note = LineField("意见", required=False)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, prefix="approve", **kwargs)
