"""Forms of 规则: two versions to compare."""

from django import forms

from casework.queries.rule_pages import title_of


class TwoVersions(forms.Form):
    """Which two versions to lay side by side."""

    before = forms.ModelChoiceField(label="原来的版本", queryset=None, empty_label="请选择")
    after = forms.ModelChoiceField(label="改后的版本", queryset=None, empty_label="请选择")

    def __init__(self, *args, versions, **kwargs):
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.queryset, field.label_from_instance = versions, title_of
            field.error_messages |= {"required": f"请选择{field.label}", "invalid_choice": "没有这个版本，请重新选择"}
