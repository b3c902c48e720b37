"""Forms of the pages of scores."""

from datetime import date

from django import forms

from students.forms.fields import DateField
from students.forms.places import offer_places
from students.queries.listing import GRADES
from students.templatetags.chinese import cdate


class ScoreFilter(forms.Form):
    """What narrows a list of scores down. What offers no choice to this person is not there."""

    school = forms.ChoiceField(label="学校", required=False)
    grade = forms.ChoiceField(label="年级", choices=[("", "全部"), *GRADES.items()], required=False)

    def __init__(self, *args, schools, **kwargs):
        super().__init__(*args, **kwargs)
        offer_places(self, schools)

    @property
    def narrowed(self) -> dict[str, str]:
        """What the rows are narrowed down to; what makes no sense narrows nothing."""
        return {name: self.cleaned_data.get(name, "") for name in ("school", "grade")}


class ScoreDay(forms.Form):
    """算到哪一天: a day of this school year that is not to come."""

    day = DateField("算到哪一天")

    def __init__(self, *args, today: date, **kwargs):
        super().__init__(*args, **kwargs)
        self.today = today

    def clean_day(self):
        day = self.cleaned_data["day"]
        if day > self.today:
            raise forms.ValidationError(f"{cdate(day)}还没有到，最晚算到今天")
        return day
