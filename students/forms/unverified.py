"""待核实: search and filter of the list, and the answer of one tap."""

from django import forms

from students.forms.fields import SearchField
from students.queries.unverified import ANSWERS


class UnverifiedFilter(forms.Form):
    """Which children, of which class."""

    q = SearchField("查找学生")

    def __init__(self, *args, classes, **kwargs):
        super().__init__(*args, **kwargs)
        choices = [("", "全部"), *((str(each.pk), each.name) for each in classes)]
        if len(choices) > 2:
            self.fields["school_class"] = forms.ChoiceField(label="班级", choices=choices, required=False)


class VerifyForm(forms.Form):
    """What a 待核实 turned out to be; blank = 在校, and the field itself must have been sent."""

    kind = forms.ChoiceField(label="核实结果", choices=ANSWERS, required=False)

    def clean_kind(self):
        if "kind" not in self.data:
            raise forms.ValidationError("请选择核实结果")
        return self.cleaned_data["kind"]

    @property
    def words(self) -> str:
        return dict(ANSWERS)[self.cleaned_data["kind"]]
