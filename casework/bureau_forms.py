"""Forms of what township and bureau do in a case."""

from django import forms

from casework.closing import ClosingAction
from casework.handing_off import HandOffAction, Side
from casework.legal import Authority, LegalKind, kinds_of, may_enter
from casework.stages import CaseOutcome
from students.forms.fields import ChoiceField, DateField, LineField, PaperField, SearchField, TextField


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


class ConfirmReturnForm(forms.Form):
    """确认复学."""

    note = LineField("核实情况", help_text="例如：到校核对，孩子在班上课", max_length=200)
    version = forms.IntegerField(min_value=0, widget=forms.HiddenInput)
    refusal = "没有确认"


class ClosingForm(forms.Form):
    """提出销号: how it ends, on what grounds, and the paper that proves it."""

    outcome = ChoiceField("销号结果", [])
    note = TextField("销号依据")
    paper = PaperField("佐证材料", required=False)
    version = forms.IntegerField(min_value=0, widget=forms.HiddenInput)
    refusal = "没有提出销号"

    def __init__(self, *args, outcomes, needs_paper, **kwargs):
        """``outcomes``: those that are proven; ``needs_paper``: no evidence is on file yet."""
        super().__init__(*args, **kwargs)
        self.fields["outcome"].choices = [(outcome.value, outcome.label) for outcome in outcomes]
        self.fields["paper"].required = needs_paper

    def clean_outcome(self):
        return CaseOutcome(self.cleaned_data["outcome"])


class DecisionForm(forms.Form):
    """批准 or 退回 a proposal."""

    do = forms.CharField(widget=forms.HiddenInput, required=False)
    note = LineField(
        "说明", required=False, max_length=100, help_text="退回写明原因；县教育局只有一个人的，批准也写明原因"
    )
    refusal = "没有保存"

    def clean_do(self):
        if self.cleaned_data["do"] not in (ClosingAction.APPROVE, ClosingAction.REFUSE):
            raise forms.ValidationError("没有说明是批准还是退回")
        return ClosingAction(self.cleaned_data["do"])


class LegalStepForm(forms.Form):
    """依法措施: what, by whom, when, with which deadline, and what came of it."""

    kind = ChoiceField("措施", [])
    authority = ChoiceField("办理机关", [])
    day = DateField("日期")
    deadline = DateField("期限", required=False, help_text="通知书和责令限期改正要写明期限")
    document = forms.ChoiceField(label="在本系统签发的文书", required=False)
    reference = LineField("文号", required=False, max_length=60, help_text="不是在本系统签发的，填文号")
    outcome = TextField("情况和结果", required=False)
    refusal = "没有登记"

    def __init__(self, *args, held, papers, **kwargs):
        """``held``: the authorities for which the reader enters steps; ``papers``: documents that a step may name."""
        super().__init__(*args, **kwargs)
        kinds = kinds_of(held)
        takers = [each for each in Authority if any(may_enter(kind, each, held) for kind in kinds)]
        self.fields["kind"].choices = [(kind.value, kind.label) for kind in kinds]
        self.fields["authority"].choices = [(each.value, each.label) for each in takers]
        self.papers = {str(paper.pk): paper for paper in papers}
        named = [(pk, f"{paper.get_kind_display()} {paper.reference}") for pk, paper in self.papers.items()]
        self.fields["document"].choices = [("", "没有"), *named]
        if not papers:
            del self.fields["document"]
        if len(takers) == 1:
            self.fields["authority"].initial = takers[0].value

    def clean_document(self):
        return self.papers.get(self.cleaned_data["document"])

    def clean_kind(self):
        return LegalKind(self.cleaned_data["kind"])

    def clean_authority(self):
        return Authority(self.cleaned_data["authority"])
