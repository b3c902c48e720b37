"""Forms of what township and bureau do in a case."""

from datetime import date

from django import forms

from casework.causes import Reason, Whereabouts
from casework.closing import ClosingAction
from casework.contacts import OUTCOMES_OF, Companion, ContactMethod, ContactOutcome, Wish
from casework.handing_off import BY_HAND, HandOffAction, Side
from casework.legal import Authority, LegalKind, kinds_of, may_enter
from casework.stages import CaseOutcome
from casework.steps import CaseStep
from students.forms.fields import ChoiceField, DateField, LineField, PaperField, SearchField, SentOnce, TextField
from students.models.registry import choices
from students.templatetags.chinese import cdate_short

MOST_DAYS = 3 * 366
OF_A_VISIT = OUTCOMES_OF[ContactMethod.JOINT_VISIT]
VISIT_OUTCOMES = [(each.value, each.short) for each in ContactOutcome if each in OF_A_VISIT]


class HandOffFilter(forms.Form):
    """Search and filter of the hand-offs."""

    q = SearchField("查找学生")
    to_side = forms.ChoiceField(
        label="接收方", choices=[("", "全部"), *((side.value, side.label) for side in Side)], required=False
    )


class HandOffForm(forms.Form):
    """移交: to whom, why, and by when it should be settled."""

    way = ChoiceField("移交给", [], asks="移交给谁")
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
    sometimes = frozenset({"note"})

    def clean_do(self):
        if self.cleaned_data["do"] not in BY_HAND:
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
    sometimes = frozenset({"note"})

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
    sometimes = frozenset({"deadline"})

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


class TripForm(forms.Form):
    """安排联合劝返: which children, when, and who goes."""

    township = forms.IntegerField(widget=forms.HiddenInput)
    cases = forms.MultipleChoiceField(
        label="学生",
        error_messages={"required": "请至少选一名学生", "invalid_choice": "有的学生现在不能选，请重新选择"},
    )
    day = DateField("日期")
    leader = LineField("带队人", max_length=40)
    companions = forms.MultipleChoiceField(
        label="参加单位",
        choices=[(each.value, each.label) for each in Companion],
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "请选择参加单位", "invalid_choice": "请在列出的单位中选择"},
    )
    people = LineField("参加人员", required=False, max_length=100, help_text="姓名，用顿号隔开")
    note = TextField("说明", required=False)
    again = forms.BooleanField(label="已在名单里的学生，仍要再去一次", required=False)
    refusal = "没有安排"

    def __init__(self, *args, cases, **kwargs):
        """``cases``: those that may be chosen."""
        super().__init__(*args, **kwargs)
        self.by_pk = {str(case.pk): case for case in cases}
        self.fields["cases"].choices = [(pk, str(case.student)) for pk, case in self.by_pk.items()]

    @classmethod
    def typed(cls, sent) -> dict:
        """What was filled in when somebody only looked for more children, as the form begins with it."""
        several = {name: sent.getlist(name) for name in ("cases", "companions")}
        return {name: sent.get(name, "") for name in cls.base_fields} | several

    @property
    def chosen(self) -> set[int]:
        """The cases that are ticked."""
        return {int(pk) for pk in self["cases"].value() or () if str(pk) in self.by_pk}

    def cleaned(self) -> dict:
        """What a checked form says, in the arguments of the action."""
        told = {name: self.cleaned_data[name] for name in ("day", "leader", "people", "note", "again")}
        companions = [Companion(code) for code in self.cleaned_data["companions"]]
        return told | {"companions": companions, "cases": [self.by_pk[pk] for pk in self.cleaned_data["cases"]]}


class TripResultForm(SentOnce):
    """What came of a joint trip for one child, and what is next."""

    outcome = ChoiceField("结果", VISIT_OUTCOMES)
    talk = TextField("谈话内容", required=False, max_length=1000)
    promised_on = DateField("答应哪天返校", required=False, help_text="结果是“承诺返校”的要填")
    wish = ChoiceField("孩子的意愿", choices(Wish), required=False)
    reason = forms.ChoiceField(label="原因", choices=[("", "未选"), *choices(Reason)], required=False)
    whereabouts = forms.ChoiceField(label="去向", choices=[("", "未选"), *choices(Whereabouts)], required=False)
    step = forms.ChoiceField(label="下一步", choices=[("", "不变"), *choices(CaseStep)], required=False)
    step_on = DateField("下一步日期", required=False)
    refusal = "没有登记"
    sometimes = frozenset({"promised_on", "step_on"})

    def __init__(self, *args, last: date, **kwargs):
        """``last``: the last day that can be planned."""
        super().__init__(*args, **kwargs)
        self.fields["step_on"].help_text = f"最晚{cdate_short(last)}"

    def clean_outcome(self):
        return ContactOutcome(self.cleaned_data["outcome"])

    def clean_step(self):
        return CaseStep(self.cleaned_data["step"]) if self.cleaned_data["step"] else None


class NotGoneForm(forms.Form):
    """没有去: why a trip did not go to one child."""

    why = LineField("没有去的原因", max_length=100, help_text="例如：路断了；孩子已回校，不用再去")


class CancelTripForm(forms.Form):
    """取消 a trip."""

    reason = LineField("取消原因", max_length=100)


class PeriodForm(forms.Form):
    """A period, both days included, three years at the longest."""

    first = DateField("开始日期")
    last = DateField("结束日期")
    refusal = "没有换时段"

    def __init__(self, *args, today, **kwargs):
        super().__init__(*args, **kwargs)
        self.today = today

    def clean(self):
        first, last = self.cleaned_data.get("first"), self.cleaned_data.get("last")
        if first and last:
            if first > last:
                self.add_error("last", "结束的日子不能早于开始的日子")
            elif last > self.today:
                self.add_error("last", "这一天还没有到")
            elif (last - first).days > MOST_DAYS:
                self.add_error("first", "一次最多看三年")
        return self.cleaned_data
