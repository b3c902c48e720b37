"""Where the children behind a number are listed; numbers of the boards that open them."""

from urllib.parse import urlencode

from django import template
from django.urls import reverse
from django.utils.html import format_html

from reports.figures import BEHIND_RATES, LABELS, Figures

register = template.Library()


def children_address(figures: Figures, code: str, **query) -> str:
    """Where the children behind a count are listed, behind a rate those whom it is lower, or higher, for; blank where
    there are none. ``query``: what the figures were narrowed down to, as addresses have it; what is blank is left out.
    """
    code = BEHIND_RATES.get(code, code)
    if code not in LABELS or not figures[code]:
        return ""
    asked = urlencode({name: value for name, value in query.items() if value not in ("", None)})
    return f"{reverse('reports:figure_children', args=[code])}?{asked}"


@register.simple_tag
def children_url(figures: Figures, code: str, month, **narrowed) -> str:
    """The same for a count that was kept of a ``month`` last night."""
    return children_address(figures, code, **month.query, **narrowed)


@register.simple_tag
def behind(figures: Figures, code: str, month, text: str = "", **narrowed) -> str:
    """A count that was kept, or the ``text`` of a rate, as a link to its children; ``narrowed``: of whom it is, as
    addresses have it."""
    shown, address = text or figures[code], children_url(figures, code, month, **narrowed)
    return format_html('<a href="{}">{}</a>', address, shown) if address else str(shown)
