"""Whatever a page offers as a link leads somewhere: for each printed account, through all it can reach."""

from collections import deque
from html.parser import HTMLParser
from urllib.parse import parse_qsl, urljoin, urlsplit

import pytest
from django.urls import Resolver404, resolve

from casework.demo.staff import LOG_INS
from students.models import Person, Role
from tests.demo.county import TODAY
from tests.scene import at, client_of

OF_A_SCRIPT = "data-leave"  # a link that is filled in before it is shown
FEWEST = {Role.ADMINISTRATOR: 2}  # shapes of addresses; everybody else has far more to do


class Links(HTMLParser):
    """The addresses of a page's links."""

    def __init__(self, html: str):
        super().__init__()
        self.found: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        if tag == "a" and given.get("href") and OF_A_SCRIPT not in given:
            self.found.append(given["href"])


def shape(address: str) -> tuple:
    """Addresses of one kind: a page by its name, whatever is shown in it, and by what narrows it down."""
    parts = urlsplit(address)
    try:
        name = resolve(parts.path).view_name
    except Resolver404:
        name = parts.path
    return name, tuple(sorted(name for name, _ in parse_qsl(parts.query)))


def links_of(response, address: str) -> list[str]:
    """Where a page, or a redirect, leads on this site; a telephone number is no page."""
    if response.status_code == 302:
        found = [response.headers["Location"]]
    elif not response.headers["Content-Type"].startswith("text/html"):
        found = []
    else:
        found = Links(response.content.decode()).found
    absolute = (urlsplit(urljoin(address, link)) for link in found)
    return [to._replace(fragment="").geturl() for to in absolute if not to.scheme and not to.netloc]


def walk(client) -> dict[tuple, tuple[str, int]]:
    """Shape → the first address of it that a page offered, and how it answered."""
    waiting, answers = deque(["/"]), {}
    while waiting:
        address = waiting.popleft()
        if shape(address) in answers:
            continue
        response = client.get(address)
        answers[shape(address)] = (address, response.status_code)
        waiting += links_of(response, address)
    return answers


@pytest.mark.once
@pytest.mark.parametrize(("role", "username"), LOG_INS)
def test_no_link_is_refused_or_leads_nowhere(county, clock, role, username):
    clock.move_to(at(TODAY, 10))
    answers = walk(client_of(Person.objects.get(username=username)))
    assert [answer for answer in answers.values() if answer[1] not in (200, 302)] == []
    assert len(answers) >= FEWEST.get(role, 25)
