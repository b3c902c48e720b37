"""A checklist as a form: its head, and a row for every item; empty rows are left out."""

from collections.abc import Mapping

from django import forms

from casework.queries.duties import SOURCES, source_words
from inspections.absences import counts_absences
from inspections.checklist import KINDS, Checklist, plain
from inspections.checklist_reading import NOT_FOR_ABSENCES
from students.forms.fields import LineField, TextField

SPARE = 3  # empty rows for new items
MOST_ROWS = 120
ASKED = ("section", "text", "points", "judge", "source")


class HeadForm(forms.Form):
    """The head of a version. ``version``: the newest one of the bureau's that the page knew."""

    version = forms.IntegerField(min_value=0, widget=forms.HiddenInput)
    title = LineField("名称", max_length=60)
    full_marks = LineField("满分", max_length=6, help_text="各项分值相加要等于满分")
    rectify_days = forms.IntegerField(
        label="整改期限（天）", help_text="检查后多少天内整改，检查人可以另定",
        error_messages={"required": "请填写整改期限", "invalid": "整改期限应是整数"},
    )  # fmt: skip
    reason = LineField("为什么改")
    refusal = "没有保存"

    @classmethod
    def begin(cls, checklist: Checklist, version: int) -> dict:
        """What the form begins with."""
        return {
            "version": version,
            "title": checklist.title,
            "full_marks": plain(checklist.full_marks),
            "rectify_days": checklist.rectify_days,
        }


class ItemForm(forms.Form):
    """One item. What is wrong with it is said of the whole, since sums and doubles are; points for absences here."""

    code = forms.CharField(required=False, max_length=40, widget=forms.HiddenInput)
    section = LineField("部分", max_length=40, required=False, help_text="写同一个名称的归在一起")
    text = LineField("检查内容", max_length=120, required=False)
    points = LineField("分值", max_length=6, required=False, help_text="以半分为一档")
    judge = TextField("评分标准", max_length=300, required=False)
    source = LineField("依据", max_length=120, required=False)
    not_for = forms.MultipleChoiceField(
        label="不适用的学校", choices=list(KINDS.items()), required=False, widget=forms.CheckboxSelectMultiple,
        error_messages={"invalid_choice": "请在列出的办学类型中选择"},
    )  # fmt: skip
    may_be_left = forms.BooleanField(label="检查人可以选“不涉及”", required=False)
    removed = forms.BooleanField(label="去掉这一项", required=False)
    sometimes = frozenset({*ASKED, "not_for", "may_be_left", "removed"})

    def clean(self):
        told = super().clean()
        if not self.is_empty and counts_absences(told.get("text", ""), told.get("judge", "")):
            self.add_error("judge", NOT_FOR_ABSENCES)
        return told

    @property
    def is_empty(self) -> bool:
        """A spare row that nobody has filled, or one taken out."""
        told = self.cleaned_data  # nothing at all of a spare row that came back as it was
        return told.get("removed", False) or not any(told.get(name) for name in ASKED)


class Rows(forms.BaseFormSet):
    """The rows of a checklist."""

    default_error_messages = {
        **forms.BaseFormSet.default_error_messages,
        "missing_management_form": "提交的内容不完整，没有保存。请刷新页面后重新填写。",
        "too_many_forms": f"一张检查表最多{MOST_ROWS}项",
    }


ItemRows = forms.formset_factory(ItemForm, formset=Rows, extra=SPARE, max_num=MOST_ROWS, validate_max=True)


def rows_of(checklist: Checklist) -> list[dict]:
    """What the rows begin with."""
    return [
        {
            "code": item.code, "section": section.title, "text": item.text, "points": plain(item.points),
            "judge": item.judge, "source": source_words(item.source), "not_for": sorted(item.not_for),
            "may_be_left": item.may_be_left,
        }
        for section in checklist.sections
        for item in section.items
    ]  # fmt: skip


def content_of(head: Mapping, rows: Rows, follows: Checklist) -> dict:
    """The data of a version from a checked form: sections in the order of their first item; a new item gets a code."""
    kept = [form.cleaned_data for form in rows if not form.is_empty]
    taken = {row["code"] for row in kept} | {item.code for item in follows.items}
    codes = {section.title: section.code for section in follows.sections}
    sections: dict[str, dict] = {}
    for row in kept:
        title = row["section"]
        code = codes.get(title) or _free("part", {*codes.values(), *(each["code"] for each in sections.values())})
        section = sections.setdefault(title, {"code": code, "title": title, "items": []})
        item = {name: row[name] for name in ("code", "text", "points", "judge", "not_for", "may_be_left")}
        item["source"] = _marked(row["source"])
        if not item["code"]:
            item["code"] = _free("item", taken)
            taken.add(item["code"])
        section["items"].append(item)
    return {
        "title": head["title"], "source": follows.source, "full_marks": head["full_marks"],
        "rectify_days": head["rectify_days"], "rectify_source": follows.rectify_source,
        "sections": list(sections.values()),
    }  # fmt: skip


def _marked(source: str) -> str:
    """A source with the marks that the store keeps: the form shows them in words."""
    for mark, words in SOURCES.items():
        source = source.replace(words, f"{mark} ")
    return source


def _free(stem: str, taken: set[str]) -> str:
    return next(code for number in range(1, len(taken) + 2) if (code := f"{stem}-{number}") not in taken)
