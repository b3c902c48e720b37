"""Forms of 随机清点."""

from django import forms

from inspections.actions.draws import MOST, Place
from inspections.queries.mismatches import STATES
from inspections.suspicion import ReasonKind
from students.forms.fields import LineField, SentOnce, TextField
from students.forms.places import offer_places
from students.models import Area, School

COUNTY = "county"


class ReasonFilter(forms.Form):
    """What narrows the classes with reasons down."""

    township = forms.ChoiceField(label="乡镇", required=False)
    school = forms.ChoiceField(label="学校", required=False)
    kind = forms.ChoiceField(
        label="理由", required=False, choices=[("", "全部"), *((kind.value, kind.label) for kind in ReasonKind)]
    )

    def __init__(self, *args, schools: list[School], townships: list[Area], **kwargs):
        super().__init__(*args, **kwargs)
        offer_places(self, schools)
        self.fields["township"].choices = [("", "全部"), *((str(row.pk), row.name) for row in townships)]
        if len(townships) < 2:
            del self.fields["township"]

    @property
    def narrowed(self) -> dict[str, str]:
        """What was understood; what makes no sense narrows nothing."""
        return {name: value for name, value in self.cleaned_data.items() if value}


class MismatchFilter(forms.Form):
    """What narrows the mismatches down."""

    school = forms.ChoiceField(label="学校", required=False)
    state = forms.ChoiceField(label="情况", required=False, choices=[("", "全部"), *STATES.items()])

    def __init__(self, *args, schools: list[School], **kwargs):
        super().__init__(*args, **kwargs)
        offer_places(self, schools)

    @property
    def narrowed(self) -> dict[str, str]:
        return {name: value for name, value in self.cleaned_data.items() if value}


class DrawForm(SentOnce):
    """Where is drawn, and how many classes."""

    refusal = "没有抽取"

    place = forms.ChoiceField(
        label="在哪里抽",
        error_messages={"required": "请选择在哪里抽", "invalid_choice": "请在列出的地方中选择"},
    )
    size = forms.IntegerField(
        label="抽几个班",
        min_value=1,
        max_value=MOST,
        error_messages={
            "required": "请填写抽几个班",
            "invalid": "抽几个班应是整数",
            "min_value": "至少抽1个班",
            "max_value": f"一次最多抽{MOST}个班",
        },
        widget=forms.NumberInput(attrs={"class": "input", "inputmode": "numeric"}),
    )

    def __init__(self, *args, places: dict[str, Place], **kwargs):
        super().__init__(*args, **kwargs)
        self.places = places
        self.fields["place"].choices = [(key, str(of.school or of.township or "全县")) for key, of in places.items()]

    def clean_place(self) -> Place:
        return self.places[self.cleaned_data["place"]]


def draws_somewhere(scope) -> bool:
    """Whether there is a place where the person may draw; asks nothing."""
    return scope.is_bureau or bool(scope.led)


def places_for(scope) -> dict[str, Place]:
    """Where a person may draw: 县教育局 the county, a township, a school; a school's heads their school."""
    if not scope.is_bureau:
        return {f"school-{row.pk}": Place(school=row) for row in School.objects.filter(pk__in=scope.led)}
    townships = Area.objects.filter(level=Area.Level.TOWNSHIP, schools__isnull=False).distinct()
    return (
        {COUNTY: Place()}
        | {f"township-{row.pk}": Place(township=row) for row in townships}
        | {f"school-{row.pk}": Place(school=row) for row in School.objects.all()}
    )


class CancelForm(forms.Form):
    """Why a draw is called off."""

    refusal = "没有作废"
    reason = LineField("作废原因", help_text="抽取和抽中的班都留着，任何人都看得到是谁、为什么作废")


class ExplainForm(forms.Form):
    """Where the child was."""

    refusal = "没有保存"
    seen = forms.IntegerField(required=False, widget=forms.HiddenInput)
    text = TextField("当时在哪里", help_text="在校内哪里、做什么、谁可以证明")
