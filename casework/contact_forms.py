"""The form of 联系记录: what a contact is told with, and the filters of their list."""

from collections.abc import Sequence
from uuid import uuid4

from django import forms

from casework.causes import Reason, Whereabouts
from casework.contacts import Account, Colleague, Companion, ContactMethod, ContactOutcome, Wish
from casework.models import Contact, ContactDraft
from casework.models.contact_drafts import MOST_PHOTOS
from students.forms.fields import ChoiceField, DateField, LineField, SearchField, SentOnce, TextField
from students.forms.places import offer_places
from students.models import Student


def labelled(enumeration) -> list[tuple[str, str]]:
    return [(each.value, each.label) for each in enumeration]


class ContactFilter(forms.Form):
    """Search and filters of 联系记录."""

    q = SearchField("查找学生")
    method = forms.ChoiceField(label="方式", choices=[("", "全部"), *labelled(ContactMethod)], required=False)
    outcome = forms.ChoiceField(
        label="结果", choices=[("", "全部"), *((each.value, each.short) for each in ContactOutcome)], required=False
    )
    since = DateField("从哪天起", required=False)
    until = DateField("到哪天止", required=False)
    school = forms.ChoiceField(label="学校", required=False)
    school_class = forms.ChoiceField(label="班级", required=False)

    def __init__(self, *args, schools, classes, **kwargs):
        super().__init__(*args, **kwargs)
        offer_places(self, schools, classes)

    def clean(self):
        since, until = self.cleaned_data.get("since"), self.cleaned_data.get("until")
        if since and until and since > until:
            del self.cleaned_data["since"]
            self.add_error("until", "“到哪天止”比“从哪天起”早，两个日子写反了")


class VisitCheckForm(forms.Form):
    """The head's check of a month's visits."""

    remark = LineField("意见", help_text="例如：已抽查3户，三（1）班两户改到下周")
    refusal = "没有保存检查"


NOT_TOLD = ("submission", "tab", "kept", "siblings", "photos")


class SomeField(forms.MultipleChoiceField):
    """Some of a few; choice tiles."""

    def __init__(self, label, choices, **kwargs):
        errors = {"invalid_choice": "请在列出的选项中选择", "invalid_list": "请在列出的选项中选择"}
        widget = forms.CheckboxSelectMultiple
        super().__init__(label=label, choices=choices, widget=widget, required=False, error_messages=errors, **kwargs)


class SeveralFiles(forms.FileInput):
    """Chooses several files at once."""

    allow_multiple_selected = True


class PhotosField(forms.Field):
    """Photographs; the action opens each by itself, so that one that is none takes no other with it."""

    widget = SeveralFiles

    def clean(self, value):
        return None


class ContactForm(SentOnce):
    """记联系: how, with what result, what was said, who went, what comes next; sent twice it is one contact.

    ``told``: the contact that it has recorded already, where it says otherwise now.
    """

    told: Contact | None = None
    tab = forms.CharField(widget=forms.HiddenInput, required=False)
    kept = forms.CharField(widget=forms.HiddenInput, required=False)
    method = ChoiceField("方式", labelled(ContactMethod))
    day = DateField("日期")
    outcome = ChoiceField("结果", [(each.value, each.short) for each in ContactOutcome])
    promised_on = DateField("答应哪天返校", required=False, help_text="到了这天没有来，系统会提醒班主任")
    spoke_to = LineField("和谁谈的", max_length=40, required=False, help_text="例如：母亲曾杰、祖父")
    talk = TextField("谈话内容", max_length=1000, required=False)
    wish = ChoiceField("孩子的意愿", labelled(Wish), required=False)
    reason = forms.ChoiceField(label="不到校的原因", choices=[("", "没有问到"), *labelled(Reason)], required=False)
    whereabouts = forms.ChoiceField(
        label="孩子现在在哪里", choices=[("", "没有问到"), *labelled(Whereabouts)], required=False
    )
    colleagues = SomeField("学校去了谁", labelled(Colleague))
    companions = SomeField("还有谁一起去", labelled(Companion))
    names = LineField("参加人姓名", max_length=100, required=False)
    photos = PhotosField(
        label="照片",
        required=False,
        help_text=f"最多{MOST_PHOTOS}张；保存时去掉拍摄地点等信息",
        widget=SeveralFiles(attrs={"accept": "image/jpeg,image/png", "multiple": True}),
    )
    next_note = LineField("下一步打算", max_length=200, required=False, help_text="例如：周五晚上再去一次")
    siblings = SomeField("同一次联系也谈到了", [], help_text="家里电话相同的孩子；选了就各记一条")

    def __init__(self, *args, siblings: Sequence[Student], today, initial=None, **kwargs):
        owed = [child.pk for child in siblings if child.is_owed]
        given = {"submission": uuid4(), "tab": uuid4(), "day": today, "siblings": owed}
        super().__init__(*args, initial=given | (initial or {}), **kwargs)
        self.today, self.others = today, {str(child.pk): child for child in siblings}
        self.fields["day"].widget.attrs["max"] = today.isoformat()
        choices = [(pk, f"{child.name}（{child.line.school_class}）") for pk, child in self.others.items()]
        self.fields["siblings"].choices = choices
        if not choices:
            del self.fields["siblings"]

    def clean(self):
        if self.cleaned_data.get("outcome") != ContactOutcome.PROMISED:  # not asked for, and not shown
            self.cleaned_data["promised_on"] = None
            self.errors.pop("promised_on", None)
        if "submission" in self.errors:
            raise forms.ValidationError("提交的内容不完整，没有保存。请刷新页面后重新填写。")

    @classmethod
    def initial_of(cls, draft: ContactDraft) -> dict:
        """What has been typed before, as the fields take it."""
        return draft.typed({name for name, field in cls.base_fields.items() if isinstance(field, SomeField)})

    @property
    def account(self) -> Account:
        """What is told."""
        told = {name: value for name, value in self.cleaned_data.items() if name not in NOT_TOLD}
        return Account(
            **told
            | {
                "method": ContactMethod(told["method"]),
                "outcome": ContactOutcome(told["outcome"]),
                "talk": told["talk"].replace("\r\n", "\n").strip(),
                "colleagues": tuple(told["colleagues"]),
                "companions": tuple(told["companions"]),
            }
        )

    @property
    def chosen_siblings(self) -> list[Student]:
        return [self.others[pk] for pk in self.cleaned_data.get("siblings", ())]

    def refuse(self, faults: dict[str, str]) -> None:
        """Show what the action found, each at its field."""
        for field, words in faults.items():
            self.add_error(field or None, words)
