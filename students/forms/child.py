"""Forms of a child's page: identity, 学籍号, family, special groups, and the reason to see numbers in full."""

from datetime import date
from typing import NamedTuple

from django import forms
from django.db.models import Model
from django.http import QueryDict

from students.actions import families, identity
from students.actions.meanwhile import differing, marks_of
from students.forms.fields import ChoiceField, DateField
from students.identity import RESIDENT_ID, normalise_number
from students.models import Guardian, SpecialGroup, Student
from students.templatetags.chinese import MISSING, cdate, masked_id, masked_phone

ID_TYPES = (
    RESIDENT_ID, "户口簿", "港澳居民来往内地通行证", "台湾居民来往大陆通行证", "港澳居民居住证", "台湾居民居住证",
    "护照", "外国人永久居留身份证", "其他", "无",
)  # fmt: skip
ATTENDANCE_MODES = ("走读", "住校", "借宿", "其他")
RELATIONS = ("父亲", "母亲", "祖父", "祖母", "外祖父", "外祖母", "兄弟姐妹", "其他亲属", "其他监护人")
CHANGED, WRONG = "changed", "wrong"
STANDING_WAYS = ((CHANGED, "从某一天起变了，以前的数字不变"), (WRONG, "原来登记错了，以前的数字跟着改"))
PURPOSES = ("核对学籍信息", "办理学籍变动", "联系家长或家访", "上级检查核实")
OTHER = "其他"


def _required(words: str) -> dict[str, str]:
    return {"required": f"请填写{words}", "invalid": f"{words}填得不对，请核对", "max_length": f"{words}太长，请缩短"}


def _text(label: str, longest: int, *, required=False, hint="") -> forms.CharField:
    return forms.CharField(
        label=label,
        max_length=longest,
        required=required,
        help_text=hint,
        error_messages=_required(label),
        widget=forms.TextInput(attrs={"class": "input", "autocomplete": "off"}),
    )


def _choice(label: str, choices=(), *, required=True) -> forms.ChoiceField:
    return forms.ChoiceField(
        label=label,
        choices=choices,
        required=required,
        error_messages={"required": f"请选择{label}", "invalid_choice": f"请在列出的{label}中选择"},
        widget=forms.Select(attrs={"class": "input"}),
    )


def _known(choices, current: str, blank: str = "") -> list[tuple[str, str]]:
    """Choices, with what the child has now where the list does not hold it."""
    listed = [(each, each) for each in choices]
    if current and current not in choices:
        listed.append((current, current))
    return [("", blank), *listed] if blank else listed


class Difference(NamedTuple):
    """A field that somebody else has changed meanwhile, in words: what stands now, and what was sent second; None
    where that was not touched."""

    label: str
    now: str
    mine: str | None


class OpenedForm(forms.Form):
    """A form that knows what it was opened with, so that the second of two people is told what the first changed."""

    #: Names of the fields compared, and those of them whose value the page hides.
    compared: tuple[str, ...] = ()
    hidden_values = {"student_number": masked_id, "id_number": masked_id, "phone": masked_phone}

    opened = forms.CharField(widget=forms.HiddenInput, required=False)

    def values(self) -> dict[str, object]:
        return {field: self.cleaned_data[field] for field in self.compared}

    def reopened(self, row: Model, changed: list[str]) -> tuple[QueryDict, list[Difference]]:
        """What to fill the form with anew, and what ``changed`` meanwhile: fields not touched follow the other one."""
        touched = differing(row, self.compared, self.cleaned_data["opened"], self.values())
        data = self.data.copy()
        for field in set(changed) - set(touched):
            value = "" if field in self.hidden_values else getattr(row, field)
            data[field] = "" if value in (None, False) else str(value)
        data["opened"] = marks_of(row, self.compared)
        return data, [
            Difference(
                str(self.fields[field].label),
                self._words(field, getattr(row, field)),
                self._words(field, self.cleaned_data[field]) if field in touched else None,
            )
            for field in changed
        ]

    def _words(self, field: str, value: object) -> str:
        if field in self.hidden_values:
            return self.hidden_values[field](value)
        if isinstance(value, bool):
            return "是" if value else "否"
        if isinstance(value, date):
            return cdate(value)
        choices = getattr(self.fields[field], "choices", None) or ()
        return dict(choices).get(value) or str(value or MISSING)


class RevealForm(forms.Form):
    """显示完整号码: what for."""

    purpose = forms.ChoiceField(
        label="查看原因",
        choices=[(each, each) for each in (*PURPOSES, OTHER)],
        widget=forms.RadioSelect,
        error_messages={"required": "请选择查看原因", "invalid_choice": "请在列出的原因中选择"},
    )
    words = _text("其他原因", 40, hint="选“其他”时写明，不要写学生姓名")
    refusal = "没有显示号码"

    def clean(self):
        if self.cleaned_data.get("purpose") == OTHER and len(self.cleaned_data.get("words", "")) < 2:
            self.add_error("words", "选了“其他”，请写明原因")

    @property
    def reason(self) -> str:
        purpose = self.cleaned_data["purpose"]
        return self.cleaned_data["words"] if purpose == OTHER else purpose


