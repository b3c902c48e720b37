"""Addresses of the students app."""

from datetime import date

from django.urls import path, register_converter

from students.days import Slot
from students.views import accounts, components, registers


class DayConverter:
    """A day in an address: 2026-09-07. Centuries without a school are no addresses."""

    regex = "(?:19|20|21)[0-9]{2}-[0-9]{2}-[0-9]{2}"

    def to_python(self, value: str) -> date:
        return date.fromisoformat(value)  # a day that does not exist raises ValueError: 404

    def to_url(self, value: date) -> str:
        return value.isoformat()


class SlotConverter:
    """A slot in an address: its code."""

    regex = "|".join(Slot)

    def to_python(self, value: str) -> Slot:
        return Slot(value)

    def to_url(self, value: str) -> str:
        return str(value)


register_converter(DayConverter, "day")
register_converter(SlotConverter, "slot")

app_name = "students"
urlpatterns = [
    path("login/", accounts.log_in, name="log_in"),
    path("logout/", accounts.log_out, name="log_out"),
    path("password/", accounts.change_password, name="change_password"),
    path("people/", accounts.people, name="people"),
    path("people/<int:pk>/reset/", accounts.reset_password, name="reset_password"),
    path("people/<int:pk>/leave/", accounts.end_postings, name="end_postings"),
    path("register/<int:school_class>/<day:day>/<slot:slot>/", registers.register, name="register"),
    path("register/<int:pk>/history/", registers.history, name="register_history"),
    path("register/<int:pk>/take-back/<int:version>/", registers.take_back, name="take_back"),
    path("components/", components.components, name="components"),
]
