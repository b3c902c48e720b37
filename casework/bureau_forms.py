"""Forms of what township and bureau do in a case."""

from django import forms

from casework.handing_off import HandOffAction, Side
from students.forms.fields import ChoiceField, DateField, SearchField, TextField


class HandOffFilter(forms.Form):
    """Search and filter of the hand-offs."""

    q = SearchField("查找学生")
    to_side = forms.ChoiceField(
        label="接收方", choices=[("", "全部"), *((side.value, side.label) for side in Side)], required=False
    )


class HandOffForm(forms.Form):
    """移交: to whom, why, and by when it should be settled."""

    way = ChoiceField("移交给", [])
    message = TextField("移交说明", help_text="已经做了什么，请对方办什么")
    due_on = DateField("请于何日前办结")
    refusal = "没有移交"

    def __init__(self, *args, ways, **kwargs):
        """``ways``: pairs of sides from which and to which the reader may hand off."""
        super().__init__(*args, **kwargs)
        self.ways = {f"{sender}-{receiver}": (sender, receiver) for sender, receiver in ways}
        several = len({sender for sender, _ in ways}) > 1
        self.fields["way"].choices = [
            (key, f"以{sender.label}名义移交{receiver.label}" if several else receiver.label)
            for key, (sender, receiver) in self.ways.items()
        ]

    def clean_way(self):
        return self.ways[self.cleaned_data["way"]]


class StepForm(forms.Form):
    """接收, 退回 or 办结 of a hand-off; ``seen`` is the version that the page showed."""

    note = TextField("说明", required=False, help_text="退回写明原因，办结写明办理结果")
    seen = forms.IntegerField(min_value=0, widget=forms.HiddenInput)
    do = forms.CharField(widget=forms.HiddenInput, required=False)
    refusal = "没有保存"

    def clean_do(self):
        if self.cleaned_data["do"] not in set(HandOffAction) - {HandOffAction.SEND}:
            raise forms.ValidationError("没有说明要办什么")
        return HandOffAction(self.cleaned_data["do"])