class IdentityForm(OpenedForm):
    """更正基本信息. Numbers stay hidden: a blank number keeps the one that is there.

    What is said of another 就读身份 counts only where it is another one; nothing said is a change of today.
    """

    name = _text("姓名", 60, required=True)
    sex = _choice("性别", Student.Sex.choices)
    birth_date = DateField("出生日期")
    id_type = _choice("身份证件类型")
    id_number = _text("身份证件号", 40)
    ethnicity = _text("民族", 20)
    standing = _choice("就读身份", Student.Standing.choices)
    standing_way = ChoiceField(
        "改就读身份的原因", STANDING_WAYS, initial=CHANGED, required=False, help_text="没有改就读身份的不用选"
    )
    standing_since = DateField("就读身份从哪天起变", required=False, help_text="原来登记错了的不用填")
    attendance_mode = _choice("就读方式", required=False)
    home_area_code = _choice("户籍村", required=False)
    address = _text("现住址", 200)
    phone = _text("联系电话", 30)
    list_position = forms.IntegerField(
        label="班内学号",
        required=False,
        min_value=1,
        max_value=999,
        error_messages={
            "invalid": "班内学号应是数字",
            "min_value": "班内学号从1开始",
            "max_value": "班内学号最大999",
        },
        widget=forms.NumberInput(attrs={"class": "input", "inputmode": "numeric"}),
    )
    compared = identity.FIELDS

    def __init__(self, data=None, *, student: Student, hints: dict[str, str], areas, today: date):
        """``hints``: what the hidden numbers look like now; ``areas``: the villages to choose from."""
        shown = {field: getattr(student, field) for field in identity.FIELDS if field not in ("id_number", "phone")}
        opened = marks_of(student, identity.FIELDS)
        super().__init__(data, initial=shown | {"opened": opened, "standing_since": today})
        self.student, self.today = student, today
        self.fields["id_type"].choices = _known(ID_TYPES, student.id_type)
        self.fields["attendance_mode"].choices = _known(ATTENDANCE_MODES, student.attendance_mode, "未登记")
        self.fields["home_area_code"].choices = _area_choices(areas, student.home_area_code)
        for field, hint in hints.items():
            self.fields[field].help_text = hint

    @property
    def changed_since(self) -> date | None:
        """The first day of another 就读身份; None where the one that is there was put down wrongly."""
        is_wrong = self.cleaned_data["standing_way"] == WRONG
        return None if is_wrong else self.cleaned_data["standing_since"] or self.today

    def clean_id_number(self) -> str | None:
        return normalise_number(self.cleaned_data["id_number"]) or self.student.id_number

    def clean_phone(self) -> str:
        return self.cleaned_data["phone"] or self.student.phone


def _area_choices(areas, current: str) -> list[tuple[str, str]]:
    """Villages with their township; what lies outside the county keeps its place without showing a code."""
    listed = [(area.code, f"{area.parent.name}{area.name}" if area.parent else area.name) for area in areas]
    known = {code for code, _ in listed}
    return [("", "未登记"), *listed, *([(current, "县外（保持不变）")] if current and current not in known else [])]


class NumberForm(OpenedForm):
    """更换学籍号."""

    student_number = _text("新学籍号", 24, required=True, hint="19位，以G、J或L开头")
    compared = ("student_number",)

    def __init__(self, data=None, *, student: Student):
        super().__init__(data, initial={"opened": marks_of(student, self.compared)})


class MemberForm(OpenedForm):
    """A family member. A blank telephone number keeps the one that is there."""

    name = _text("姓名", 60, required=True)
    relation = _choice("与学生的关系")
    phone = _text("联系电话", 30)
    is_guardian = forms.BooleanField(label="是监护人", required=False)
    compared = families.FIELDS

    def __init__(self, data=None, *, member: Guardian | None = None, hint: str = ""):
        initial = {}
        if member:
            shown = {field: getattr(member, field) for field in families.FIELDS if field != "phone"}
            initial = shown | {"opened": marks_of(member, families.FIELDS)}
        super().__init__(data, initial=initial)
        self.member = member
        self.fields["relation"].choices = _known(RELATIONS, member.relation if member else "")
        self.fields["phone"].help_text = hint or "手机或座机，座机带区号"

    def clean_phone(self) -> str:
        phone = "".join(self.cleaned_data["phone"].split())
        digits = [character for character in phone if character.isdigit()]
        if phone and (not 7 <= len(digits) <= 15 or set(phone) - set("0123456789-+()（）")):
            raise forms.ValidationError("电话应是7到15位数字，请核对")
        return phone or (self.member.phone if self.member else "")


class PhoneStateForm(forms.Form):
    """What came of a call: one of three buttons."""

    state = forms.ChoiceField(label="号码情况", choices=Guardian.PhoneState.choices)


class GroupForm(forms.Form):
    """登记特殊群体."""

    kind = _choice("类别", [(kind, kind.label) for kind in SpecialGroup.Kind if kind not in SpecialGroup.PROPOSED])
    detail = _text("说明", 60, hint="如残疾类别和等级、帮扶责任人")
    since = DateField("从哪天起")

    def __init__(self, data=None, *, today: date):
        super().__init__(data, initial={"since": today})


class GroupEndForm(forms.Form):
    """结束特殊群体."""

    until = DateField("从哪天起不再属于")

    def __init__(self, data=None, *, today: date):
        super().__init__(data, initial={"until": today})
