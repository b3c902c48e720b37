"""拨打: a number goes to the telephone without standing on any page."""

from django.http import HttpResponseRedirect


class DialRedirect(HttpResponseRedirect):
    """To the telephone: the page itself carries no number in full."""

    allowed_schemes = ["tel"]


def to_telephone(number: str) -> DialRedirect | None:
    """Where 拨打 leads; None where there is nothing to dial."""
    digits = "".join(character for character in number if character.isdigit())
    return DialRedirect(f"tel:{digits}") if digits else None
