"""A register as the page sends it."""

from uuid import UUID

from django import forms

from students.days import MarkKind

LONGEST_ID = 18  # digits; a longer number fits no key of the database


class RegisterForm(forms.Form):
    """A register as sent: who is missing and why, which sending it is, and which version it was made on."""

    submission = forms.UUIDField(widget=forms.HiddenInput)
    version = forms.IntegerField(min_value=0, widget=forms.HiddenInput)

    @property
    def submission_id(self) -> UUID:
        return self.cleaned_data["submission"]

    def marks(self) -> dict[int, MarkKind]:
        """Student id → kind, from the fields ``mark-<id>``. Raises ValueError for an id or a kind that cannot be."""
        marks = {}
        for name, value in self.data.items():
            if name.startswith("mark-") and value:
                student = name.removeprefix("mark-")
                if not student.isdecimal() or len(student) > LONGEST_ID:
                    raise ValueError(f"no student id: {student[:LONGEST_ID]}")
                marks[int(student)] = MarkKind(value)
        return marks

    def clean(self):
        try:
            self.marks()
        except ValueError:
            raise forms.ValidationError("提交的内容不完整") from None
