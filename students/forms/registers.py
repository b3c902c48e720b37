"""A register as the page sends it, at once or from a device that kept it until there was a network."""

from datetime import date, datetime, timedelta
from uuid import UUID

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS
from django.utils import timezone

from students.days import MarkKind
from students.queries.corrections import ANOTHER, USUAL_REASONS

LONGEST_ID = 18  # digits; a longer number fits no key of the database
LONGEST_REASON = 80  # characters of one's own; the column holds these and a usual reason
INCOMPLETE = "提交的内容不完整，没有保存。请刷新页面后重新点名。"
UNDECIDED = "undecided"
AT_ONCE = 60  # seconds from the press to the arrival that count as none
LONGEST_AGE = 60 * 60 * 24 * 365  # seconds


class RegisterForm(forms.Form):
    """A register as sent: who is missing and why, which sending it is, and which version it was made on.

    ``asked`` (any number of times) names a child of whom the page has asked which of two marks stands, and
    ``mine-<id>`` the one of them that this person had made.
    """

    submission = forms.UUIDField(widget=forms.HiddenInput)
    version = forms.IntegerField(min_value=0, widget=forms.HiddenInput)
    usual_reason = forms.ChoiceField(
        label="更正原因", choices=[(each, each) for each in (*USUAL_REASONS, ANOTHER)], required=False
    )
    own_reason = forms.CharField(label="补充说明", max_length=LONGEST_REASON, required=False)

    @property
    def reason(self) -> str:
        """Why a register of an earlier day is corrected: one of the usual reasons, own words, or both."""
        usual, own = self.cleaned_data.get("usual_reason"), self.cleaned_data.get("own_reason")
        said = ("" if usual == ANOTHER else usual, own)
        return "：".join(part for part in said if part)

    @property
    def trouble(self) -> str:
        """What is wrong with the form, in a sentence."""
        if self.is_undecided:
            return "没有保存。请给每名学生选一个，再提交。"
        if "own_reason" in self.errors:
            return f"更正原因最多{LONGEST_REASON}字，现在太长，没有保存。请写短一些再提交。"
        return INCOMPLETE

    @property
    def submission_id(self) -> UUID:
        return self.cleaned_data["submission"]

    def marks(self, prefix: str = "mark-") -> dict[int, MarkKind]:
        """Student id → kind, from the fields ``mark-<id>``. Raises ValueError for an id or a kind that cannot be."""
        fields = ((name.removeprefix(prefix), kind) for name, kind in self.data.items() if name.startswith(prefix))
        return {_student(student): MarkKind(kind) for student, kind in fields if kind}

    def mine(self) -> dict[int, MarkKind]:
        """What this person had marked of the children whom the page asks about."""
        return self.marks("mine-")

    @property
    def asked(self) -> list[int]:
        """The children of whom the page has asked which of two marks stands."""
        return [_student(child) for child in self.data.getlist("asked")]

    @property
    def chosen(self) -> dict[int, str]:
        """The answers so far, blank for 出勤; a child without one is missing."""
        return {child: self.data[f"mark-{child}"] for child in self.asked if f"mark-{child}" in self.data}

    @property
    def is_undecided(self) -> bool:
        """Whether nothing else is wrong than that some child has been given no answer."""
        return self.has_error(NON_FIELD_ERRORS, UNDECIDED) and len(self.errors) == 1

    @property
    def marks_as_sent(self) -> dict[int, MarkKind] | None:
        """The marks of a form that is refused for another reason, so that none is lost; None where they are broken."""
        try:
            return self.marks()
        except ValueError:
            return None

    def clean(self):
        try:
            self.marks()
            self.mine()
            asked = set(self.asked)
        except ValueError:
            raise forms.ValidationError("提交的内容不完整") from None
        # Of two marks none is chosen in silence: a child without an answer is not a child who is present.
        if asked - self.chosen.keys():
            raise forms.ValidationError("还有学生没有选", UNDECIDED)


def _student(text: str) -> int:
    if not text.isdecimal() or len(text) > LONGEST_ID:
        raise ValueError(f"no student id: {text[:LONGEST_ID]}")
    return int(text)


class KeptRegisterForm(RegisterForm):
    """A register from the queue of a device.

    ``person``: whose register it is; ``age``: seconds since it was pressed, by the device's own clock at both ends, so
    that a clock that is wrong does no harm; ``quiet``: sent in the background, where no page follows.
    """

    person = forms.IntegerField(required=False, widget=forms.HiddenInput)
    age = forms.IntegerField(required=False, min_value=0, max_value=LONGEST_AGE, widget=forms.HiddenInput)
    quiet = forms.BooleanField(required=False, widget=forms.HiddenInput)

    def taken_at(self, day: date, now: datetime) -> datetime | None:
        """When it was taken; None where it came at once, or where its age says a time before the register's day."""
        age = self.cleaned_data["age"] or 0
        taken = now - timedelta(seconds=age)
        return taken if age >= AT_ONCE and timezone.localdate(taken) >= day else None
