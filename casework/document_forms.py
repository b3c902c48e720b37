"""Forms of documents: the fields of each kind as it declares them, and what signing, sending back and voiding ask."""

from collections.abc import Mapping
from uuid import uuid4

from django import forms

from casework.actions.drafts import Page
from casework.document_checks import OnRecord, differing, impossible
from casework.document_kinds import KINDS, DocumentKind, Input, PaperField, forbidden, shown
from casework.documents import DocumentState
from casework.models import Document, LetterDelivery
from students.actions.meanwhile import differing as differing_marks
from students.actions.meanwhile import marks_of
from students.forms.child import Difference
from students.forms.fields import ChoiceField, DateField, LineField, SearchField, TextField
from students.forms.fields import PaperField as FileField
from students.forms.places import offer_places

LONGEST = {Input.LINE: 100, Input.TEXT: 1000}
BLANK = "没有填"


class DocumentForm(forms.Form):
    """What a document says. A draft may be saved with gaps; what is missing is asked for when it is issued.

    One that is changed brings the ``version`` of the page as well, and marks of what it was ``opened`` with.
    """

    submission = forms.UUIDField(widget=forms.HiddenInput)
    tab = forms.CharField(widget=forms.HiddenInput, required=False)
    kept = forms.CharField(widget=forms.HiddenInput, required=False)
    version = forms.IntegerField(widget=forms.HiddenInput, min_value=1)
    opened = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(
        self, data=None, *, kind: DocumentKind, values=None, document: Document | None = None,
        record: OnRecord | None = None,
    ):  # fmt: skip
        """``values``: what the form begins with; ``document``: the one that is changed, None for a new one;
        ``record``: what its days are held against, None where nothing is."""
        key, version = (document.submission, document.version) if document else (uuid4(), None)
        opened = marks_of(document, self._names(kind), _stands(document, kind)) if document else ""
        begun = {"submission": key, "tab": uuid4(), **(values or {}), "version": version, "opened": opened}
        super().__init__(data, initial=begun)
        self.kind, self.record, self.document = kind, record, document
        if document is None:
            del self.fields["version"], self.fields["opened"]
        else:
            self.fields["submission"].required = False
        for each in KINDS[kind].asked:
            self.fields[each.name] = _field(each)

    def clean(self):
        if reason := forbidden(self.values):
            raise forms.ValidationError(f"{reason}。没有保存。")
        if {"submission", "version"} & self.errors.keys():
            raise forms.ValidationError("提交的内容不完整，没有保存。请刷新页面后重新填写。")
        if self.record:
            for name, reason in impossible(self.kind, self.values, self.record).items():
                self.add_error(name, reason)

    @property
    def page(self) -> Page:
        """Where it was typed."""
        return Page(self.cleaned_data.get("tab", ""), self.cleaned_data.get("kept", ""))

    @property
    def sometimes(self) -> frozenset[str]:
        """What is wanted before it is issued, though a draft may wait for it."""
        return frozenset(each.name for each in KINDS[self.kind].asked if each.required)

    @property
    def rows(self) -> list[tuple[forms.BoundField, str]]:
        """The fields, each with what the registers say instead; blank where they agree."""
        values = self.values if self.is_bound else {name: str(value or "") for name, value in self.initial.items()}
        notes = differing(self.kind, values, self.record) if self.record else {}
        return [(bound, "" if bound.errors else notes.get(bound.name, "")) for bound in self.visible_fields()]

    def reopened(self, row: Document) -> tuple["DocumentForm", list[Difference]]:
        """The form over ``row``, which somebody has changed since it was opened, and what both say of each field that
        they changed; a field that was not touched follows them. The form of a new one does not say: all is touched."""
        names, stands, opened = self._names(self.kind), _stands(row, self.kind), self.cleaned_data.get("opened", "")
        changed = differing_marks(row, names, opened, stands)
        touched = differing_marks(row, names, opened, self.values)
        data = self.data.copy()
        data["version"], data["opened"] = str(row.version), marks_of(row, names, stands)
        for name in set(changed) - set(touched):
            data[name] = stands[name]
        mine = self.values | dict.fromkeys(set(changed) - set(touched), None)
        again = DocumentForm(data, kind=self.kind, document=row, record=self.record)
        again.full_clean()
        return again, both_sides(row, {name: mine[name] for name in changed})

    @staticmethod
    def _names(kind: DocumentKind) -> list[str]:
        return [each.name for each in KINDS[kind].asked]

    @property
    def values(self) -> dict[str, str]:
        """Field → what was filled in, as text: days as 2026-09-07."""
        found = {each.name: self.cleaned_data.get(each.name) for each in KINDS[self.kind].asked}
        return {
            name: "" if value is None else value.isoformat() if hasattr(value, "isoformat") else str(value)
            for name, value in found.items()
        }


