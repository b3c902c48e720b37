"""Log in, choose a password, search the accounts."""

from django import forms
from django.contrib.auth import password_validation
from django.contrib.auth.forms import AuthenticationForm

from students.forms.fields import SearchField


class LogInForm(AuthenticationForm):
    """登录."""

    refusal = "没有登录"

    error_messages = {
        "invalid_login": "登录名或密码不对，或者账号没有现任岗位、一次性密码已过期。"
        "请核对后再试，忘记密码请找本校学籍管理员重置。",
        "inactive": "这个账号已停用，请找本校学籍管理员。",
    }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["username"].label = "登录名"
        self.fields["password"].label = "密码"
        for name in ("username", "password"):
            self.fields[name].widget.attrs["class"] = "input"
            self.fields[name].error_messages["required"] = f"请填写{self.fields[name].label}"


class ChoosePasswordForm(forms.Form):
    """修改密码: the old one, and a new one twice."""

    old_password = forms.CharField(
        label="现在的密码",
        strip=False,
        error_messages={"required": "请填写现在的密码"},
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password", "class": "input"}),
    )
    new_password = forms.CharField(
        label="新密码",
        help_text="至少8位，不能全是数字，不要用姓名、工号或手机号",
        strip=False,
        error_messages={"required": "请填写新密码"},
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password", "class": "input"}),
    )
    again = forms.CharField(
        label="再写一次新密码",
        strip=False,
        error_messages={"required": "请再写一次新密码"},
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password", "class": "input"}),
    )

    def __init__(self, *args, person, **kwargs):
        super().__init__(*args, **kwargs)
        self.person = person

    def clean_old_password(self):
        if not self.person.check_password(self.cleaned_data["old_password"]):
            raise forms.ValidationError("现在的密码不对，密码没有修改")
        return self.cleaned_data["old_password"]

    def clean_new_password(self):
        password = self.cleaned_data["new_password"]
        password_validation.validate_password(password, self.person)
        if self.person.check_password(password):
            raise forms.ValidationError("新密码要和现在的密码不同")
        return password

    def clean(self):
        new, again = self.cleaned_data.get("new_password"), self.cleaned_data.get("again")
        if new and again and new != again:
            self.add_error("again", "两次写的新密码不一样，密码没有修改")


class PeopleFilter(forms.Form):
    """Search in the list of accounts."""

    q = SearchField("查找教职工", "姓名、工号或登录名")
