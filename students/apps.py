from django.apps import AppConfig
from django.core.validators import ProhibitNullCharactersValidator


class StudentsConfig(AppConfig):
    """学籍与考勤."""

    name = "students"
    verbose_name = "学籍与考勤"

    def ready(self):
        # Every text field of Django's asks this validator, whose own words translate into no sentence.
        ProhibitNullCharactersValidator.message = "文字里夹着看不见的控制字符，请清空后重新输入"
