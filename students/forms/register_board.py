"""What the board of registers is narrowed down to."""

from collections.abc import Iterable

from django import forms

from students.forms.fields import SearchField
from students.forms.places import offer_townships
from students.models import School
from students.queries.listing import GRADES

SHOWN = [("", "全部"), ("missing", "只看缺的")]


class ClassBoardFilter(forms.Form):
    """Classes of a school: a grade, or only those with something missing."""

    grade = forms.TypedChoiceField(label="年级", required=False, coerce=int, empty_value=None)
    show = forms.ChoiceField(label="显示", choices=SHOWN, required=False)

    def __init__(self, *args, grades: Iterable[int], **kwargs):
        super().__init__(*args, **kwargs)
        offered = [(grade, GRADES.get(grade, f"{grade}年级")) for grade in sorted(set(grades))]
        self.fields["grade"].choices = [("", "全部"), *offered]
        if len(offered) < 2:
            del self.fields["grade"]


class SchoolBoardFilter(forms.Form):
    """Schools of an area: by name and township, or only those with something missing."""

    q = SearchField("查找学校", hint="学校名称")
    township = forms.ChoiceField(label="乡镇", required=False)
    show = forms.ChoiceField(label="显示", choices=SHOWN, required=False)

    def __init__(self, *args, schools: Iterable[School], **kwargs):
        super().__init__(*args, **kwargs)
        offer_townships(self, schools)

    def keeps(self, line) -> bool:
        """Whether a school of the board is asked for."""
        asked = self.cleaned_data
        return (
            asked.get("q", "") in line.school.name
            and asked.get("township") in (None, "", str(line.school.township_id))
            and bool(line.missing or not asked.get("show"))
        )
