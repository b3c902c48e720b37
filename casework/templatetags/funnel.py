"""Numbers of the funnel 劝返漏斗 that open the cases they count."""

from django import template
from django.utils.html import format_html

register = template.Library()


@register.simple_tag
def cases_of(place, step: str, number: int, **more) -> str:
    """A number of ``place`` (a ``PlaceFunnel``) at a step, as a link to its cases; a 0 opens none."""
    return format_html('<a href="{}">{}</a>', place.address(step, **more), number) if number else "0"
