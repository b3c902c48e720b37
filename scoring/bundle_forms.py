"""Forms of 三包 and 联点: who gets whom, from which day, and why somebody no longer has them."""

from collections.abc import Sequence
from datetime import date

from django import forms

from scoring.models import Assignment
from students.forms.fields import DateField, SearchField, TextField
from students.models import Area, Person, School


class SeveralField(forms.MultipleChoiceField):
    """Several of a list; choice tiles."""

    def __init__(self, label, *, asks: str, **kwargs):
        errors = {
            "required": f"请选择{asks}，至少一个",
            "invalid_choice": f"选的{asks}已不在名单上，请看过最新名单再提交",
            "invalid_list": f"选的{asks}没有看懂，请重新勾选",
        }
        super().__init__(label=label, widget=forms.CheckboxSelectMultiple, error_messages=errors, **kwargs)


def person_field(label: str) -> forms.ChoiceField:
    return forms.ChoiceField(
        label=label,
        error_messages={"required": f"请选择{label}", "invalid_choice": "选的人现在没有这个岗位，请在列出的人里选择"},
        widget=forms.Select(attrs={"class": "input"}),
    )


class PersonForm(forms.Form):
    """Somebody gets something. ``people``: (id, name and posts) of those who may be chosen."""

    refusal = "没有安排"
    whom = "person"

    def __init__(self, *args, people: Sequence[tuple[int, str]], **kwargs):
        super().__init__(*args, **kwargs)
        self.fields[self.whom].choices = [("", "请选择"), *((str(pk), words) for pk, words in people)]

    @property
    def chosen_person(self) -> Person:
        return Person.objects.get(pk=self.cleaned_data[self.whom])


class AssignStudentsForm(PersonForm):
    """教师包学生: of the children whom nobody answers for."""

    students = SeveralField("学生", asks="学生")
    person = person_field("由谁包")
    since = DateField("从哪天起", help_text="可以补填本学年以前的日子，不能填以后的日子")

    def __init__(self, *args, children: Sequence[tuple[int, str]], today: date, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["students"].choices = [(str(pk), words) for pk, words in children]
        self.fields["since"].initial = today


class AssignVillagesForm(PersonForm):
    """领导包片包村: of the villages of the school's township."""

    villages = forms.ModelMultipleChoiceField(
        label="村",
        queryset=Area.objects.none(),
        widget=forms.CheckboxSelectMultiple,
        error_messages={
            "required": "请选择村，至少一个",
            "invalid_choice": "选的村不是本乡镇的村，请在列出的村里选择",
            "invalid_pk_value": "选的村没有看懂，请重新勾选",
            "invalid_list": "选的村没有看懂，请重新勾选",
        },
    )
    person = person_field("由哪位领导包")
    since = DateField("从哪天起", help_text="可以补填本学年以前的日子，不能填以后的日子")

    def __init__(self, *args, villages, today: date, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["villages"].queryset = villages
        self.fields["since"].initial = today


class HandOverForm(PersonForm):
    """移交 what somebody has, all of it unless something is left out."""

    whom = "taker"
    rows = SeveralField("移交哪些", asks="要移交的")
    taker = person_field("移交给谁")
    note = TextField("原因", help_text="例如：原责任人调离、产假、换班")
    refusal = "没有移交"

    def __init__(self, *args, held: Sequence[tuple[int, str]], **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["rows"].choices = [(str(pk), words) for pk, words in held]
        self.fields["rows"].initial = [str(pk) for pk, _ in held]


class EndForm(forms.Form):
    """结束 one assignment."""

    note = TextField("原因", help_text="例如：已连续到校两个月，不再是重点生")
    refusal = "没有结束"


class LiaisonForm(PersonForm):
    """联点. ``seen``: the row that the page showed, blank for nobody."""

    person = person_field("由谁联点")
    since = DateField("从哪天起")
    planned_until = DateField("到哪天止", required=False, help_text="不填就一直到换人为止；到期后会提醒重新安排")
    seen = forms.IntegerField(required=False, widget=forms.HiddenInput)
    refusal = "没有保存"

    def __init__(self, *args, before: Assignment | None, today: date, **kwargs):
        initial = {"since": today, "seen": before.pk if before else None}
        super().__init__(*args, initial=initial, **kwargs)

    def clean(self):
        cleaned = super().clean()
        since, until = cleaned.get("since"), cleaned.get("planned_until")
        if since and until and until < since:
            self.add_error("planned_until", "“到哪天止”比“从哪天起”早，两个日子写反了")
        return cleaned


class BundleFilter(forms.Form):
    """What narrows the list of a school's people down."""

    q = SearchField("查找", hint="学生或教师的姓名")


class TownshipFilter(forms.Form):
    """The township, for whoever sees several."""

    township = forms.ChoiceField(label="乡镇", required=False)

    def __init__(self, *args, schools: Sequence[School], **kwargs):
        super().__init__(*args, **kwargs)
        townships = {str(each.township_id): str(each.township) for each in schools}
        self.fields["township"].choices = [("", "全部"), *sorted(townships.items(), key=lambda item: item[1])]
        if len(townships) < 2:
            del self.fields["township"]