def both_sides(row: Document, mine: Mapping[str, str | None]) -> list[Difference]:
    """What stands in a document and what somebody else has written, where they differ; None: they did not touch it."""
    kind = DocumentKind(row.kind)
    now, words = shown(kind, row.values), shown(kind, mine)
    return [
        Difference(each.label, now[each.name] or BLANK, None if said is None else words[each.name] or BLANK)
        for each in KINDS[kind].asked
        if each.name in mine and (said := mine[each.name]) != (row.values.get(each.name) or "")
    ]


def touched(row: Document, typed: Mapping[str, str]) -> dict[str, str]:
    """Of what was typed and not saved, the fields that were changed since the form was opened."""
    stands = _stands(row, DocumentKind(row.kind))
    mine = {name: typed[name] for name in stands if name in typed}
    changed = differing_marks(row, list(stands), typed.get("opened", ""), stands | mine)
    return {name: mine[name] for name in changed if name in mine}


def _stands(row: Document, kind: DocumentKind) -> dict[str, str]:
    return {each.name: str(row.values.get(each.name) or "") for each in KINDS[kind].asked}


def _field(each: PaperField) -> forms.Field:
    asked = {"label": each.label, "required": False, "help_text": each.help}
    if each.input is Input.DATE:
        field = DateField(**asked)
    elif each.input is Input.NUMBER:
        field = forms.IntegerField(
            **asked, min_value=1, max_value=each.highest, widget=forms.NumberInput(attrs={"class": "input"}),
            error_messages={
                "invalid": f"{each.label}请填数字", "min_value": f"{each.label}至少是1",
                "max_value": f"{each.label}最多是{each.highest}",
            },
        )  # fmt: skip
    elif each.input is Input.CHOICE:
        field = ChoiceField(choices=[*each.choices], **asked)
    else:
        field = (TextField if each.input is Input.TEXT else LineField)(max_length=LONGEST[each.input], **asked)
    return field


class SignForm(forms.Form):
    """签收、审签、确认: with a word or without. ``version``: that of the page."""

    version = forms.IntegerField(min_value=1, widget=forms.HiddenInput)
    note = LineField("意见", required=False)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, prefix="sign", **kwargs)


class ReasonForm(forms.Form):
    """退回 and 作废: why."""

    version = forms.IntegerField(min_value=1, widget=forms.HiddenInput)
    reason = LineField("原因")

    def __init__(self, *args, **kwargs):
        kwargs.setdefault("prefix", "reason")
        super().__init__(*args, **kwargs)


class VersionForm(forms.Form):
    """签发: nothing is asked but that the page is not stale."""

    version = forms.IntegerField(min_value=1, widget=forms.HiddenInput)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, prefix="issue", **kwargs)


class CopyForm(forms.Form):
    """上传签字件: the paper as signed and sealed."""

    paper = FileField("签字盖章后的文书")

    def __init__(self, *args, **kwargs):
        super().__init__(*args, prefix="copy", **kwargs)


class DocumentFilter(forms.Form):
    """Search and filters of documents."""

    q = SearchField("查找学生")
    kind = forms.ChoiceField(
        label="种类", choices=[("", "全部"), *((kind.value, kind.label) for kind in DocumentKind)], required=False
    )
    state = forms.ChoiceField(
        label="状态", choices=[("", "全部"), *((state.value, state.label) for state in DocumentState)], required=False
    )
    year = forms.ChoiceField(label="年份", required=False)
    school = forms.ChoiceField(label="学校", required=False)

    def __init__(self, *args, schools, years=(), with_state=True, **kwargs):
        super().__init__(*args, **kwargs)
        offer_places(self, schools)
        self.fields["year"].choices = [("", "全部"), *((str(year), f"{year}年") for year in years)]
        if not years:
            del self.fields["year"]
        if not with_state:
            del self.fields["state"]

    @property
    def wanted(self) -> dict:
        """What is asked for, as far as it can be understood."""
        return {name: value for name, value in self.cleaned_data.items() if value} if self.is_valid() else {}


class DeliveryForm(forms.Form):
    """登记送达: a letter that was refused is left in the presence of witnesses."""

    delivered_on = DateField("送达日期")
    method = ChoiceField("送达方式", LetterDelivery.Method.choices, initial=LetterDelivery.Method.IN_PERSON)
    place = LineField("送达地点", max_length=100, required=False)
    recipient = LineField(
        "签收人", max_length=60, required=False, help_text="留置送达以外都要写，写姓名和关系，例如：曾杰（母亲）"
    )
    witnesses = LineField("见证人", max_length=100, required=False, help_text="拒收而留置送达的要写，例如：村委会张平")
    note = LineField("备注", required=False, help_text="拒收的写明原因")

    sometimes = frozenset({"recipient", "witnesses"})  # one of them, by the way it was delivered

    def clean(self):
        left = self.cleaned_data.get("method") == LetterDelivery.Method.LEFT
        name = "witnesses" if left else "recipient"
        if self.cleaned_data.get("method") and not self.cleaned_data.get(name):
            self.add_error(name, "请写明见证人" if left else "请写明谁签收的")
