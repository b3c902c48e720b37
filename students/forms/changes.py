"""Forms of 学籍变动 and 证明材料. Their labels, hints and errors are what people read."""

from uuid import uuid4

from django import forms

from students.actions.identity import EARLIEST_BIRTH
from students.enrolment import ENTRIES, MOVES, REPORTED_CHANGES, EventKind
from students.forms.fields import (
    ChoiceField,
    ClassField,
    DateField,
    LineField,
    PaperField,
    SchoolField,
    SearchField,
    TextField,
    class_of_the_day,
    day_between,
    one_of_two,
)
from students.identity import RESIDENT_ID, check_student_number, normalise_number, read_identity_number
from students.models import School, Student
from students.templatetags.chinese import cdate

OLDEST_ENTRANT = 25  # years; who is older does not enter a school of compulsory education
JOINING = ENTRIES | MOVES | {EventKind.RESUME, EventKind.RETURN}
MUST_SAY_WHY = {EventKind.OTHER_OUT, EventKind.OTHER_IN, EventKind.DROP_OUT, EventKind.REPEAT, EventKind.SKIP}


class SentOnceForm(forms.Form):
    """A form that is one act however often it is sent, made on a page that had seen the events up to ``seen``."""

    submission = forms.UUIDField(widget=forms.HiddenInput)
    seen = forms.IntegerField(min_value=0, widget=forms.HiddenInput)

    def __init__(self, *args, seen: int, **kwargs):
        kwargs["initial"] = {"submission": uuid4(), "seen": seen} | kwargs.get("initial", {})
        super().__init__(*args, **kwargs)

    def clean(self):
        if "submission" in self.errors or "seen" in self.errors:
            raise forms.ValidationError("提交的内容不完整，没有保存。请刷新页面后重新填写。")

    @property
    def sending(self) -> dict:
        """Which sending it is and what its page had seen, as the actions take it."""
        return {"submission": self.cleaned_data["submission"], "seen": self.cleaned_data["seen"]}


class ChangeForm(SentOnceForm):
    """One event of a child, with only the fields that its kind needs."""

    happened_on = DateField("发生日期")
    school_class = ClassField()
    to_school = SchoolField("县内转入学校", required=False, help_text="写学校名称；发出后由对方学校确认接收")
    to_place = LineField("县外去向", required=False, max_length=120, help_text="转到外县的，写省、县和学校")
    note = TextField("说明", required=False)
    paper = PaperField(required=False, help_text="照片（JPG、PNG）或PDF，PDF不超过2 MB；现在没有的，可以以后补传")

    def __init__(self, *args, kind: EventKind, classes, last_class, earliest, today, **kwargs):
        super().__init__(*args, **kwargs)
        self.kind, self.earliest, self.today = kind, earliest, today
        self.fields["happened_on"].initial = today
        if kind in JOINING:
            self.fields["school_class"].queryset = classes
            if kind in (EventKind.RESUME, EventKind.RETURN):
                self.fields["school_class"].initial = last_class
        else:
            del self.fields["school_class"]
        if kind is not EventKind.TRANSFER_OUT:
            del self.fields["to_school"], self.fields["to_place"]
        if kind not in REPORTED_CHANGES:
            del self.fields["paper"]
        self.fields["note"].required = kind in MUST_SAY_WHY

    def clean_happened_on(self):
        return day_between(self.cleaned_data["happened_on"], self.earliest, self.today)

    def clean(self):
        super().clean()
        class_of_the_day(self)
        if self.kind is EventKind.TRANSFER_OUT and not {"to_school", "to_place"} & self.errors.keys():
            one_of_two(self)


class CorrectionForm(SentOnceForm):
    """更正或作废: the right day and class, or that it never happened, and why."""

    DO = [("correct", "更正日期或班级"), ("void", "作废：没有发生过")]

    do = ChoiceField("办理", DO, initial="correct")
    happened_on = DateField("正确的发生日期", required=False)
    school_class = ClassField("正确的班级", required=False)
    reason = TextField("理由")

    def __init__(self, *args, event, classes, today, **kwargs):
        super().__init__(*args, **kwargs)
        self.event, self.today = event, today
        self.fields["happened_on"].initial = event.happened_on
        if event.school_class_id:
            self.fields["school_class"].queryset = classes
            self.fields["school_class"].initial = event.school_class_id
        else:
            del self.fields["school_class"]

    def clean_happened_on(self):
        """A plan that was brought in from a workbook keeps its day though that is still to come."""
        day, planned = self.cleaned_data["happened_on"], self.event.happened_on
        if day is None or self.cleaned_data.get("do") == "void" or day == planned:
            return day
        if self.today < min(day, planned):
            raise forms.ValidationError(f"日期还没有到；只改班级的，日期留{cdate(planned)}，不会发生的，选“作废”")
        return day_between(day, self.event.student.birth_date, self.today)

    def clean(self):
        super().clean()
        if self.cleaned_data.get("do") != "correct":
            return
        if not self.cleaned_data.get("happened_on") and "happened_on" not in self.errors:
            self.add_error("happened_on", "请填写正确的发生日期")
        if "school_class" in self.fields and not self.cleaned_data.get("school_class"):
            self.add_error("school_class", "请选择正确的班级")
        same_day = self.cleaned_data.get("happened_on") == self.event.happened_on
        if same_day and self.cleaned_data.get("school_class") in (None, self.event.school_class) and not self.errors:
            raise forms.ValidationError("日期和班级都没有改，没有保存。没有发生过的，请选“作废”。")


