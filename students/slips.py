"""Password slips (密码条): one-time passwords on paper, cut apart and handed over."""

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.template.loader import render_to_string
from weasyprint import CSS, HTML

from students.models import Person

STYLE = settings.BASE_DIR / "static" / "css" / "slips.css"


@dataclass(frozen=True)
class Slip:
    """One person's slip. The password is nowhere else: only its hash is kept."""

    person: Person
    place: str
    password: str


def slips_pdf(slips: list[Slip], *, printed_at: datetime) -> bytes:
    """The slips as A4 pages, ten a page, with lines to cut along."""
    page = render_to_string("students/slips.html", {"slips": slips, "printed_at": printed_at})
    return HTML(string=page).write_pdf(stylesheets=[CSS(filename=STYLE)])
