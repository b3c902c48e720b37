"""Forms of the reviews: opening one, what was found of a child, what a ledger says of a month."""

import re
from collections.abc import Sequence
from uuid import uuid4

from django import forms

from returns.actions.reviews import MOST_DRAWN
from returns.models import ReviewChild, ReviewMonth
from returns.models.reviews import MOST_PAPERS
from returns.queries.quarters import Quarter, quarter
from returns.queries.reviews import number_lines
from returns.reviewing import Agreement, Finding, Instead, Part
from students.forms.fields import ChoiceField, PaperField, RowsField, SearchField, SentOnce, TextField

ALL, CHOSEN = "all", "chosen"
USUAL_SIZE = 10  # children in school drawn of each school [D]


def _labelled(kinds) -> list[tuple[str, str]]:
    return [(each.value, each.label) for each in kinds]


class NumberField(forms.IntegerField):
    """A whole number that is not negative."""

    def __init__(self, label, *, least: int, most: int, **kwargs):
        between = f"{label}应在{least}到{most}之间"
        errors = {"required": f"请填写{label}", "invalid": f"{label}没有看懂，请填写整数", "min_value": between,
                  "max_value": between}  # fmt: skip
        widget = forms.NumberInput(attrs={"class": "input", "inputmode": "numeric"})
        super().__init__(label=label, min_value=least, max_value=most, error_messages=errors, widget=widget, **kwargs)


class QuarterField(ChoiceField):
    """A quarter; why one that is not offered cannot be reviewed is the action's to say."""

    def valid_value(self, value) -> bool:
        return bool(re.fullmatch(r"(?:19|20|21)[0-9]{2}-[1-4]", value))

    def clean(self, value) -> Quarter:
        year, number = super().clean(value).split("-")
        return quarter(int(year), int(number))


class OpenForm(SentOnce):
    """开始复核."""

    quarter = QuarterField("季度", ())
    audience = ChoiceField("复核哪些学校", [(ALL, "有已接收月报的全部学校"), (CHOSEN, "选学校")])
    schools = RowsField("学校", required=False, wrong="请在列出的学校中选择")
    size = NumberField("每校抽查在校学生", least=1, most=MOST_DRAWN, help_text="从上报在校的学生中随机抽取几人")
    most = NumberField(
        "其他各类每校最多", least=1, most=MOST_DRAWN, required=False,
        help_text="辍学、去向不明、疑似辍学、转出、休学、死亡等，不填就全部复核",
    )  # fmt: skip
    refusal = "没有开始"
    sometimes = frozenset({"schools"})

    def __init__(self, *args, quarters: Sequence[Quarter], schools, **kwargs):
        begin = {"submission": uuid4(), "audience": ALL, "size": USUAL_SIZE}
        begin |= {"quarter": quarters[0].code} if quarters else {}
        super().__init__(*args, initial=begin, **kwargs)
        self.fields["quarter"].choices = [(each.code, each.label) for each in quarters]
        self.fields["schools"].queryset = schools

    def clean(self):
        told = super().clean()
        if told.get("audience") == CHOSEN and not told.get("schools") and "schools" not in self.errors:
            self.add_error("schools", "请至少选一所学校")
        return told

    @property
    def told(self) -> dict:
        """A checked form in the arguments of the action."""
        told = {name: self.cleaned_data[name] for name in ("quarter", "size", "most", "submission")}
        return told | {
            "schools": list(self.cleaned_data["schools"]) if self.cleaned_data["audience"] == CHOSEN else None
        }


class SheetFilter(forms.Form):
    """What narrows the schools of a review down."""

    q = SearchField("查找学校", "学校名称")
    state = forms.ChoiceField(
        label="情况", required=False,
        choices=[("", "全部"), ("left", "没有录完"), ("done", "录完"), ("wrong", "有不属实或不一致")],
    )  # fmt: skip

    def keeps(self, line) -> bool:
        """Whether a school is asked for."""
        asked = self.cleaned_data
        if asked.get("q") and asked["q"].strip() not in line.sheet.school.name:
            return False
        match asked.get("state"):
            case "left":
                return not line.is_done
            case "done":
                return line.is_done
            case "wrong":
                return line.is_wrong
        return True


class EntryForm(forms.Form):
    """Of a row that somebody else may change meanwhile. ``seen``: the version that the page shows."""

    seen = forms.IntegerField(min_value=0, widget=forms.HiddenInput)
    refusal = "没有保存"

    def look_again(self, version: int) -> None:
        """What was typed stays; the page has now shown the row as it is."""
        self.data = self.data.copy()
        self.data["seen"] = str(version)


