"""Forms of the returns."""

from django import forms

from returns.queries.grid import Standing
from students.forms.fields import SearchField, TextField

AMEND = "amend"  # what was filed is to be amended, whatever becomes of it meanwhile


class GridFilter(forms.Form):
    """What narrows the grid down: schools by name and township, and how far they are in a period."""

    q = SearchField("查找学校", "学校名称")
    township = forms.ChoiceField(label="乡镇", required=False)
    period = forms.ChoiceField(label="时段", required=False)
    standing = forms.ChoiceField(
        label="情况",
        choices=[("", "全部"), *((each.value, each.label) for each in Standing), (AMEND, "要更正")],
        required=False,
    )

    def __init__(self, *args, townships, periods, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["township"].choices = [("", "全部"), *((str(area.pk), area.name) for area in townships)]
        self.fields["period"].choices = [("", "任何时段"), *((period.code, period.label) for period in periods)]
        if len(townships) < 2:
            del self.fields["township"]

    def keeps(self, row) -> bool:
        """Whether a school of the grid is asked for."""
        asked = self.cleaned_data
        if asked.get("q") and asked["q"].strip() not in row.school.name:
            return False
        if asked.get("township") and str(row.school.township_id) != asked["township"]:
            return False
        cells = [cell for cell in row.cells if not asked.get("period") or cell.period.code == asked["period"]]
        if asked.get("standing") == AMEND:
            return any(cell.due or (cell.is_returned and cell.filing.filed) for cell in cells)
        return not asked.get("standing") or any(cell.standing == asked["standing"] for cell in cells)


class SeenForm(forms.Form):
    """Of the edition in hand as the page showed it."""

    seen = forms.IntegerField(min_value=0, widget=forms.HiddenInput)
    refusal = "没有保存"

    @classmethod
    def sent(cls, post):
        """The form as it was sent."""
        return cls(post)

    def bring_up_to_date(self, shown: dict) -> None:
        """What was typed stays; what the page had shown is what it shows now, to be looked at once more."""
        self.data = self.data.copy()
        for name in ("seen", "mark"):
            if name in shown:
                self.data[name] = str(shown[name])


class PrepareForm(SeenForm):
    """送校长签字."""

    reason = TextField("更正原因", max_length=300, required=False, help_text="事实为什么变了，依据什么")
    remark = TextField("学校说明", max_length=500, required=False, help_text="要县教育局知道的情况，没有可以不填")

    def __init__(self, *args, amends: bool, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["reason"].required = amends
        if not amends:
            del self.fields["reason"]

    @classmethod
    def sent(cls, post):
        return cls(post, amends="reason" in post)

    def clean(self):
        return {"reason": ""} | super().clean()


class CloseForm(SeenForm):
    """了结."""

    reason = TextField("说明", max_length=300, help_text="例如：原来补登的辍学是登记错了人，已经作废")
    refusal = "没有了结"


class SignForm(SeenForm):
    """签字: of the figures that the page showed."""

    mark = forms.CharField(max_length=64, widget=forms.HiddenInput)


class SendBackForm(SeenForm):
    """退回."""

    reason = TextField("退回原因", max_length=300, help_text="写明哪一个数字、哪一名学生要核对")
    refusal = "没有退回"
