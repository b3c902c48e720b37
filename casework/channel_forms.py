"""Forms of 提醒通道, their log, and one's own digest."""

from django import forms
from django.core.validators import EmailValidator

from casework.actions.channels import Wanted
from casework.models import ChannelKind, Delivery
from students.forms.fields import LineField, TextField

BAD_ADDRESS = "“{}”不是邮箱地址，应当像name@example.com"


class HourField(forms.TimeField):
    """A time of the day, by the browser's clock."""

    def __init__(self, label, **kwargs):
        errors = {"required": f"请填写{label}", "invalid": f"{label}没有看懂，请写成17:30"}
        widget = forms.TimeInput(format="%H:%M", attrs={"type": "time", "class": "input"})
        super().__init__(label=label, widget=widget, error_messages=errors, **kwargs)


class AddressesField(TextField):
    """E-mail addresses, one a line."""

    def clean(self, value):
        lines = [line.strip() for line in super().clean(value).replace("；", "\n").replace("，", "\n").splitlines()]
        for line in filter(None, lines):
            EmailValidator(BAD_ADDRESS.format(line[:60]))(line)
            if len(line) > 100:
                raise forms.ValidationError(BAD_ADDRESS.format(line[:60]))
        return tuple(filter(None, lines))


class ChannelForm(forms.Form):
    """A channel of one kind; a new one also says for which of ``places`` it is, where there is a choice."""

    place = forms.ChoiceField(
        label="给谁的", error_messages={"required": "请选择给谁", "invalid_choice": "请在列出的里选"}
    )
    name = LineField("名称", max_length=30, help_text="例如：办公室、德育群")
    recipients = AddressesField("收件邮箱", max_length=2500, help_text="一行一个，每人各收一封")
    address = LineField("机器人地址", max_length=300, help_text="群机器人设置里的Webhook地址，整个复制；保存后不再显示")
    secret = LineField(
        "加签密钥",
        max_length=100,
        required=False,
        help_text="机器人的安全设置选了“加签”的填；用关键词的，关键词设为“守学”",
    )
    send_at = HourField("每天几点发", initial="17:30")
    school_days_only = forms.BooleanField(label="只在上课日发", required=False, initial=True)
    sends_nothing = forms.BooleanField(label="没有要办的事也发一条", required=False)
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args, kind: str, places=(), is_new=True, **kwargs):
        super().__init__(*args, **kwargs)
        left_out = {"address", "secret"} if kind == ChannelKind.EMAIL else {"recipients"}
        if kind == ChannelKind.WECOM:
            left_out.add("secret")
        if not is_new or len(places) < 2:
            left_out.add("place")
        if not is_new and "address" not in left_out:
            self.fields["address"].required = False
            self.fields["address"].help_text = "不改就留空；要换，把新地址整个复制过来"
            if "secret" not in left_out:
                self.fields["secret"].help_text = "跟地址一起换；不改就留空"
        for name in left_out:
            del self.fields[name]
        if "place" in self.fields:
            self.fields["place"].choices = [("", "请选择"), *places]

    @property
    def wanted(self) -> Wanted:
        names = Wanted.__dataclass_fields__
        return Wanted(**{name: value for name, value in self.cleaned_data.items() if name in names})


class NamesForm(forms.Form):
    """可含姓名: why children may be named in a channel."""

    reason = LineField("为什么可以含学生姓名", max_length=100, help_text="写明谁能看到这个通道")
    version = forms.IntegerField(widget=forms.HiddenInput)


class DeliveryFilter(forms.Form):
    """Filters of the log."""

    state = forms.ChoiceField(
        label="结果", choices=[("", "全部"), ("open", "要处理的"), *Delivery.State.choices], required=False
    )
    kind = forms.ChoiceField(
        label="内容", choices=[("", "全部"), ("digest", "每日提醒"), ("test", "测试消息")], required=False
    )
    channel = forms.ChoiceField(label="通道", required=False)

    def __init__(self, *args, channels, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["channel"].choices = [("", "全部"), *((str(row.pk), f"{row.place}{row}") for row in channels)]


class OwnDigestForm(forms.Form):
    """Where to and when somebody's own digest goes."""

    address = forms.EmailField(
        label="邮箱",
        max_length=100,
        widget=forms.EmailInput(attrs={"class": "input", "autocomplete": "email"}),
        error_messages={
            "required": "请填写邮箱",
            "invalid": "这不是邮箱地址，应当像name@example.com",
            "max_length": "邮箱最多100个字符",
        },
    )
    send_at = HourField("每天几点发", initial="07:00")


class CodeForm(forms.Form):
    """The code that came to the mailbox."""

    code = LineField(
        "验证码",
        max_length=10,
        help_text="邮件里的6位数字",
        widget=forms.TextInput(attrs={"class": "input", "inputmode": "numeric", "autocomplete": "one-time-code"}),
    )