class ChildForm(EntryForm):
    """核实情况 of a child. ``part``: what is said of it."""

    finding = ChoiceField("核实情况", _labelled(Finding))
    instead = ChoiceField("实际情况", _labelled(Instead), required=False)
    words = TextField("说明", max_length=300, required=False, help_text="见到谁、看了什么材料；不属实和未能核实的要写")
    paper = PaperField("材料", required=False, help_text=f"照片或PDF，一名学生最多{MOST_PAPERS}份")
    sometimes = frozenset({"instead", "words"})

    def __init__(self, *args, part: Part, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["finding"].help_text = f"上报的是：{part.label}"

    def clean(self):
        told = super().clean()
        if told.get("finding") == Finding.WRONG and not told.get("instead") and "instead" not in self.errors:
            self.add_error("instead", "请选择实际情况")
        if told.get("finding") in (Finding.WRONG, Finding.UNVERIFIED) and not told.get("words", "x"):
            self.add_error("words", "请写说明")
        return told


class RestForm(SentOnce):
    """One finding for the rest of a sheet. ``children``: those whom the page shows."""

    children = forms.RegexField(r"^\d{1,12}(,\d{1,12})*$", max_length=5_000, widget=forms.HiddenInput)
    words = TextField("说明", max_length=300, help_text="每名学生都记这一句")
    refusal = "没有保存"

    def __init__(self, *args, finding: Finding, children: Sequence[ReviewChild], initial: dict, **kwargs):
        super().__init__(*args, initial=initial | {"children": _ids(children)}, **kwargs)
        self.fields["words"].required = finding != Finding.HOLDS

    def clean_children(self) -> frozenset[int]:
        return frozenset(map(int, self.cleaned_data["children"].split(",")))

    def show_anew(self, children: Sequence[ReviewChild]) -> None:
        """What was typed stays; the page shows who is left now, and a press on it is a new one."""
        self.data = self.data.copy()
        self.data["children"] = _ids(children)
        self.data["submission"] = str(uuid4())


def _ids(children: Sequence[ReviewChild]) -> str:
    return ",".join(str(child.pk) for child in children)


class MonthForm(EntryForm):
    """台账核对 of a month: whether the ledger agrees, and its numbers where they are others."""

    agreement = ChoiceField("台账与上报", _labelled(Agreement))
    words = TextField("说明", max_length=300, required=False)

    def __init__(self, *args, month: ReviewMonth, **kwargs):
        super().__init__(*args, **kwargs)
        self.lines = number_lines(month)
        for line in self.lines:
            self.fields[f"found-{line.code}"] = NumberField(
                f"台账{line.label}", least=0, most=99_999, required=False,
                help_text=f"上报{line.reported}人，相同的不填",
            )  # fmt: skip

    @property
    def numbers(self):
        """The fields of the numbers, in order."""
        return [self[f"found-{line.code}"] for line in self.lines]

    @property
    def found(self) -> dict[str, int]:
        """Code → the ledger's number, where one was typed."""
        typed = {line.code: self.cleaned_data.get(f"found-{line.code}") for line in self.lines}
        return {code: number for code, number in typed.items() if number is not None}

    def clean(self):
        told = super().clean()
        differs = told.get("agreement") == Agreement.DIFFERS
        if differs and not self.errors and not self.found:
            self.add_error(None, "不一致的至少要填一个台账的数字")
        return told


class CloseForm(forms.Form):
    """定稿. ``mark``: of the results that the page shows."""

    mark = forms.CharField(max_length=64, widget=forms.HiddenInput)
    conclusion = TextField("复核意见", max_length=500, required=False, help_text="总的情况和要求，印在结果表下面")
    refusal = "没有定稿"

    def bring_up_to_date(self, mark: str) -> None:
        """What was typed stays; the page shows the results as they are now, to be looked at once more."""
        self.data = self.data.copy()
        self.data["mark"] = mark


class AdditionForm(forms.Form):
    """补充说明."""

    words = TextField("补充说明", max_length=500, help_text="定稿的内容不改，另编一号写在后面")
    refusal = "没有保存"


class RequestForm(forms.Form):
    """不再要求更正."""

    reason = TextField("原因", max_length=300, help_text="例如：学校已说明，原来的月报是对的")
    refusal = "没有保存"
