"""Forms of the head counts and of the opening of a term."""

from django import forms
from django.utils.dateparse import parse_datetime

from students.models import HeadCountMissing, OpeningAbsence

LONGEST_ID = 18  # digits of the largest id a database holds
INCOMPLETE = "提交的内容不完整，没有保存。请刷新页面后重新填写。"
GONE_SOMEWHERE = frozenset(
    {OpeningAbsence.Reason.WITH_PARENTS, OpeningAbsence.Reason.WORK, OpeningAbsence.Reason.TRANSFER}
)


class SeenField(forms.CharField):
    """When the row that the page showed was recorded; blank where there was none."""

    widget = forms.HiddenInput

    def __init__(self):
        super().__init__(required=False)

    def clean(self, value):
        text = super().clean(value)
        seen = parse_datetime(text) if text else None
        if text and seen is None:
            raise forms.ValidationError(INCOMPLETE)
        return seen


class HeadCountForm(forms.Form):
    """A head count as sent: how many were in the room, who was not, and why."""

    refusal = "没有保存"

    on_roll = forms.IntegerField(min_value=0, max_value=9999, widget=forms.HiddenInput)
    seen = SeenField()
    present = forms.IntegerField(
        label="在教室里数到的人数",
        min_value=0,
        max_value=200,
        error_messages={
            "required": "请填写数到的人数",
            "invalid": "人数应是整数",
            "min_value": "人数不能小于0",
            "max_value": "一个班最多200人，请核对",
        },
        widget=forms.NumberInput(attrs={"class": "input count-number", "inputmode": "numeric"}),
    )
    note = forms.CharField(
        label="说明",
        required=False,
        max_length=200,
        help_text="名单以外多出的学生是谁，其他要记下的情况",
        error_messages={"max_length": "说明最多200字，现在太长，没有保存"},
        widget=forms.Textarea(attrs={"rows": 2, "class": "input"}),
    )

    def missing(self) -> dict[int, HeadCountMissing.Reason]:
        """Student id → reason, of those ticked. Raises ValueError for an id or a reason that cannot be."""
        missing = {}
        for student in self.data.getlist("missing"):
            if not student.isdecimal() or len(student) > LONGEST_ID:
                raise ValueError(f"no student id: {student[:LONGEST_ID]}")
            missing[int(student)] = HeadCountMissing.Reason(self.data.get(f"reason-{student}", ""))
        return missing

    @property
    def ticked(self) -> dict[int, HeadCountMissing.Reason]:
        """What was ticked, for the page that says why it was not saved."""
        try:
            return self.missing()
        except ValueError:
            return {}

    def clean(self):
        try:
            self.missing()
        except ValueError:
            raise forms.ValidationError(INCOMPLETE) from None


class OpeningFilter(forms.Form):
    """Which term, which school."""

    term = forms.ChoiceField(label="学期", required=False)
    school = forms.ChoiceField(label="学校", required=False)

    def __init__(self, *args, terms, schools, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["term"].choices = [("", "最近一个"), *((str(term.pk), str(term)) for term in terms)]
        if len(schools) > 1:
            self.fields["school"].choices = [("", "全部"), *((str(school.pk), str(school)) for school in schools)]
        else:
            del self.fields["school"]


class HeadCountFilter(OpeningFilter):
    """Which term, which school, which classes."""

    STATES = [("", "全部"), ("differs", "有差异"), ("owed", "还欠清点"), ("complete", "已点齐")]

    state = forms.ChoiceField(label="情况", choices=STATES, required=False)


class OpeningAbsenceForm(forms.Form):
    """Why a child is not back at the start of a term, and where it is."""

    seen = SeenField()
    reason = forms.ChoiceField(
        label="未到原因",
        choices=OpeningAbsence.Reason.choices,
        widget=forms.RadioSelect,
        error_messages={"required": "请选择未到原因", "invalid_choice": "请在列出的原因中选择"},
    )
    whereabouts = forms.CharField(
        label="去向",
        required=False,
        max_length=120,
        help_text="省、市、县和学校或单位；随父母外出、务工、转学未办的必须写",
        error_messages={"max_length": "去向最多120字，现在太长，没有保存"},
        widget=forms.TextInput(attrs={"class": "input"}),
    )

    def clean(self):
        cleaned = super().clean()
        if (
            cleaned.get("reason") in GONE_SOMEWHERE
            and not cleaned.get("whereabouts")
            and "whereabouts" not in self.errors
        ):
            self.add_error("whereabouts", "请写明去了哪里")
        return cleaned
