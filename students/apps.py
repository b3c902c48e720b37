from django.apps import AppConfig


class StudentsConfig(AppConfig):
    """学籍与考勤."""

    name = "students"
    verbose_name = "学籍与考勤"
