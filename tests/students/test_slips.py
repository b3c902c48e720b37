"""``manage.py issue_slips``: one-time passwords on paper, all or nothing."""

import re
import stat

import pytest
from django.core.management import CommandError, call_command
from pypdf import PdfReader

from students.models import AuditRow, Person, Role
from tests import cast
from tests.scene import MONDAY

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")  # of the libraries that draw the PDF


@pytest.fixture
def new(scene) -> Person:
    """A teacher as the import leaves one: no password yet."""
    person = cast.person("任雪", role=Role.SUBJECT_TEACHER, school_class=scene.school_class)
    person.set_unusable_password()
    person.save()
    return person


@pytest.fixture
def issue(tmp_path, capsys):
    """Run the command; what it said, and the text of the slips."""
    path = tmp_path / "slips.pdf"

    def issue(**options):
        call_command("issue_slips", output=str(path), **options)
        text = "".join(page.extract_text() for page in PdfReader(path).pages) if path.exists() else ""
        return capsys.readouterr().out, text

    issue.path = path
    return issue


def passwords(text: str) -> list[str]:
    return re.findall(r"\b[a-z2-9]{5}-[a-z2-9]{5}\b", text)


def test_whoever_has_none_gets_a_password_that_works(new, issue, client):
    said, text = issue()
    assert "已发1人的一次性密码" in said
    [password] = passwords(text)
    new.refresh_from_db()
    assert new.check_password(password)
    assert new.must_change_password
    assert new.username in text
    assert client.post("/login/", {"username": new.username, "password": password}).url == "/"


def test_a_slip_names_the_person_the_place_and_the_last_day(new, issue):
    _, text = issue()
    for words in ("任雪", "东坪小学", "科任教师", "2026年9月21日"):
        assert words in text


def test_nobody_else_can_read_the_file(new, issue):
    issue()
    assert stat.S_IMODE(issue.path.stat().st_mode) == 0o600


def test_a_file_that_others_could_read_is_closed_to_them(new, issue):
    issue.path.write_bytes(b"")
    issue.path.chmod(0o644)
    issue()
    assert stat.S_IMODE(issue.path.stat().st_mode) == 0o600


def test_each_slip_is_one_audit_row_without_the_password(new, issue):
    _, text = issue()
    row = AuditRow.objects.get()
    assert (row.action, row.subject_id, row.done_by) == ("account.issue_password", new.pk, None)
    assert passwords(text)[0] not in str(row.details)


def test_whoever_has_a_password_keeps_it(scene, new, issue):
    issue()
    scene.teacher.refresh_from_db()
    assert scene.teacher.check_password(cast.PASSWORD)


def test_a_second_time_there_is_nobody_left(new, issue):
    issue()
    issue.path.unlink()
    said, _ = issue()
    assert "没有需要发密码的教职工" in said
    assert not issue.path.exists()


def test_somebody_named_gets_a_new_one(scene, new, issue):
    said, text = issue(person=scene.teacher.staff_number)
    assert "已发1人" in said
    scene.teacher.refresh_from_db()
    assert scene.teacher.check_password(passwords(text)[0])
    new.refresh_from_db()
    assert not new.has_usable_password()


def test_one_school_is_one_school(new, issue):
    far = cast.school("西岭小学")
    stranger = cast.person("何静", role=Role.PRINCIPAL, school=far)
    stranger.set_unusable_password()
    stranger.save()
    _, text = issue(school=far.code)
    assert "何静" in text
    assert "任雪" not in text


def test_whoever_has_no_posting_gets_none(new, issue):
    new.postings.update(until=MONDAY)
    said, _ = issue()
    assert "没有需要发密码的教职工" in said


def test_a_whole_staff_gets_a_slip_each_and_none_is_cut_by_the_end_of_a_sheet(scene, issue):
    for number in range(11):
        person = cast.person(f"教师{number}", role=Role.SUBJECT_TEACHER, school_class=scene.school_class)
        person.set_unusable_password()
        person.save()
    _, text = issue()
    assert len(set(passwords(text))) == 11
    for page in PdfReader(issue.path).pages:
        assert len(passwords(page.extract_text())) == page.extract_text().count("登录名")


class TestRefusals:
    """Nobody's password has changed."""

    @pytest.fixture(autouse=True)
    def nothing_changed(self, new):
        yield
        new.refresh_from_db()
        assert not new.has_usable_password()
        assert not AuditRow.objects.exists()

    @pytest.mark.parametrize("where", ["no/such/folder/slips.pdf", "."])
    def test_a_file_that_cannot_be_written(self, where, new, tmp_path):
        with pytest.raises(CommandError, match="没有发密码。请换个地方再试"):
            call_command("issue_slips", output=str(tmp_path / where))

    def test_a_school_that_does_not_exist(self, new, issue):
        with pytest.raises(CommandError, match="没有学校标识码为“1234567890”的学校"):
            issue(school="1234567890")

    def test_a_person_who_does_not_exist(self, new, issue):
        with pytest.raises(CommandError, match="没有工号为“T0”"):
            issue(person="T0")
