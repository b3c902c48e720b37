"""The form of 县级规定."""

from django import forms

from students.forms.fields import DateField
from students.policy import PARAMETERS, PolicyError, read_policy


class PolicyForm(forms.Form):
    """县级规定: every parameter, and the day from which it holds."""

    starts_on = DateField("从哪天起执行")

    def __init__(self, *args, policy, today, **kwargs):
        super().__init__(*args, **kwargs)
        self.today = today
        for name, parameter in PARAMETERS.items():
            if isinstance(parameter.default, bool):
                self.fields[name] = forms.BooleanField(
                    label=parameter.label, required=False, initial=getattr(policy, name)
                )
                continue
            bounds = f"{parameter.lowest}到{parameter.highest}{parameter.unit}"
            self.fields[name] = forms.IntegerField(
                label=parameter.label,
                help_text=bounds,
                initial=getattr(policy, name),
                min_value=parameter.lowest,
                max_value=parameter.highest,
                error_messages=dict.fromkeys(
                    ("required", "invalid", "min_value", "max_value"), f"请填写{bounds}之间的整数"
                ),
            )

    def clean_starts_on(self):
        day = self.cleaned_data["starts_on"]
        if day < self.today:
            raise forms.ValidationError("不能从过去的日子起执行：已经算出的结果不能倒改")
        return day

    def clean(self):
        if self.errors:
            return
        content = {name: self.cleaned_data[name] for name in PARAMETERS}
        try:
            read_policy(content)
        except PolicyError as error:
            raise forms.ValidationError(f"{error}，没有保存") from None
        self.content = content
