"""Forms of awards 评优: of what the page showed, with the reason."""

from django import forms

from students.forms.fields import TextField


class OfThePage(forms.Form):
    """What a page showed comes back with it; shown again, it is what the page shows by then."""

    mark = forms.CharField(max_length=64, widget=forms.HiddenInput)

    def show_again(self, fresh: dict) -> None:
        """What was typed stays, to be looked at once more beside what holds now."""
        self.data = self.data.copy()
        self.data.pop("sure", None)
        for name, value in fresh.items():
            self.data[name] = str(value)


class ConfirmForm(OfThePage):
    """评定."""

    rule = forms.IntegerField(min_value=1, widget=forms.HiddenInput)
    note = TextField("评定情况", max_length=300, help_text="哪天、哪次会议、由谁审定")
    sure = forms.BooleanField(label="名单和每一项条件已核对", error_messages={"required": "核对以后请打勾"})
    refusal = "没有评定"

    def clean(self):
        cleaned = super().clean()
        cleaned.pop("sure", None)
        return cleaned


class ChangeForm(OfThePage):
    """变更名单."""

    seen = forms.IntegerField(min_value=0, widget=forms.HiddenInput)
    reason = TextField("变更原因", max_length=300, help_text="定分更正了什么、由谁审定")
    refusal = "没有变更"
