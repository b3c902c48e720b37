"""What a filter did not understand, in words."""

from django import forms

NOT_OFFERED = "没有这一项"


def faults_of(form: forms.BaseForm) -> list[str]:
    """A sentence a fault, without the stop. Of a choice that is not offered nothing is repeated: it came from an
    address."""
    if not form.is_bound:
        return []
    found = ((name, error) for name, errors in form.errors.as_data().items() if name in form.fields for error in errors)
    words = ((name, NOT_OFFERED if error.code == "invalid_choice" else "".join(error)) for name, error in found)
    return [f"{form[name].label}：{text.rstrip('。')}" for name, text in words]
