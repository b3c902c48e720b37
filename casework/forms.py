"""Forms of the casework app."""

from django import forms

from casework.ladder import ContactMethod
from casework.ruleset import Tier


class DutyFilter(forms.Form):
    """Search and filters of the duty list."""

    STATES = [("", "待办"), ("late", "逾期"), ("done", "已办"), ("withdrawn", "已撤销")]

    q = forms.CharField(label="查找学生", help_text="姓名、拼音或后四位", required=False, max_length=40)
    state = forms.ChoiceField(label="状态", choices=STATES, required=False)
    tier = forms.ChoiceField(
        label="种类", choices=[("", "全部"), *((tier.value, tier.label) for tier in Tier)], required=False
    )
    school_class = forms.ChoiceField(label="班级", required=False)

    def __init__(self, *args, classes, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["school_class"].choices = [("", "全部"), *((str(row.pk), str(row)) for row in classes)]


class ContactForm(forms.Form):
    """A contact with a guardian: how, with what result, and what was said."""

    method = forms.ChoiceField(
        label="联系方式",
        choices=[(method.value, method.label) for method in ContactMethod],
        widget=forms.RadioSelect,
        error_messages={"required": "请选择联系方式", "invalid_choice": "请在列出的联系方式中选择"},
    )
    result = forms.CharField(
        label="结果",
        max_length=200,
        help_text="谈到的原因、孩子的想法、约定的返校日期；没有接通也请写明",
        error_messages={"required": "请写明联系结果", "max_length": "结果最多200字，现在太长，没有保存"},
        widget=forms.Textarea(attrs={"rows": 4, "class": "input"}),
    )
