"""Forms of a case: what each move needs is read from the table of transitions (``casework.stages``)."""

from datetime import date

from django import forms

from casework.causes import Reason, Whereabouts
from casework.queries.case_list import SORTINGS
from casework.stages import TRANSITIONS, CaseAction, CaseOutcome, CaseStage, Need
from casework.steps import RAISED, CaseStep, Concern
from students.forms.fields import ChoiceField, DateField, LineField, PaperField, SearchField, TextField
from students.forms.places import offer_places
from students.models import SpecialGroup
from students.models.registry import choices
from students.queries.listing import GRADES
from students.templatetags.chinese import cdate_short

NOTE_HINTS = {
    CaseAction.CONFIRM_DROPOUT: "依据：谁核实的、怎样核实的",
    CaseAction.CLOSE: "依据：孩子现在在哪里、谁确认的",
    CaseAction.REOPEN: "为什么重新打开",
}
REFUSALS = {
    CaseAction.CONFIRM_DROPOUT: "没有认定",
    CaseAction.CLOSE: "没有销号",
    CaseAction.REOPEN: "没有重新打开",
}


class CaseFilter(forms.Form):
    """Search, filters and order of the cases. What offers no choice to this person is not there."""

    q = SearchField("查找学生")
    school = forms.ChoiceField(label="学校", required=False)
    grade = forms.ChoiceField(label="年级", choices=[("", "全部"), *GRADES.items()], required=False)
    stage = forms.ChoiceField(label="阶段", choices=[("", "全部"), *choices(CaseStage)], required=False)
    concern = forms.ChoiceField(label="预警情形", choices=[("", "全部"), *choices(Concern)], required=False)
    group = forms.ChoiceField(label="特殊群体", choices=[("", "全部"), *SpecialGroup.Kind.choices], required=False)
    sort = forms.ChoiceField(label="排序", choices=list(SORTINGS.items()), required=False)

    def __init__(self, *args, schools, **kwargs):
        super().__init__(*args, **kwargs)
        offer_places(self, schools)


class ConcernForm(forms.Form):
    """报预警: why, in one tap, and what else is known."""

    concern = forms.ChoiceField(
        label="情形",
        choices=[(kind.value, kind.label) for kind in RAISED],
        error_messages={"required": "请点一种情形，没有报", "invalid_choice": "请在列出的情形里点一种"},
    )
    note = TextField("情况说明", required=False, help_text="可以不填，例如：家长说下月带去外地")
    refusal = "没有报"

    @property
    def kind(self) -> Concern:
        """The kind that was tapped."""
        return Concern(self.cleaned_data["concern"])


class CaseForm(forms.Form):
    """What is done to a case; ``version`` is that of the case which the page showed."""

    version = forms.IntegerField(min_value=0, widget=forms.HiddenInput)


class PlanForm(CaseForm):
    """安排下一步."""

    step = ChoiceField("下一步", choices(CaseStep))
    on = DateField("最迟哪天")
    note = LineField("说明", required=False, help_text="例如：约好周五下午到家里谈")
    refusal = "没有安排"

    def __init__(self, *args, last: date, **kwargs):
        """``last``: the last day that can be chosen."""
        super().__init__(*args, **kwargs)
        self.fields["on"].help_text = f"最晚{cdate_short(last)}"


class AssignForm(CaseForm):
    """交办, or 收回 where nobody is chosen."""

    person = forms.ChoiceField(
        label="交给谁",
        required=False,
        error_messages={"invalid_choice": "请在列出的人里选择"},
        widget=forms.Select(attrs={"class": "input"}),
    )
    reason = LineField(
        "交办原因",
        required=False,
        max_length=100,
        help_text="交办要写明，例如：班主任病假、调离、更熟悉这个家庭；收回不用写",
    )
    refusal = "没有交办"
    sometimes = frozenset({"person", "reason"})

    def __init__(self, *args, people, back: str, **kwargs):
        """``people``: (id, name and post) of those who may be asked; ``back``: the post that has it otherwise."""
        super().__init__(*args, **kwargs)
        self.fields["person"].choices = [("", f"不交办，由{back}负责"), *((str(pk), words) for pk, words in people)]


class PaperForm(forms.Form):
    """上传材料."""

    paper = PaperField("个案材料")
    refusal = "没有上传"


class MoveForm(CaseForm):
    """A move of the table, with a field for each of its needs."""

    def __init__(self, *args, action: CaseAction, outcomes=(), needs_paper=False, latest=None, earliest=None, **kwargs):
        """``outcomes``: those that are proven; ``needs_paper``: no evidence is on file yet and there has to be some;
        ``latest``: the day that a dropout happened on at the latest; ``earliest``: the first day that it can have
        (``casework.queries.dropouts``)."""
        super().__init__(*args, **kwargs)
        self.refusal = REFUSALS[action]
        if action is CaseAction.CONFIRM_DROPOUT:
            self.fields["happened_on"] = DateField("辍学日期", initial=latest)
            if earliest:
                self.fields["happened_on"].help_text = f"最早{cdate_short(earliest.day)}：{earliest.why}"
        for need in TRANSITIONS[action].needs:
            self.fields[need.value] = _field(need, action, outcomes, needs_paper)


def _field(need: Need, action: CaseAction, outcomes, needs_paper: bool) -> forms.Field:
    if need is Need.REASON:
        return ChoiceField(need.label, choices(Reason))
    if need is Need.WHEREABOUTS:
        return ChoiceField(need.label, choices(Whereabouts))
    if need is Need.OUTCOME:
        return ChoiceField(need.label, choices(outcomes or ()))
    if need is Need.EVIDENCE:
        return PaperField(need.label, required=needs_paper)
    return TextField(need.label, help_text=NOTE_HINTS[action])


def cleaned_move(form: MoveForm) -> dict:
    """What a checked form says, in the arguments of the action."""
    read = {
        Need.REASON: ("reason", Reason),
        Need.WHEREABOUTS: ("whereabouts", Whereabouts),
        Need.OUTCOME: ("outcome", CaseOutcome),
        Need.EVIDENCE: ("paper", lambda paper: paper),
        Need.NOTE: ("note", str),
    }
    values = {name: of(form.cleaned_data[need]) for need, (name, of) in read.items() if need in form.fields}
    values |= {name: form.cleaned_data[name] for name in ("happened_on", "version") if name in form.fields}
    return values
