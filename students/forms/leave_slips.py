"""Forms of 请假条: what a leave is asked for with, and what the school answers."""

from uuid import uuid4

from django import forms

from students.days import EXCUSED, MARK_LABELS, MarkKind
from students.forms.fields import ChoiceField, DateField, LineField, PaperField, SearchField, TextField
from students.models import Guardian, Student

KINDS = (MarkKind.SICK_LEAVE, MarkKind.PERSONAL_LEAVE, MarkKind.OFFICIAL)
THE_CHILD, SOMEBODY = "学生本人", "其他人"


class LeaveSlipForm(forms.Form):
    """请假条: which days, why, and who asks. The same form sent twice is one slip."""

    submission = forms.UUIDField(widget=forms.HiddenInput)
    kind = ChoiceField("类型", [(kind.value, MARK_LABELS[kind]) for kind in KINDS])
    first_day = DateField("从哪天起")
    last_day = DateField("到哪天止", help_text="当天也请假；第二天到校")
    applicant = ChoiceField("请假人", [])
    somebody = LineField("其他人的姓名和关系", max_length=40, required=False, help_text="例如：祖母李兰")
    reason = TextField("事由", required=False, help_text="病情、要办的事；有请假条或病历的可以只上传")
    paper = PaperField("请假条或证明", required=False)

    def __init__(self, *args, student: Student, today, initial=None, **kwargs):
        family = list(Guardian.objects.filter(student=student).order_by("position"))
        names = [f"{member.name}（{member.relation}）" if member.relation else member.name for member in family]
        chosen = {"submission": uuid4(), "first_day": today, "last_day": today, "applicant": next(iter(names), None)}
        super().__init__(*args, initial=chosen | (initial or {}), **kwargs)
        self.fields["applicant"].choices = [(name, name) for name in (*dict.fromkeys(names), THE_CHILD, SOMEBODY)]

    def clean(self):
        values = self.cleaned_data
        if "submission" in self.errors:
            raise forms.ValidationError("提交的内容不完整，没有保存。请刷新页面后重新填写。")
        if {"first_day", "last_day"} <= values.keys() and values["last_day"] < values["first_day"]:
            self.add_error("last_day", "不能早于开始日期")
        if values.get("applicant") == SOMEBODY and not values.get("somebody") and "somebody" not in self.errors:
            self.add_error("somebody", "请写明是谁请假")
        if not values.get("reason") and not values.get("paper") and not {"reason", "paper"} & self.errors.keys():
            self.add_error("reason", "请写明事由，或者上传请假条")

    @property
    def values(self) -> dict:
        """What the action takes."""
        values = dict(self.cleaned_data)
        somebody = values.pop("somebody")
        return values | {
            "kind": MarkKind(values["kind"]),
            "applicant": somebody if values["applicant"] == SOMEBODY else values["applicant"],
        }


def prefilled(query) -> dict:
    """The days and kind that a link names, as far as they are days and a kind."""
    days = forms.Form()
    days.fields = {"first": forms.DateField(required=False), "last": forms.DateField(required=False)}
    days.data, days.is_bound = query, True
    days.is_valid()
    found = {f"{name}_day": day for name in ("first", "last") if (day := days.cleaned_data.get(name))}
    kind = query.get("kind")
    return found | ({"kind": kind} if kind in [each.value for each in EXCUSED] else {})


class ApproveSlipForm(forms.Form):
    """批准: with a word or without."""

    note = LineField("意见", required=False)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, prefix="approve", **kwargs)


class EndSlipForm(forms.Form):
    """提前到校: from which day on the child is there."""

    back_on = DateField("哪天到校的", help_text="这天起不再算请假")

    def __init__(self, *args, **kwargs):
        super().__init__(*args, prefix="end", **kwargs)


class FindChildForm(forms.Form):
    """A child to hand in a slip for."""

    q = SearchField("查找学生")
