"""Forms of the sweeps 排查: filters of residents and findings, opening a sweep, saying what was found out."""

from datetime import date
from uuid import uuid4

from django import forms

from students.forms.fields import DateField, PaperField, SearchField
from students.models import Campaign, Finding
from students.queries import campaigns, residents

ALL = ("", "全部")


def _choice(label: str, choices=()) -> forms.ChoiceField:
    return forms.ChoiceField(label=label, choices=[ALL, *choices], required=False)


class PlacedFilter(forms.Form):
    """A filter with 乡镇 and 村 of the reader; who sees one township alone is not asked for it."""

    def __init__(self, *args, townships, villages, **kwargs):
        super().__init__(*args, **kwargs)
        if len(townships) > 1:
            self.fields["township"].choices = [ALL, *((str(area.pk), area.name) for area in townships)]
            names = [(str(area.pk), f"{area.parent}{area}") for area in villages]
        else:
            del self.fields["township"]
            names = [(str(area.pk), area.name) for area in villages]
        if names:
            self.fields["village"].choices = [ALL, *names]
        else:
            del self.fields["village"]


class ResidentFilter(PlacedFilter):
    """Search and filters of 户籍儿童."""

    STATES = [(residents.LINKED, "已比对上"), (residents.PROPOSED, "待确认"), (residents.ALONE, "未比对上")]
    AGES = [(residents.DUE, "适龄"), (residents.BEFORE, "未到入学年龄"), (residents.AFTER, "已超过")]

    q = SearchField("查找儿童")
    state = _choice("比对", STATES)
    age = _choice("年龄段", AGES)
    township = _choice("乡镇")
    village = _choice("村")


class CampaignForm(forms.Form):
    """启动排查: which season, as of which day, to be done by when."""

    season = forms.ChoiceField(
        label="季节",
        choices=Campaign.Season.choices,
        widget=forms.RadioSelect,
        error_messages={"required": "请选择季节", "invalid_choice": "请选择春季或秋季"},
    )
    as_of = DateField("比对日期", help_text="三张清单按这一天的户籍、学籍和考勤比对，通常是3月1日或9月1日")
    due_on = DateField("完成期限", help_text="各乡镇和学校应在这一天之前逐人落实，通常是当月最后一天")
    refusal = "没有启动"

    def __init__(self, *args, today: date, **kwargs):
        super().__init__(*args, **kwargs)
        self.today = today

    def clean_as_of(self) -> date:
        if self.cleaned_data["as_of"] > self.today:
            raise forms.ValidationError("比对日期还没有到，清单要等到那一天才能比对")
        return self.cleaned_data["as_of"]

    def clean(self):
        as_of, due_on = self.cleaned_data.get("as_of"), self.cleaned_data.get("due_on")
        if as_of and due_on and due_on < as_of:
            self.add_error("due_on", "完成期限早于比对日期，请改正")

    @staticmethod
    def usual(today: date) -> dict:
        """What is usual for ``today``: the March sweep from February to July, else that of September."""
        is_spring = 2 <= today.month <= 7
        first = date(today.year, 3, 1) if is_spring else date(today.year, 9, 1)
        as_of = min(first, today)
        last = date(as_of.year, 3, 31) if is_spring else date(as_of.year, 9, 30)
        season = Campaign.Season.SPRING if is_spring else Campaign.Season.AUTUMN
        return {"season": season, "as_of": as_of, "due_on": max(last, as_of)}


class FindingFilter(PlacedFilter):
    """Search and filters of the children of a sweep."""

    STATES = [(campaigns.UNSETTLED, "未落实（全部）"), *Finding.State.choices]

    q = SearchField("查找儿童")
    list = _choice("清单", Finding.List.choices)
    state = _choice("状态", STATES)
    township = _choice("乡镇")
    village = _choice("村")
    follower = _choice("责任人")

    def __init__(self, *args, followers, **kwargs):
        super().__init__(*args, **kwargs)
        people = [(str(person.pk), person.name) for person in followers]
        special = [(campaigns.MINE, "我的"), (campaigns.NOBODY, "未分派")]
        self.fields["follower"].choices = [ALL, *special, *people]


class StepForm(forms.Form):
    """What was found out about a child, with the paper that proves it."""

    state = forms.ChoiceField(
        label="核实结果",
        choices=[choice for choice in Finding.State.choices if choice[0] != Finding.State.TO_VISIT],
        widget=forms.RadioSelect,
        error_messages={"required": "请选择核实结果", "invalid_choice": "请在列出的结果中选择"},
    )
    happened_on = DateField("走访或核实日期")
    note = forms.CharField(
        label="情况",
        required=False,
        max_length=300,
        help_text="见到了谁、孩子现在在哪里、下一步怎么办",
        error_messages={"max_length": "情况最多300字，现在太长，没有保存"},
        widget=forms.Textarea(attrs={"rows": 3, "class": "input"}),
    )
    proof = PaperField(
        required=False,
        help_text="照片（JPG、PNG）或PDF，PDF不超过2 MB。外地就读、特教、休学、出国、毕业、死亡、迁出要附证明",
    )
    submission = forms.UUIDField(widget=forms.HiddenInput, initial=uuid4)
    seen = forms.IntegerField(widget=forms.HiddenInput, min_value=0)

    def clean(self):
        vague = {Finding.State.VISITED, Finding.State.NOT_FOUND}
        if self.cleaned_data.get("state") in vague and not self.cleaned_data.get("note", "").strip():
            self.add_error("note", "没有落实的要写明走访情况和下一步，没有保存")


class FollowerForm(forms.Form):
    """Who follows up a child, or the children of a village."""

    follower = forms.ModelChoiceField(
        queryset=None,
        label="责任人",
        required=False,
        empty_label="未分派",
        error_messages={"invalid_choice": "这个人不能负责这里的儿童，没有分派。请在名单中重新选择"},
    )

    def __init__(self, *args, people, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["follower"].queryset = people