class NewChildForm(forms.Form):
    """新增学生: a child who is in no registry of the county yet, or comes back to it."""

    KINDS = [(kind.value, kind.label) for kind in (EventKind.ENROL, EventKind.TRANSFER_IN, EventKind.OTHER_IN)]

    submission = forms.UUIDField(widget=forms.HiddenInput)
    kind = ChoiceField("怎样来的", KINDS)
    happened_on = DateField("到校日期")
    school_class = ClassField()
    name = LineField("姓名", max_length=60)
    sex = ChoiceField("性别", Student.Sex.choices)
    birth_date = DateField("出生日期")
    id_type = LineField("身份证件类型", max_length=40, initial=RESIDENT_ID)
    id_number = LineField("身份证件号", max_length=40, required=False, help_text="居民身份证必须填写")
    student_number = LineField("学籍号", max_length=19, required=False, help_text="还没有的留空，列入待建籍")
    standing = ChoiceField("就读身份", Student.Standing.choices, initial=Student.Standing.REGISTERED)
    note = TextField("说明", required=False, help_text="转入的，写从哪里转来")
    paper = PaperField(required=False, help_text="照片（JPG、PNG）或PDF，PDF不超过2 MB；现在没有的，可以以后补传")

    def __init__(self, *args, classes, today, **kwargs):
        kwargs["initial"] = {"submission": uuid4(), "happened_on": today}
        super().__init__(*args, **kwargs)
        self.today = today
        self.fields["school_class"].queryset = classes

    def clean_happened_on(self):
        return day_between(self.cleaned_data["happened_on"], None, self.today)

    def clean_name(self):
        return "".join(self.cleaned_data["name"].split())

    def clean_id_number(self):
        return normalise_number(self.cleaned_data["id_number"]) or None

    def clean_student_number(self):
        number = normalise_number(self.cleaned_data["student_number"]) or None
        if number:
            try:
                check_student_number(number)
            except ValueError as error:
                raise forms.ValidationError(str(error)) from None
        return number

    def clean(self):
        if "submission" in self.errors:
            raise forms.ValidationError("提交的内容不完整，没有保存。请刷新页面后重新填写。")
        class_of_the_day(self)
        number, identity = self.cleaned_data.get("student_number"), self.cleaned_data.get("id_number")
        if self.cleaned_data.get("id_type") == RESIDENT_ID and "id_number" not in self.errors:
            self._check_resident(number, identity)
        elif not number and not identity and not {"student_number", "id_number"} & self.errors.keys():
            self.add_error("id_number", "学籍号和身份证件号至少填一个")
        born, came = self.cleaned_data.get("birth_date"), self.cleaned_data.get("happened_on")
        if born and born < EARLIEST_BIRTH:
            self.add_error("birth_date", "出生日期早于1990年，不会是在读学生，请核对年份")
        elif born and came and born >= came:
            self.add_error("birth_date", "出生日期晚于到校日期，请核对")
        elif born and came and came.year - born.year > OLDEST_ENTRANT:
            self.add_error("birth_date", f"到校时已超过{OLDEST_ENTRANT}周岁，请核对")

    def _check_resident(self, number, identity) -> None:
        if not identity:
            self.add_error("id_number", "证件类型是居民身份证，号码不能空着")
            return
        try:
            said = read_identity_number(identity)
        except ValueError as error:
            self.add_error("id_number", str(error))
            return
        if number and number[0] == "G" and number[1:] != identity:
            self.add_error("student_number", "学籍号G后面的号码与身份证件号不同，请核对是哪一个抄错了")
        if self.cleaned_data.get("birth_date") not in (None, said.birth_date):
            self.add_error("birth_date", f"与身份证件号不符：号码里是{cdate(said.birth_date)}")
        if self.cleaned_data.get("sex") not in (None, said.sex):
            self.add_error("sex", f"与身份证件号不符：号码里是{said.sex}")

    @property
    def identity(self) -> dict:
        """Who the child is, as ``students.actions.newcomers`` takes it."""
        names = ("name", "sex", "birth_date", "id_type", "id_number", "student_number", "standing")
        return {name: self.cleaned_data[name] for name in names}


class CertificateForm(forms.Form):
    """A paper that proves a change."""

    refusal = "没有上传"

    paper = PaperField()


class ChildrenFilter(forms.Form):
    """Search in a list of children; which school, for whoever sees several."""

    q = SearchField("查找学生")
    school = forms.ModelChoiceField(label="学校", queryset=School.objects.none(), required=False, empty_label="全部")

    def __init__(self, *args, schools, **kwargs):
        super().__init__(*args, **kwargs)
        if len(schools) > 1:
            self.fields["school"].queryset = schools
        else:
            del self.fields["school"]

    @property
    def wanted(self) -> dict:
        """What is looked for; a filter that cannot be looks for nothing in particular."""
        cleaned = self.cleaned_data if self.is_valid() else {}
        return {"text": cleaned.get("q", ""), "school": cleaned.get("school")}
