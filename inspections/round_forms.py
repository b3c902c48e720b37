"""Forms of the rounds: opening one, changing it, answering a result."""

from datetime import date
from uuid import uuid4

from django import forms

from inspections.models import InspectionAnswer
from students.forms.fields import ChoiceField, DateField, LineField, RowsField, SearchField, SentOnce, TextField
from students.models import Person, School

ALL, TOWNSHIPS, CHOSEN = "all", "townships", "chosen"
AUDIENCES = [(ALL, "全县学校"), (TOWNSHIPS, "按乡镇"), (CHOSEN, "选学校")]


class ChecklistField(forms.ModelChoiceField):
    """A checklist by name and version."""

    def label_from_instance(self, obj):
        made = "，县教育局制定" if obj.made_by_id else ""
        return f"{obj.title}（第{obj.version}版{made}）"


class RoundForm(SentOnce):
    """开始检查批次."""

    title = LineField("名称", max_length=60, help_text="例如：2026年秋季期初检查")
    checklist = ChecklistField(
        queryset=None, label="检查表", empty_label=None,
        error_messages={"required": "请选择检查表", "invalid_choice": "请在列出的检查表中选择"},
    )  # fmt: skip
    first_day = DateField("从哪天起")
    last_day = DateField("到哪天止")
    audience = ChoiceField("检查哪些学校", AUDIENCES)
    townships = RowsField("乡镇", required=False)
    schools = RowsField("学校", required=False)
    inspectors = RowsField("检查人", required=False)
    refusal = "没有开始"
    sometimes = frozenset({"townships", "schools", "inspectors"})

    def __init__(self, *args, checklists, schools, townships, inspectors, today: date, **kwargs):
        begin = {"submission": uuid4(), "first_day": today, "audience": ALL}
        super().__init__(*args, initial=begin, **kwargs)
        self.all_schools = schools
        offered = {"checklist": checklists, "townships": townships, "schools": schools, "inspectors": inspectors}
        for name, rows in offered.items():
            self.fields[name].queryset = rows

    def clean(self):
        told = super().clean()
        audience = told.get("audience")
        if audience == TOWNSHIPS and not told.get("townships"):
            self.add_error("townships", "请选择乡镇")
        if audience == CHOSEN and not told.get("schools"):
            self.add_error("schools", "请选择学校")
        if not told.get("inspectors"):
            self.add_error("inspectors", "请选择检查人")
        return told

    @property
    def told(self) -> dict:
        """A checked form in the arguments of the action."""
        told = {name: self.cleaned_data[name] for name in ("title", "checklist", "first_day", "last_day", "submission")}
        return told | {"schools": self._chosen(), "inspectors": list(self.cleaned_data["inspectors"])}

    def _chosen(self) -> list[School]:
        match self.cleaned_data["audience"]:
            case "townships":
                return list(self.all_schools.filter(township__in=self.cleaned_data["townships"]))
            case "chosen":
                return list(self.cleaned_data["schools"])
        return list(self.all_schools)


class ChangeRoundForm(forms.Form):
    """改批次: the last day, the inspectors, the schools."""

    version = forms.IntegerField(min_value=0, widget=forms.HiddenInput)
    last_day = DateField("到哪天止")
    inspectors = RowsField("检查人", required=False)
    schools = RowsField("学校", required=False)
    refusal = "没有保存"
    sometimes = frozenset({"schools", "inspectors"})

    def __init__(self, *args, round, schools, inspectors, **kwargs):
        begin = {
            "version": round.version,
            "last_day": round.last_day,
            "inspectors": list(round.inspectors.values_list("pk", flat=True)),
            "schools": list(round.inspections.values_list("school", flat=True)),
        }
        super().__init__(*args, initial=begin, **kwargs)
        # Who is an inspector of the round stays on the list, whatever became of the office.
        self.fields["inspectors"].queryset = (
            inspectors | Person.objects.filter(pk__in=begin["inspectors"])
        ).distinct()  # fmt: skip
        self.fields["schools"].queryset = schools


class RoundFilter(forms.Form):
    """Search within a round."""

    q = SearchField("查找学校", hint="学校名称")


class AnswerForm(forms.Form):
    """学校回复: 确认, or 说明 with words. ``number``: the version of the result that it answers."""

    number = forms.IntegerField(min_value=1, widget=forms.HiddenInput)
    kind = ChoiceField("回复", InspectionAnswer.Kind.choices)
    words = TextField("说明", required=False, max_length=500, help_text="选“说明”的要写：哪一项、实际情况、依据")
    refusal = "没有回复"

    def clean(self):
        told = super().clean()
        if told.get("kind") == InspectionAnswer.Kind.EXPLAINED and not told.get("words", "").strip():
            self.add_error("words", "请写明说明的内容")
        return told
