import os
from pathlib import Path

from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX
from django.core.management.base import CommandError
from django.db import transaction
from django.utils import timezone

from students.access import in_force
from students.actions.accounts import issue_password
from students.console import ConsoleCommand
from students.models import Person, Posting, School
from students.queries.people import place_line
from students.slips import Slip, slips_pdf


class Command(ConsoleCommand):
    """Gives one-time passwords to people who have none yet and prints them on slips.

    With ``--person`` it gives a new one also to somebody who has a password. All or nothing: where the file cannot be
    written, nobody's password has changed.
    """

    help = "给还没有密码的教职工发一次性密码，打印成密码条（PDF）"

    def add_arguments(self, parser):
        parser.add_argument("-o", "--output", metavar="文件", required=True, help="密码条PDF写到哪里")
        parser.add_argument("--school", metavar="学校标识码", help="只发这所学校的")
        parser.add_argument("--person", metavar="工号", help="只发给这个人，已有密码的也重发")

    @transaction.atomic
    def handle(self, *args, output, school=None, person=None, **options):
        people = self._people(school, person)
        if not people:
            self.stdout.write("没有需要发密码的教职工，没有写文件。")
            return
        self._write(Path(output), b"")  # before any password changes
        today = timezone.localdate()
        slips = [
            Slip(each, place_line(in_force(each.postings, today)), issue_password(by=None, person=each))
            for each in people
        ]
        self._write(Path(output), slips_pdf(slips, printed_at=timezone.now()))
        self.stdout.write(f"已发{len(slips)}人的一次性密码，密码条在 {output}。发放后请删除这个文件。")

    def _people(self, school: str | None, person: str | None) -> list[Person]:
        if school and not School.objects.filter(code=school).exists():
            raise CommandError(f"没有学校标识码为“{school}”的学校，没有发密码。")
        postings = in_force(Posting.objects.all(), timezone.localdate())
        if school:
            postings = postings.filter(school__code=school)
        people = Person.objects.filter(pk__in=postings.values("person"), is_active=True)
        if person is None:
            return list(people.filter(password__startswith=UNUSABLE_PASSWORD_PREFIX).order_by("staff_number"))
        if found := list(people.filter(staff_number=person)):
            return found
        raise CommandError(f"没有工号为“{person}”、现在有岗位的教职工，没有发密码。")

    def _write(self, path: Path, content: bytes) -> None:
        """Readable by its owner only, also where it lies over an older file: it holds passwords."""
        try:
            with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
                os.fchmod(file.fileno(), 0o600)
                file.write(content)
        except OSError:
            raise CommandError(f"写不了文件 {path}，没有发密码。请换个地方再试。") from None
