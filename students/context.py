"""What the frame of every page shows: who is logged in, where, and the ways to go."""

from django.urls import reverse

from students.access import AREA_ROLES, OFFICE_ROLES, REGISTRY_ROLES, SCHOOL_ROLES
from students.models import Role
from students.queries.people import place_line
from students.templatetags.chinese import cweekday

# Address, label, icon, and the roles that see the entry. ``home`` shows whoever holds several roles the nearest one;
# the boards stand beside it for them.
WAYS = [
    ("home", "今天", "home", {*Role.values}),
    ("casework:school_board", "全校", "building-library", SCHOOL_ROLES),
    ("casework:area_board", "各校", "map", AREA_ROLES),
    (
        "casework:duties",
        "待办",
        "clipboard-document-check",
        {*Role.values} - {Role.ADMINISTRATOR, Role.SUBJECT_TEACHER},
    ),
    ("students:attendance", "考勤", "calendar-days", {*Role.values} - {Role.ADMINISTRATOR}),
    ("reports:students", "学生", "user-group", {*Role.values} - {Role.ADMINISTRATOR}),
    ("students:registry", "学籍", "rectangle-stack", REGISTRY_ROLES),
    ("reports:ways", "报表", "chart-bar", OFFICE_ROLES),
]
# Addresses of the work that an entry leads to: there too it is the entry where one is.
BELOW = {
    "casework:duties": ("/contacts/", "/visits/",
        "/handed-up/", "/hand-offs/", "/bureau/", "/closings/", "/legal-steps/", "/trips/", "/funnel/", "/cases/",
        "/concerns/", "/responsibility/", "/scores/", "/pledges/", "/bundles/", "/liaisons/", "/inspections/",
        "/spot-checks/", "/rectifications/", "/checklists/",
    ),
    "reports:ways": ("/figures/", "/returns/"),
    "students:attendance": (
        "/register/", "/registers/", "/daily/", "/daily-summary/", "/notices/", "/calendar/", "/sheets/", "/signs/",
        "/substitutes/", "/unverified/", "/alerts/", "/timetables/", "/leave/", "/rules/",
    ),
    "students:registry": (
        "/transfers/", "/suspensions/", "/unaccounted/", "/head-counts/", "/opening/", "/campaigns/", "/findings/",
        "/residents/", "/comparisons/", "/rosters/", "/imports/", "/year-turn/", "/schools/", "/hand-overs/",
        "/policy/", "/changes/", "/certificates/", "/documents/", "/watched/", "/likely-lost/",
    ),
}  # fmt: skip
BOARDS = ("casework:school_board", "casework:area_board")


def page_frame(request):
    """The ``frame`` of a page: nav, person, place_line, today; nothing but today for a visitor."""
    frame = {
        "nav": [],
        "person": None,
        "place_line": "",
        "keeps_accounts": False,
        "today": getattr(request, "today", None),
    }
    if frame["today"]:
        frame["today_weekday"] = cweekday(frame["today"])
    user = getattr(request, "user", None)
    if user is not None and user.is_authenticated and not user.must_change_password:
        frame |= {"person": user, "place_line": place_line(user.postings_today), "nav": _ways(request)}
        frame["keeps_accounts"] = request.scope.keeps_accounts
    return {"frame": frame}


def _ways(request) -> list[dict]:
    scope = request.scope
    # What ``home`` already shows needs no second entry.
    shown_at_home = None if scope.classes else BOARDS[0] if scope.roles & SCHOOL_ROLES else BOARDS[1]
    ways = []
    for name, label, icon, roles in WAYS:
        if scope.roles & roles and name != shown_at_home:
            url = reverse(name)
            current = request.path == url if name == "home" else request.path.startswith((url, *BELOW.get(name, ())))
            ways.append({"url": url, "label": label, "icon": icon, "current": current})
    return ways if len(ways) > 1 else []
