"""有学生不在: which child in which slot, and the answer."""

from django import forms

from students.days import Slot
from students.models import MissingAlert

LARGEST_ID = 10**18


class ReportForm(forms.Form):
    """A report as it is sent: the child, and the slot where the page knew it."""

    student = forms.IntegerField(label="学生", min_value=1, max_value=LARGEST_ID)
    slot = forms.ChoiceField(label="节次", choices=[(slot.value, slot.label) for slot in Slot], required=False)

    @property
    def slot_chosen(self) -> Slot | None:
        """The slot that the page was opened for."""
        code = self.data.get("slot", "")
        return Slot(code) if code in set(Slot) else None


class AnswerForm(forms.Form):
    """One tap on an answer."""

    answer = forms.ChoiceField(label="答复", choices=MissingAlert.Answer.choices)
