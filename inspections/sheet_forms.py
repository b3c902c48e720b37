"""The sheet as a form: for every item its points, a remark, and which version of it the page was opened with."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID, uuid4

from django import forms

from casework.contact_forms import PhotosField, SeveralFiles
from inspections.actions.filling import Entered, Kept
from inspections.checklist import Item, Judged, Section, items_of, plain
from inspections.models import InspectionPhoto, Judgement
from inspections.models.rounds import MOST_PHOTOS
from inspections.queries.reading import judged_as
from students.forms.fields import DateField, LineField

LEFT = "left"
LONGEST_REMARK = 300


@dataclass(frozen=True)
class ItemRow:
    """An item as the page draws it. ``clash``: how somebody else has judged it meanwhile, in words."""

    item: Item
    mark: forms.BoundField
    remark: forms.BoundField
    seen: forms.BoundField
    was: forms.BoundField
    photos: Sequence[InspectionPhoto]
    clash: str


@dataclass(frozen=True)
class SectionRows:
    """A section as the page draws it."""

    section: Section
    rows: list[ItemRow]


class SheetForm(forms.Form):
    """检查表. Nothing is required: what is missing is asked for when the sheet is signed."""

    page = forms.UUIDField(widget=forms.HiddenInput, required=False)
    refusal = "没有全部存下"

    def __init__(self, *args, sections: Sequence[Section], sheet: Mapping[str, Judged], seen: Mapping[str, int], **kw):
        begin: dict[str, object] = {"page": uuid4()}
        for code, mark in sheet.items():
            begin |= {f"mark-{code}": _value(mark), f"remark-{code}": mark.remark}
        begin |= {f"seen-{code}": version for code, version in seen.items()}
        begin |= {f"was-{item.code}": imprint(sheet.get(item.code, Judged())) for item in items_of(sections)}
        super().__init__(*args, initial=begin, **kw)
        self.sections = sections
        for item in items_of(sections):
            self.fields |= _fields(item)

    def entered(self) -> dict[str, Entered]:
        """What the page says of every item that it sent; one that made no sense is not among them."""
        told = {}
        for item in items_of(self.sections):
            names = [f"{name}-{item.code}" for name in ("mark", "remark", "seen", "was")]
            if names[0] in self.data and all(name in self.cleaned_data for name in names):
                value, remark, seen, was = (self.cleaned_data[name] for name in names)
                mark = _mark(value, remark)
                told[item.code] = Entered(mark, seen or 0, is_typed=imprint(mark) != was)
        return told

    @property
    def sheet(self) -> dict[str, Judged]:
        """The whole sheet as sent."""
        return {code: entered.mark for code, entered in self.entered().items()}

    def rows(self, photos: Mapping[str, Sequence[InspectionPhoto]], clashes: Mapping[str, Judgement]):
        """The form section by section, as the page draws it."""
        return [
            SectionRows(
                section,
                [
                    ItemRow(
                        item, self[f"mark-{item.code}"], self[f"remark-{item.code}"], self[f"seen-{item.code}"],
                        self[f"was-{item.code}"], photos.get(item.code, ()), clash_words(item, clashes.get(item.code)),
                    )
                    for item in section.items
                ],
            )
            for section in self.sections
        ]  # fmt: skip

    def has_read(self, kept: Kept) -> None:
        """The page is drawn anew: with what others have judged where nothing was typed; where both have, with what was
        typed, which the next press puts in place of theirs. An item that made no sense stays as it was sent."""
        self.data = self.data.copy()
        for code in self.entered():
            held = kept.held.get(code)
            mark = judged_as(held) if held else Judged()
            if code not in kept.clashes:
                self.data |= {f"mark-{code}": _value(mark), f"remark-{code}": mark.remark}
            self.data |= marks_of(code, held)


def marks_of(code: str, held: Judgement | None) -> dict[str, str]:
    """The hidden fields of an item for a page that shows it as it is held."""
    if held is None:
        return {f"seen-{code}": "0", f"was-{code}": imprint(Judged())}
    return {f"seen-{code}": str(held.version), f"was-{code}": imprint(judged_as(held))}


def imprint(mark: Judged) -> str:
    """By which a page that is sent tells whether anything was typed of an item since it was opened."""
    remark = " ".join(mark.remark.split())  # browsers and databases end lines differently
    return hashlib.sha256(f"{_value(mark)}\n{remark}".encode()).hexdigest()[:16]


class CorrectionForm(SheetForm):
    """更正: the sheet of a result again, with the reason. ``number``: the version that it corrects."""

    number = forms.IntegerField(min_value=1, widget=forms.HiddenInput)
    reason = LineField("更正原因", help_text="写明依据，例如：学校补交的材料、复核的情况")
    refusal = "没有更正"


class SignForm(forms.Form):
    """签名完成. ``version``: that of the sheet which the signer has read; ``deadline``: only where points were lost."""

    version = forms.IntegerField(min_value=0, widget=forms.HiddenInput)
    inspected_on = DateField("检查日期")
    deadline = DateField("整改期限", help_text="扣分的项目到哪天整改完，选上课日；以后可以逐项改")
    refusal = "没有签名"

    def __init__(self, *args, version: int, today: date, deadline: date | None, has_found: bool, **kwargs):
        begin = {"version": version, "inspected_on": today, "deadline": deadline}
        super().__init__(*args, initial=begin, **kwargs)
        if not has_found:
            del self.fields["deadline"]

    @property
    def told(self) -> dict:
        """A checked form in the arguments of the action."""
        told = self.cleaned_data
        return {"seen": told["version"], "inspected_on": told["inspected_on"], "deadline": told.get("deadline")}


class PhotoForm(forms.Form):
    """加照片; the action opens each by itself, so that one that is none takes no other with it."""

    photo = PhotosField(
        label="照片", required=False, widget=SeveralFiles(attrs={"accept": "image/jpeg,image/png"}),
        help_text=f"一项最多{MOST_PHOTOS}张；保存时去掉拍摄地点等信息",
    )  # fmt: skip
    refusal = "没有保存"


def clash_words(item: Item, held: Judgement | None) -> str:
    """How somebody else has judged an item meanwhile, in words; blank where nobody has."""
    if held is None:
        return ""
    points = "不涉及" if not held.applies else "还没有给分" if held.points is None else f"{plain(held.points)}分"
    remark = f"，写的是“{held.remark}”" if held.remark else ""
    return f"{held.changed_by.name}刚才评为{points}{remark}。你填的还没有存下：再点一次保存，就改成你填的。"


def _fields(item: Item) -> dict[str, forms.Field]:
    choices = [("", "未评"), *((plain(step), f"{plain(step)}分") for step in item.steps)]
    choices[1] = (plain(item.points), f"{plain(item.points)}分（满分）")
    if item.may_be_left:
        choices.append((LEFT, "不涉及"))
    wrong = {"invalid_choice": f"“{item.text}”的得分应在0到{plain(item.points)}分之间，以半分为一档"}
    mark = forms.ChoiceField(label="得分", choices=choices, required=False, error_messages=wrong)
    remark = forms.CharField(
        label="问题或说明", required=False, max_length=LONGEST_REMARK,
        widget=forms.Textarea(attrs={"rows": 2, "class": "input"}),
        error_messages={"max_length": f"“{item.text}”的说明最多{LONGEST_REMARK}字，现在太长，没有存下"},
    )  # fmt: skip
    seen = forms.IntegerField(min_value=0, required=False, widget=forms.HiddenInput)
    was = forms.CharField(max_length=16, required=False, widget=forms.HiddenInput)
    named = {"mark": mark, "remark": remark, "seen": seen, "was": was}
    return {f"{name}-{item.code}": field for name, field in named.items()}


def _value(mark: Judged) -> str:
    if not mark.applies:
        return LEFT
    return "" if mark.points is None else plain(mark.points)


def _mark(value: str, remark: str) -> Judged:
    points = Decimal(value) if value not in ("", LEFT) else None
    return Judged(points, applies=value != LEFT, remark=remark)


def page_of(form: SheetForm) -> UUID | None:
    """The open page that the form was sent from."""
    return form.cleaned_data.get("page")
