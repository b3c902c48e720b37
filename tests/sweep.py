"""What the tests of the sweeps 排查 stand on: villages, residents, a sweep of September, papers to hand in."""

from datetime import date
from io import BytesIO
from uuid import uuid4

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from casework.actions import campaigns as drawing
from students.actions import campaigns
from students.actions.listing import index_residents
from students.identity import read_identity_number
from students.models import Area, Campaign, Finding, Resident
from tests import cast
from tests.scene import MONDAY

AS_OF = date(2026, 9, 7)  # the Monday of the scene
DUE_ON = date(2026, 9, 30)


def village(of: Area, name: str = "甲东村") -> Area:
    """A village of a township."""
    number = Area.objects.filter(parent=of).count() + 201
    return Area.objects.get_or_create(
        name=name, parent=of, defaults={"code": f"{of.code[:9]}{number}", "level": Area.Level.VILLAGE}
    )[0]


def resident(of: Area, name: str = "高东", *, born: date = date(2014, 5, 6), **fields) -> Resident:
    """A registered child of the village ``of``; ``student`` gives it that child's number."""
    if student := fields.pop("number_of", None):
        fields["id_number"] = student.id_number
    # of another region than those of the cast: far from being one digit apart
    number = fields.pop("id_number", None) or cast.identity_number(born, region="629977")
    said = read_identity_number(number)
    made = Resident.objects.create(
        name=name,
        id_number=number,
        sex=said.sex,
        birth_date=said.birth_date,
        village=of,
        township=of.parent,
        **fields,
    )
    index_residents([made.pk])
    return made


def sweep(by, *, as_of: date = AS_OF, due_on: date = DUE_ON) -> Campaign:
    """The September sweep, its lists drawn."""
    campaign, _ = drawing.open_campaign(by=by, season=Campaign.Season.AUTUMN, year=2026, as_of=as_of, due_on=due_on)
    return campaign


def children_on(campaign: Campaign, which: str) -> set[str]:
    """The names on one of the lists."""
    findings = campaign.findings.filter(list=which).select_related("resident", "student")
    return {(finding.resident or finding.student).name for finding in findings}


def picture(name: str = "证明.png") -> SimpleUploadedFile:
    """A paper as a telephone would photograph it."""
    written = BytesIO()
    Image.new("RGB", (40, 30), "white").save(written, "PNG")
    return SimpleUploadedFile(name, written.getvalue(), content_type="image/png")


def record(by, finding: Finding, state: str, **fields):
    """Record a step as the form would."""
    last = finding.steps.order_by("-pk").first()
    values = {"happened_on": MONDAY, "note": "见到外婆", "proof": None, "submission": uuid4(), "today": MONDAY}
    values["seen"] = last.pk if last else 0
    return campaigns.record_step(by=by, finding=finding, state=state, **values | fields)


def sending(finding: Finding, state: str, **fields) -> dict:
    """The fields of the form on a finding's page."""
    last = finding.steps.order_by("-pk").first()
    values = {
        "state": state,
        "happened_on": MONDAY.isoformat(),
        "note": "见到外婆",
        "submission": str(uuid4()),
        "seen": str(last.pk if last else 0),
    }
    return values | fields
