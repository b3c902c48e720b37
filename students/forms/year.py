"""Forms of the year's turn and of the hand-over of cohorts."""

from django import forms
from django.db.models import TextChoices

from students.calendar import school_year_start
from students.forms.fields import DateField, SearchField
from students.models import HandOver, HandOverChild, SchoolClass
from students.queries.year_turn import STATES, WHAT, ClassLine
from students.turning import TurnRefused, check_graduation_day

MOST_CLASSES = 30
State = HandOverChild.State


def _select(label: str, choices=(), *, required: bool = True, hint: str = "") -> forms.ChoiceField:
    return forms.ChoiceField(
        label=label,
        choices=choices,
        required=required,
        help_text=hint,
        error_messages={"required": f"请选择{label}", "invalid_choice": f"请在列出的{label}中选择"},
        widget=forms.Select(attrs={"class": "input"}),
    )


def _wrong_due_day(day, school_year: int) -> str:
    """What is wrong with a day by which children are to arrive; blank where nothing is."""
    if day is None or school_year_start(school_year) <= day < school_year_start(school_year + 1):
        return ""
    return f"报到截止日期应在{school_year}年9月1日到{school_year + 1}年8月31日之间"


# ---- the turn ----------------------------------------------------------------------------------


class TurnsFilter(forms.Form):
    """Search and filters in the list of schools."""

    q = SearchField("查找学校", "学校名称")
    state = forms.ChoiceField(label="进度", choices=[("", "全部"), *STATES.items()], required=False)


class PlanForm(forms.Form):
    """What becomes of each class; ``seen`` is the mark of the plan that the page was made from."""

    refusal = "没有保存，请改正后再保存"

    seen = forms.CharField(widget=forms.HiddenInput, max_length=64)
    graduation_day = DateField("毕业日期", help_text="毕业班学生从这一天起不再在校")

    def __init__(self, *args, lines: list[ClassLine], schools: list[tuple[int, str]], school_year: int, **kwargs):
        super().__init__(*args, **kwargs)
        self.lines, self.school_year = lines, school_year
        for line in lines:
            if line.siblings:
                same = [("", "本班继续"), *((str(each.pk), f"并入{each.name}") for each in line.siblings)]
                self._add(f"into-{line.own.pk}", _select(f"{line.own.name}升入", same, required=False), line.into)
            if line.to_junior:
                choices = [("", "请选择"), *((str(pk), name) for pk, name in schools)]
                label = f"{line.own.name}的接收学校"
                self._add(f"school-{line.own.pk}", _select(label, choices, required=False), line.to_school)
                due = DateField(f"{line.own.name}的报到截止日期", required=False)
                self._add(f"due-{line.own.pk}", due, line.due_on)

    def _add(self, name: str, made: forms.Field, initial) -> None:
        made.initial = initial
        made.widget.attrs["aria-label"] = made.label
        self.fields[name] = made

    def clean_graduation_day(self):
        day = self.cleaned_data["graduation_day"]
        try:
            check_graduation_day(self.school_year, day)
        except TurnRefused as refused:
            raise forms.ValidationError(str(refused)) from None
        return day

    def clean(self):
        for line in self.lines:
            name = f"due-{line.own.pk}"
            if name in self.cleaned_data and (wrong := _wrong_due_day(self.cleaned_data[name], self.school_year)):
                self.add_error(name, wrong)

    @property
    def class_rows(self) -> list[dict]:
        """Each class with the fields that belong to it."""
        return [
            {"line": line}
            | {
                name: self[f"{name}-{line.own.pk}"] if f"{name}-{line.own.pk}" in self.fields else None
                for name in ("into", "school", "due")
            }
            for line in self.lines
        ]

    def into(self) -> dict[int, int | None]:
        """Promoted class → class joined, None = the same."""
        return {
            line.own.pk: int(self.cleaned_data.get(f"into-{line.own.pk}") or 0) or None
            for line in self.lines
            if not line.graduates
        }

    def receivers(self) -> dict[int, tuple[int | None, object]]:
        """Graduating class → receiving school and the day of arrival."""
        return {
            line.own.pk: (
                int(self.cleaned_data.get(f"school-{line.own.pk}") or 0) or None,
                self.cleaned_data.get(f"due-{line.own.pk}"),
            )
            for line in self.lines
            if line.graduates
        }


