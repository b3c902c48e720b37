"""Forms of children given attention: proposed, confirmed with a person and a date, reviewed, ended."""

from django import forms

from casework.causes import Reason
from casework.forms import SignFilter
from casework.models import Watch
from casework.queries.watches import CARES
from casework.watching import WatchAction, WatchEnd, WatchKind
from students.forms.fields import ChoiceField, DateField, TextField
from students.models import Person
from students.models.registry import choices
from students.templatetags.chinese import cdate


class WatchFilter(SignFilter):
    """Search and filters of the children given attention."""

    kind = forms.ChoiceField(label="类别", choices=[("", "全部"), *choices(WatchKind)], required=False)
    care = forms.ChoiceField(label="责任人", choices=[("", "全部"), *CARES.items()], required=False)


class LostFilter(SignFilter):
    """Search and filters of the children likely to be lost; whoever sees several townships chooses one first."""

    township = forms.ChoiceField(label="乡镇", required=False)
    field_order = ["q", "township", "school", "grade", "school_class"]

    def __init__(self, *args, schools, **kwargs):
        townships = {str(row.township_id): str(row.township) for row in schools}
        data = args[0] if args else {}
        if data.get("township") in townships:
            schools = [row for row in schools if str(row.township_id) == data["township"]]
        super().__init__(*args, schools=schools, **kwargs)
        self.fields["township"].choices = [("", "全部"), *sorted(townships.items(), key=lambda item: item[1])]
        if len(townships) < 2:
            del self.fields["township"]


class ProposeForm(forms.Form):
    """提出: as what, and on what grounds; for a 动摇生 also why it wavers."""

    kind = ChoiceField("列为", choices(WatchKind), asks="列为哪一类")
    reason = forms.ChoiceField(
        label="动摇的原因",
        choices=[("", "不是动摇生，不选"), *choices(Reason)],
        required=False,
        help_text="列为动摇生的要选，其他不选",
        error_messages={"invalid_choice": "请在列出的原因中选择"},
        widget=forms.Select(attrs={"class": "input"}),
    )
    grounds = TextField("依据", help_text="写一两句看到、听到的事实，例如：两次说要跟表哥去广东，最近一周不交作业")
    refusal = "没有提出"
    sometimes = frozenset({"reason"})

    def __init__(self, *args, kinds, **kwargs):
        """``kinds``: those of which nothing is open for the child."""
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = choices(kinds)

    def clean_kind(self) -> WatchKind:
        return WatchKind(self.cleaned_data["kind"])

    def clean(self):
        cleaned = super().clean()
        if cleaned.get("kind") is WatchKind.WAVERING and "reason" in cleaned and not cleaned["reason"]:
            self.add_error("reason", "列为动摇生要选原因")
        elif cleaned.get("kind") not in (None, WatchKind.WAVERING) and cleaned.get("reason"):
            self.add_error("reason", "只有动摇生写动摇的原因，请改选“不是动摇生，不选”，或者改列为动摇生")
        cleaned["reason"] = Reason(cleaned["reason"]) if cleaned.get("reason") else None
        return cleaned


class StepForm(forms.Form):
    """What is done with a proposal; ``version`` is that of the proposal which the page showed."""

    version = forms.IntegerField(min_value=0, widget=forms.HiddenInput)

    def __init__(self, *args, watch: Watch, staff, latest, **kwargs):
        """``staff``: (id, name and posts) of those who can be the 责任人; ``latest``: the day of a review at most."""
        nearest = next((pk for pk, _ in staff), None)
        now = {"version": watch.version, "responsible": watch.responsible_id or nearest, "review_on": latest}
        super().__init__(*args, initial=now, **kwargs)
        if "responsible" in self.fields:
            self.fields["responsible"].choices = [("", "请选择"), *((str(pk), words) for pk, words in staff)]
        if "review_on" in self.fields:
            self.fields["review_on"].help_text = f"最迟{cdate(latest)}，每学期至少复核一次"

    def clean_responsible(self) -> Person:
        return Person.objects.get(pk=self.cleaned_data["responsible"])


def _person() -> forms.ChoiceField:
    return forms.ChoiceField(
        label="责任人",
        error_messages={"required": "请选择责任人", "invalid_choice": "请在列出的人里选择"},
        widget=forms.Select(attrs={"class": "input"}),
    )


class ConfirmForm(StepForm):
    """确认."""

    responsible = _person()
    review_on = DateField("复核日期")
    refusal = "没有确认"


class RefuseForm(StepForm):
    """退回."""

    reason = TextField("退回原因", help_text="例如：情况不实；应由民政认定")
    refusal = "没有退回"


class ReviewForm(StepForm):
    """复核，继续关注."""

    note = TextField("现在的情况", help_text="这一阶段做了什么，孩子怎么样")
    responsible = _person()
    review_on = DateField("下次复核日期")
    refusal = "没有保存"


class PersonForm(StepForm):
    """更换责任人."""

    responsible = _person()
    note = TextField("原因", help_text="例如：原责任人调离、病假")
    refusal = "没有更换"


class EndForm(StepForm):
    """结束关注."""

    reason = ChoiceField("结束原因", choices(WatchEnd))
    note = TextField("情况说明", help_text="孩子现在怎么样，谁确认的")
    refusal = "没有结束"

    def clean_reason(self) -> WatchEnd:
        return WatchEnd(self.cleaned_data["reason"])


FORMS: dict[WatchAction, type[StepForm]] = {
    WatchAction.CONFIRM: ConfirmForm,
    WatchAction.REFUSE: RefuseForm,
    WatchAction.REVIEW: ReviewForm,
    WatchAction.ASSIGN: PersonForm,
    WatchAction.END: EndForm,
}
