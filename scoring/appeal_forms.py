"""Forms of appeals 申诉 and of 定分."""

from datetime import date
from uuid import UUID, uuid4

from django import forms

from scoring.appeals import FactKind, Ground
from students.forms.fields import ChoiceField, PaperField, TextField
from students.forms.places import offer_places
from students.models import School, Term
from students.models.registry import choices

ACCEPT, REFUSE = "accept", "refuse"


class AppealFilter(forms.Form):
    """What narrows the list of appeals down."""

    school = forms.ChoiceField(label="学校", required=False)
    kind = forms.ChoiceField(label="依据", choices=[("", "全部"), *choices(FactKind)], required=False)

    def __init__(self, *args, schools, **kwargs):
        super().__init__(*args, **kwargs)
        offer_places(self, schools)


class AppealTold(forms.Form):
    """What the address in a notice says of the fact of an appeal."""

    school_class = forms.IntegerField(label="班级", min_value=1)
    fact_day = forms.DateField(label="依据的日期")
    student = forms.IntegerField(label="学生", min_value=1, required=False)

    @property
    def fact(self) -> tuple[int, date, int | None]:
        return tuple(self.cleaned_data[name] for name in ("school_class", "fact_day", "student"))


class AppealForm(forms.Form):
    """提出申诉: why nobody is to blame, in words, and a paper that shows it."""

    ground = ChoiceField("理由", choices(Ground), asks="哪一种理由")
    text = TextField("情况说明", max_length=500, help_text="写清楚发生了什么，例如：9月4日下午全镇停电，没有网络")
    paper = PaperField("证明材料", required=False)
    submission = forms.UUIDField(widget=forms.HiddenInput)
    refusal = "没有提交"

    def __init__(self, *args, typed: dict[str, str] | None = None, **kwargs):
        """``typed``: what a draft has kept."""
        super().__init__(*args, initial={"submission": uuid4()} | (typed or {}), **kwargs)

    def clean_ground(self) -> Ground:
        return Ground(self.cleaned_data["ground"])

    def clean(self):
        cleaned = super().clean()
        if "submission" in self.errors:
            raise forms.ValidationError("提交的内容不完整，没有保存。请刷新页面后重新填写。")
        if cleaned.get("ground") is Ground.MOVED and "paper" in cleaned and not cleaned["paper"]:
            self.add_error("paper", "说学生已迁走或在别处就读的，要附证明材料")
        return cleaned

    @staticmethod
    def typed_in(data) -> tuple[dict[str, str], UUID | None]:
        """What a page has sent so far to be kept as a draft, and the key of what it becomes."""
        try:
            key = UUID(data.get("submission", ""))
        except ValueError:
            return {}, None
        return {name: data[name] for name in ("ground", "text") if name in data} | {"submission": str(key)}, key


class SeenForm(forms.Form):
    """Of an appeal as the page showed it."""

    version = forms.IntegerField(min_value=1, widget=forms.HiddenInput)


class DecisionForm(SeenForm):
    """处理: 不可归责 or not, and why."""

    answer = ChoiceField(
        "认定", [(ACCEPT, "不可归责"), (REFUSE, "不成立")], asks="怎样认定",
        help_text="不可归责的不扣分；不成立的照原来计分",
    )  # fmt: skip
    note = TextField("处理意见", max_length=300, help_text="写明核实了什么、依据什么")
    refusal = "没有保存"


class ReviewForm(SeenForm):
    """申请复核."""

    text = TextField("复核的理由", max_length=500, help_text="写明不同意哪一点；只能申请一次，由县教育局最后决定")
    refusal = "没有提交"


class OpenTermForm(forms.Form):
    """发起定分: of which term, and of which school or all of them."""

    term = forms.ModelChoiceField(label="学期", queryset=Term.objects.none(), widget=forms.HiddenInput)
    school = forms.ModelChoiceField(
        label="学校", queryset=School.objects.none(), required=False, empty_label="全部还没有发起的学校",
        widget=forms.Select(attrs={"class": "input"}), error_messages={"invalid_choice": "请在列出的学校中选择"},
    )  # fmt: skip

    def __init__(self, *args, terms, schools, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["term"].queryset, self.fields["school"].queryset = terms, schools


class SignForm(forms.Form):
    """签字确认: of what the page showed."""

    mark = forms.CharField(max_length=64, widget=forms.HiddenInput)
    sure = forms.BooleanField(label="各班得分和依据已核对，申诉已处理完", error_messages={"required": "核对以后请打勾"})


class ReturnForm(forms.Form):
    """退回 to the school."""

    reason = TextField("退回原因", max_length=300)
    refusal = "没有退回"


class FreezeForm(forms.Form):
    """定分."""

    note = TextField("检查情况", max_length=500, help_text="哪天、谁检查的，查了哪些班，结果怎样")
    refusal = "没有定分"


class AmendForm(forms.Form):
    """更正: of the differences that the page showed."""

    seen = forms.IntegerField(min_value=0, widget=forms.HiddenInput)
    mark = forms.CharField(max_length=64, widget=forms.HiddenInput)
    reason = TextField("更正原因", max_length=300)
    refusal = "没有更正"