class PreviewFilter(forms.Form):
    """Search and filters in the list of the children that would move."""

    q = SearchField("查找学生")
    school_class = forms.ChoiceField(label="班级", required=False)
    what = forms.ChoiceField(label="去向", choices=[("", "全部"), *WHAT.items()], required=False)

    def __init__(self, *args, classes, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["school_class"].choices = [("", "全部"), *((str(own.pk), own.name) for own in classes)]


class RosterSearch(forms.Form):
    """Search for a child that does not go with its class."""

    q = SearchField("查找学生")


class ApartForm(forms.Form):
    """Where a child goes instead of with its class."""

    refusal = "没有保存，请改正后再保存"
    to_class = _select("去向", hint="只列出可以去的班：同年级转班，低一年级留级，高一年级跳级")

    def __init__(self, *args, choices, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["to_class"].choices = [("", "随班升级或毕业"), *((str(pk), label) for pk, label in choices)]
        self.fields["to_class"].required = False


# ---- the hand-over -----------------------------------------------------------------------------


class HandOversFilter(forms.Form):
    """Search and filters in the list of hand-overs."""

    PROGRESS = [("", "全部"), ("open", "还有未报到"), ("done", "已全部登记")]
    q = SearchField("查找移交", "学校、班级或来源")
    kind = forms.ChoiceField(label="类型", choices=[("", "全部"), *HandOver.Kind.choices], required=False)
    progress = forms.ChoiceField(label="进度", choices=PROGRESS, required=False)


class ListFilter(forms.Form):
    """Search and filter in the list of a hand-over's children."""

    q = SearchField("查找学生", "姓名")
    state = forms.ChoiceField(label="报到情况", choices=[("", "全部"), *State.choices], required=False)


class NotArrivedFilter(forms.Form):
    """Search in the list of those who have not arrived."""

    q = SearchField("查找学生", "姓名")


class ReceiveForm(forms.Form):
    """全部已报到: into which class, and since when."""

    refusal = "没有登记，请改正后再登记"
    school_class = _select("分到班级")
    day = DateField("报到日期", help_text="从这一天起算在校")

    def __init__(self, *args, classes, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["school_class"].choices = [(str(row.pk), row.name) for row in classes]


class AnswerForm(forms.Form):
    """One child: arrived, elsewhere, or missing."""

    class Answer(TextChoices):
        ARRIVED = State.ARRIVED.value, "已报到"
        ELSEWHERE = State.ELSEWHERE.value, "已在别处就读"
        MISSING = State.MISSING.value, "未到校"

    refusal = "没有登记，请改正后再登记"
    seen = forms.CharField(widget=forms.HiddenInput, max_length=12)
    state = forms.ChoiceField(
        label="报到情况",
        choices=Answer.choices,
        widget=forms.RadioSelect,
        error_messages={"required": "请选择报到情况", "invalid_choice": "请在列出的情况中选择"},
    )
    school_class = _select("分到班级", required=False, hint="已报到的填写")
    day = DateField("报到日期", required=False, help_text="已报到的填写，从这一天起算在校")
    whereabouts = forms.CharField(
        label="去向",
        required=False,
        max_length=120,
        help_text="在别处就读的写明学校；未到校的写明了解到的情况",
        error_messages={"max_length": "去向最多120字"},
        widget=forms.TextInput(attrs={"class": "input", "autocomplete": "off"}),
    )

    def __init__(self, *args, classes, **kwargs):
        super().__init__(*args, **kwargs)
        self.classes = {str(row.pk): row for row in classes}
        self.fields["school_class"].choices = [("", "请选择"), *((pk, row.name) for pk, row in self.classes.items())]

    def clean(self):
        given = self.cleaned_data
        match given.get("state"):
            case State.ARRIVED:
                for name in ("school_class", "day"):
                    if not given.get(name) and name not in self.errors:
                        self.add_error(name, f"已报到的请填写{self.fields[name].label}")
            case State.ELSEWHERE if not (given.get("whereabouts") or "").strip():
                self.add_error("whereabouts", "请写明在哪里就读")

    @property
    def chosen_class(self) -> SchoolClass | None:
        return self.classes.get(self.cleaned_data["school_class"])


class DrawForm(forms.Form):
    """幼升小: which children are handed to which school."""

    refusal = "没有生成名单，请改正后再生成"
    chosen = forms.MultipleChoiceField(
        label="来源",
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "请至少选一处", "invalid_choice": "名单有变动，请核对后重选"},
    )
    due_on = DateField("报到截止日期")

    def __init__(self, *args, groups, label: str, school_year: int, **kwargs):
        super().__init__(*args, **kwargs)
        self.school_year = school_year
        self.fields["chosen"].label = label
        self.fields["chosen"].choices = [(value, f"{name} {count}人") for value, name, count in groups]

    def clean_due_on(self):
        day = self.cleaned_data["due_on"]
        if wrong := _wrong_due_day(day, self.school_year):
            raise forms.ValidationError(wrong)
        return day


class DrawForSchoolForm(forms.Form):
    """Which school the lists are drawn for, and by what."""

    WAYS = [("village", "按户籍村"), ("kindergarten", "按现就读学校")]
    school = _select("接收学校")
    way = _select("分组", WAYS)

    def __init__(self, *args, schools, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["school"].choices = [(str(row.pk), row.name) for row in schools]


class NewClassesForm(forms.Form):
    """Classes of the cohort that enters."""

    refusal = "没有建班，请改正后再建"
    stage = _select("学段")
    first = forms.IntegerField(
        label="起始班序",
        min_value=1,
        max_value=99,
        help_text="从几班建起",
        error_messages={"required": "请填写起始班序", "invalid": "请填写整数"},
        widget=forms.NumberInput(attrs={"class": "input", "inputmode": "numeric"}),
    )
    count = forms.IntegerField(
        label="班数",
        min_value=1,
        max_value=MOST_CLASSES,
        help_text=f"一次最多{MOST_CLASSES}个班",
        error_messages={"required": "请填写班数", "invalid": "请填写整数"},
        widget=forms.NumberInput(attrs={"class": "input", "inputmode": "numeric"}),
    )

    def __init__(self, *args, stages, **kwargs):
        super().__init__(*args, **kwargs)
        labels = dict(SchoolClass.Stage.choices)
        self.fields["stage"].choices = [(stage, labels[stage]) for stage in stages]
