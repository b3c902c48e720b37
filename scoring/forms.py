"""Forms of the pages of scores."""

from datetime import date

from django import forms

from scoring.presets import ALWAYS
from scoring.school_scheme import Band
from students.calendar import school_year_of
from students.forms.fields import DateField, SearchField, filter_words
from students.forms.places import offer_places
from students.models import School
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


class SchoolMonthFilter(forms.Form):
    """What narrows the months of schools down; the ranks stay those among all."""

    township = forms.ChoiceField(label="乡镇", required=False)
    band = forms.ChoiceField(
        label="等级", choices=[("", "全部"), *((band.value, band.label) for band in Band)], required=False
    )

    def __init__(self, *args, townships, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["township"].choices = [("", "全部"), *((str(area.pk), area.name) for area in townships)]
        if len(townships) < 2:
            del self.fields["township"]

    def keeps(self, ranked) -> bool:
        """Whether a school with its month is asked for; what makes no sense narrows nothing."""
        township, band = (self.cleaned_data.get(name) for name in ("township", "band"))
        return (not township or str(ranked.school.township_id) == township) and (not band or ranked.score.band == band)

    @property
    def words(self) -> tuple[str, ...]:
        """What is asked for, in words."""
        chosen = ((self.fields[name], self.cleaned_data.get(name)) for name in self.fields)
        return tuple(f"{field.label}：{dict(field.choices)[value]}" for field, value in chosen if value)


class OneSchool(forms.Form):
    """Which school's teachers are shown; whoever sees one school is not asked."""

    school = forms.ChoiceField(label="学校", required=False)

    def __init__(self, *args, schools, **kwargs):
        super().__init__(*args, **kwargs)
        self.schools = schools
        self.fields["school"].choices = [(str(row.pk), str(row)) for row in schools]
        if len(schools) < 2:
            del self.fields["school"]

    @property
    def chosen(self) -> School | None:
        """The school asked for, else the first."""
        asked = self.cleaned_data.get("school", "")
        return next((row for row in self.schools if str(row.pk) == asked), self.schools[0] if self.schools else None)


class ScoreDay(forms.Form):
    """算到哪一天: a day that is over; today's registers and duties still have their time."""

    day = DateField("算到哪一天")

    def __init__(self, *args, today: date, **kwargs):
        super().__init__(*args, **kwargs)
        self.today = today

    def clean_day(self):
        day = self.cleaned_data["day"]
        if school_year_of(day) < ALWAYS:
            raise forms.ValidationError(f"{cdate(day)}那时还没有考核，请换一天")
        if day >= self.today:
            raise forms.ValidationError(f"{cdate(day)}还没有过完，最晚算到昨天")
        return day


class AwardFilter(forms.Form):
    """What narrows the candidates of awards and the lists down; ranks stay those among all."""

    q = SearchField("名称或姓名", hint="如2023级1班")
    school = forms.ChoiceField(label="学校", required=False)
    township = forms.ChoiceField(label="乡镇", required=False)
    stage = forms.ChoiceField(label="办学类型", choices=[("", "全部"), *School.Kind.choices], required=False)

    def __init__(self, *args, schools, **kwargs):
        super().__init__(*args, **kwargs)
        self.schools = list(schools)
        offer_places(self, self.schools)
        townships = {row.township_id: row.township for row in self.schools}
        self.fields["township"].choices = [("", "全部"), *((str(pk), area.name) for pk, area in townships.items())]
        if len(townships) < 2:
            del self.fields["township"]
        if len({row.kind for row in self.schools}) < 2:
            del self.fields["stage"]
        self.full_clean()

    @property
    def chosen(self) -> School | None:
        """The one school that is asked for, or the only one there is."""
        asked = self.cleaned_data.get("school", "") if "school" in self.fields else ""
        if "school" not in self.fields and len(self.schools) == 1:
            return self.schools[0]
        return next((row for row in self.schools if str(row.pk) == asked), None)

    @property
    def words(self) -> tuple[str, ...]:
        """What is asked for, in words."""
        return filter_words(self)

    def keeps(self, school: School, name: str) -> bool:
        """Whether a line of ``school`` called ``name`` is asked for; what makes no sense narrows nothing."""
        asked = {key: self.cleaned_data.get(key, "") for key in ("q", "township", "stage")}
        words = asked["q"].strip()
        return (
            school.pk in {row.pk for row in self.schools}
            and (self.chosen is None or self.chosen.pk == school.pk)
            and (not asked["township"] or str(school.township_id) == asked["township"])
            and (not asked["stage"] or school.kind == asked["stage"])
            and (not words or words in name or words in school.name)
        )
