"""Fields that several forms of the registry have, with the words of their errors."""

import unicodedata
from datetime import date
from uuid import uuid4

from django import forms

from students.actions.files import FileRefused, take_in
from students.models import School, SchoolClass
from students.templatetags.chinese import cdate
from students.templatetags.components import chip_text

LONGEST_KEY = 18  # digits of the key of a row


class DateField(forms.DateField):
    """A day, chosen from the browser's calendar."""

    def __init__(self, label, **kwargs):
        errors = {"required": f"请填写{label}", "invalid": f"{label}没有看懂，请写成2026-09-01"}
        widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date", "class": "input"})
        super().__init__(label=label, widget=widget, error_messages=errors, **kwargs)


class SentOnce(forms.Form):
    """A form whose ``submission`` is one act, however often it is sent."""

    submission = forms.UUIDField(widget=forms.HiddenInput)

    def begin_anew(self) -> None:
        """What is typed is another act from now on: the first has been recorded and says otherwise."""
        self.data = self.data.copy()
        self.data["submission"] = str(uuid4())


class SearchField(forms.CharField):
    """The search of a list, field ``q`` of its filter; ``hint`` says by what a row is found."""

    def __init__(self, label, hint="姓名、拼音或号码后四位"):
        errors = {"max_length": "最多40字，现在太长"}
        super().__init__(label=label, help_text=hint, required=False, max_length=40, error_messages=errors)


class LineField(forms.CharField):
    """A line of text."""

    def __init__(self, label, *, max_length=200, **kwargs):
        errors = {"required": f"请填写{label}", "max_length": f"最多{max_length}字，现在太长"}
        kwargs.setdefault("widget", forms.TextInput(attrs={"class": "input"}))
        super().__init__(label=label, max_length=max_length, error_messages=errors, **kwargs)


class TextField(LineField):
    """A few lines of text: line breaks and tabs are kept, however the browser sends them, and no other control
    character; a NUL, which no browser sends, is refused."""

    def __init__(self, label, **kwargs):
        super().__init__(label, widget=forms.Textarea(attrs={"rows": 3, "class": "input"}), **kwargs)

    def to_python(self, value):
        lines = super().to_python(value).replace("\r\n", "\n").replace("\r", "\n")
        return "".join(sign for sign in lines if sign in "\0\n\t" or unicodedata.category(sign) != "Cc")


class ChoiceField(forms.ChoiceField):
    """One of a few; choice tiles. ``asks``: what has to be chosen, where the label alone makes no sentence of it."""

    def __init__(self, label, choices, *, asks="", **kwargs):
        errors = {"required": f"请选择{asks or label}", "invalid_choice": "请在列出的选项中选择"}
        super().__init__(label=label, choices=choices, widget=forms.RadioSelect, error_messages=errors, **kwargs)


class RowsField(forms.ModelMultipleChoiceField):
    """Several rows, ticked one by one; ``wrong``: what is said of one that is not offered."""

    def __init__(self, label, *, wrong="请在列出的选项中选择", **kwargs):
        errors = {"required": f"请选择{label}", "invalid_choice": wrong, "invalid_pk_value": wrong}
        super().__init__(
            queryset=None, label=label, widget=forms.CheckboxSelectMultiple, error_messages=errors, **kwargs
        )

    def clean(self, value):
        """A key longer than any is none that is offered, and more than a database can be asked for."""
        if any(len(str(key)) > LONGEST_KEY for key in value or ()):
            raise forms.ValidationError(self.error_messages["invalid_choice"])
        return super().clean(value)


class ClassField(forms.ModelChoiceField):
    """A class of a school, by name."""

    def __init__(self, label="进入班级", queryset=None, **kwargs):
        errors = {"required": f"请选择{label}", "invalid_choice": "请在列出的班级中选择"}
        queryset = SchoolClass.objects.none() if queryset is None else queryset
        super().__init__(label=label, queryset=queryset, empty_label="请选择", error_messages=errors, **kwargs)


class PaperField(forms.FileField):
    """A picture or a PDF, opened and checked before the form is accepted; its value is what ``take_in`` gives."""

    def __init__(self, label="证明材料", **kwargs):
        errors = {
            "required": f"请选择{label}的文件",
            "empty": "文件是空的，没有保存。请重新选择文件。",
            "invalid": "文件没有传上来，请重新选择。",
        }
        widget = forms.FileInput(attrs={"accept": "image/jpeg,image/png,application/pdf"})
        kwargs.setdefault("help_text", "照片（JPG、PNG）或PDF；照片不超过12 MB，会自动缩小，PDF不超过2 MB")
        super().__init__(label=label, widget=widget, error_messages=errors, **kwargs)

    def clean(self, data, initial=None):
        upload = super().clean(data, initial)
        if not upload:
            return None
        try:
            return take_in(upload)
        except FileRefused as refused:
            raise forms.ValidationError(str(refused)) from None


class SchoolField(LineField):
    """A school of the county, found by its name; the page offers the names (``<datalist id="schools">``)."""

    def __init__(self, label, **kwargs):
        widget = forms.TextInput(attrs={"class": "input", "list": "schools", "autocomplete": "off"})
        super().__init__(label, max_length=80, widget=widget, **kwargs)

    def clean(self, value):
        text = super().clean(value).strip()
        if not text:
            return None
        schools = School.objects.select_related("township")
        found = [school for school in schools.filter(name=text.partition("（")[0]) if text in names_of(school)]
        if len(found) == 1:
            return found[0]
        near = found or list(schools.filter(name__contains=text.partition("（")[0])[:5])
        hint = f"是不是{'、'.join(names_of(school)[1] for school in near)}" if near else "县外学校请填在“县外去向”"
        raise forms.ValidationError(f"县内没有唯一叫“{text}”的学校，{hint}")


def names_of(school: School) -> tuple[str, str]:
    """A school by its name, and by its name with the township, which tells two of one name apart."""
    return school.name, f"{school.name}（{school.township}）"


def day_between(day, earliest, today):
    """``day``, unless it is still to come or before what has happened already."""
    if day > today:
        raise forms.ValidationError("日期还没有到，发生以后再登记")
    if earliest and day < earliest:
        raise forms.ValidationError(f"不能早于上一项变动（{cdate(earliest)}）；上一项写错的，请先更正它")
    return day


def class_of_the_day(form) -> None:
    """A class is joined on a day on which there is one: from 1 September of its year on."""
    room, day = form.cleaned_data.get("school_class"), form.cleaned_data.get("happened_on")
    if room and day and day < (first := date(room.cohort, 9, 1)):
        form.add_error("happened_on", f"{room}从{cdate(first)}起才有，请核对日期或班级")


def one_of_two(form) -> None:
    """Of a school of the county and a place outside it exactly one."""
    school, place = form.cleaned_data.get("to_school"), form.cleaned_data.get("to_place")
    if bool(school) == bool(place):
        form.add_error("to_school", "县内转入学校和县外去向，请填其中一项")


def filter_words(form: forms.BaseForm) -> tuple[str, ...]:
    """What a list is narrowed down to by a form that has been looked at, in the words of its chips."""
    return tuple(chip_text(bound, value) for bound in form if (value := form.cleaned_data.get(bound.name)))
