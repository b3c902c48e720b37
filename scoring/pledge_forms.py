"""The filter of the pages of 责任书."""

from collections.abc import Sequence

from django import forms

from scoring.pledges import LAYERS, PAST, UNSIGNED, PledgeState
from students.forms.fields import SearchField
from students.forms.places import offer_places
from students.models import School

ALL = ("", "全部")
STATES = [
    ALL, (UNSIGNED, "没有签字的"), *((state.value, state.label) for state in PledgeState), (PAST, "已离岗"),
]  # fmt: skip


class PledgeFilter(forms.Form):
    """What narrows 责任书 down. What offers no choice to this person is not there."""

    q = SearchField("查找责任人", hint="责任人的姓名")
    kind = forms.ChoiceField(
        label="层级", choices=[ALL, *((kind.value, layer) for kind, layer in LAYERS.items())], required=False
    )
    state = forms.ChoiceField(label="状态", choices=STATES, required=False)
    township = forms.ChoiceField(label="乡镇", required=False)
    school = forms.ChoiceField(label="学校", required=False)

    def __init__(self, *args, schools: Sequence[School], **kwargs):
        """``schools``: those in the scope, with their townships."""
        super().__init__(*args, **kwargs)
        townships = {str(school.township_id): school.township.name for school in schools}
        self.fields["township"].choices = [ALL, *townships.items()]
        chosen = self.data.get("township")
        offer_places(self, [each for each in schools if chosen not in townships or str(each.township_id) == chosen])
        if len(townships) < 2:
            del self.fields["township"]

    @property
    def narrowed(self) -> dict[str, str]:
        """What the rows are narrowed down to; what makes no sense narrows nothing."""
        self.full_clean()
        return {name: value for name, value in self.cleaned_data.items() if value}

    @property
    def in_words(self) -> list[str]:
        """What was chosen, as a file says it; a name that was searched for is no part of it."""
        chosen = {name: value for name, value in self.narrowed.items() if name != "q"}
        return [dict(self.fields[name].choices)[value] for name, value in chosen.items()]
