"""Forms of 整改台账: the filter, a finding added by hand, and one form for every move."""

from collections.abc import Sequence

from django import forms

from casework.contact_forms import SeveralFiles
from inspections.actions.rectifications import MOST_FILES
from inspections.rectifying import Move
from students.actions.files import FileRefused, take_in, take_photo
from students.forms.fields import DateField, SearchField, TextField
from students.models import Person, School


class LedgerFilter(forms.Form):
    """Search and filters of the ledger. What offers no choice to this person is not there."""

    q = SearchField("查找", hint="学校、问题或措施")
    township = forms.ChoiceField(label="乡镇", required=False)
    school = forms.ChoiceField(label="学校", required=False)
    round = forms.ChoiceField(label="批次", required=False)

    def __init__(self, *args, schools: Sequence[School], rounds, **kwargs):
        super().__init__(*args, **kwargs)
        townships = {str(row.township_id): row.township.name for row in schools}
        offered = {
            "township": sorted(townships.items(), key=lambda each: each[1]),
            "school": [(str(row.pk), row.name) for row in schools],
            "round": [(str(row.pk), row.title) for row in rounds],
        }
        for name, choices in offered.items():
            self.fields[name].choices = [("", "全部"), *choices]
            if len(choices) < 2:
                del self.fields[name]

    @property
    def narrowed(self) -> dict[str, str]:
        """What the rows are narrowed down to; what makes no sense narrows nothing."""
        self.full_clean()
        return {name: value.strip() for name, value in self.cleaned_data.items() if value}


class FindingForm(forms.Form):
    """添整改事项."""

    problem = TextField("问题", max_length=400)
    deadline = DateField("整改期限", help_text="选上课日")
    refusal = "没有添上"


class MoveForm(forms.Form):
    """A move; ``version`` is that of the finding which the page showed."""

    version = forms.IntegerField(min_value=0, widget=forms.HiddenInput)
    refusal = "没有保存"


class PlanForm(MoveForm):
    """定措施."""

    measure = TextField("整改措施", max_length=300)
    responsible = forms.ModelChoiceField(
        queryset=None, label="责任人", empty_label="请选择",
        error_messages={"required": "请选择责任人", "invalid_choice": "请在本校校领导和学籍管理员中选择"},
    )  # fmt: skip

    def __init__(self, *args, people: Sequence[Person] = (), **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["responsible"].queryset = Person.objects.filter(pk__in=[each.pk for each in people])


class PapersField(forms.FileField):
    """Pictures and PDF files, opened and checked before the form is accepted; its value is a list of what
    ``take_in`` gives. Photographs may be as large as a telephone takes them."""

    def __init__(self):
        super().__init__(
            label="材料", required=False,
            widget=SeveralFiles(attrs={"accept": "image/jpeg,image/png,application/pdf", "multiple": True}),
            help_text=f"照片或PDF，最多{MOST_FILES}份；PDF不超过2 MB",
        )  # fmt: skip

    def clean(self, data, initial=None):
        uploads = data if isinstance(data, (list, tuple)) else [data] if data else []
        if len(uploads) > MOST_FILES:
            raise forms.ValidationError(f"一次最多{MOST_FILES}份材料")
        try:
            return [_taken(super(PapersField, self).clean(upload, initial)) for upload in uploads]
        except FileRefused as refused:
            raise forms.ValidationError(str(refused)) from None


def _taken(upload) -> dict[str, object]:
    is_pdf = upload.read(5) == b"%PDF-"
    upload.seek(0)
    taken = take_in(upload) if is_pdf else take_photo(upload)
    taken.pop("thumbnail", None)
    return taken


class ReportForm(MoveForm):
    """报整改完成."""

    words = TextField("整改情况", max_length=500)
    papers = PapersField()


class PostponeForm(MoveForm):
    """改期限."""

    deadline = DateField("新的期限", help_text="选上课日")
    words = TextField("原因", max_length=500)


class WordsForm(MoveForm):
    """退回, 销号, 撤销: in words."""

    words = TextField("原因", max_length=500)


class CloseForm(MoveForm):
    """销号."""

    words = TextField("怎样核实的", max_length=500)


FORMS: dict[Move, type[MoveForm]] = {
    Move.PLAN: PlanForm,
    Move.REPORT: ReportForm,
    Move.SEND_BACK: WordsForm,
    Move.CLOSE: CloseForm,
    Move.POSTPONE: PostponeForm,
    Move.WITHDRAW: WordsForm,
}
