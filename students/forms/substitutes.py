"""代班: whose class, who stands in, from when to when, why."""

from django import forms

from students.forms.fields import ClassField, DateField, LineField


class PersonField(forms.ModelChoiceField):
    """Somebody of the school, by name and 工号."""

    def __init__(self, label: str, queryset, **kwargs):
        errors = {"required": f"请选择{label}", "invalid_choice": "请选本校的教职工"}
        super().__init__(label=label, queryset=queryset, empty_label="请选择", error_messages=errors, **kwargs)
        self.widget.attrs["class"] = "input"

    def label_from_instance(self, person) -> str:
        return f"{person.name}（{person.staff_number}）"


class SubstituteForm(forms.Form):
    """An appointment as it is sent; ``staff`` are the people offered, of the reader's own school."""

    refusal = "没有保存"

    first_day = DateField("从哪天起")
    last_day = DateField("到哪天止", help_text="包括这一天")
    reason = LineField("代班原因", max_length=100, help_text="例如外出培训、病假、产假")

    field_order = ["school_class", "person", "first_day", "last_day", "reason"]

    def __init__(self, *args, classes, staff, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["school_class"] = ClassField("哪个班", classes)
        self.fields["school_class"].widget.attrs["class"] = "input"
        self.fields["person"] = PersonField("谁代班", staff)
        self.order_fields(self.field_order)
