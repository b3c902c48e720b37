from datetime import date

from django.core.management.base import CommandError
from django.utils import timezone

from casework import presets
from casework.actions import rules
from students.console import ConsoleCommand
from students.models import School


class Command(ConsoleCommand):
    """Lets the newest version of a rule set hold from a day on, for a school or the county, and recomputes."""

    help = "从某天起采用一套规则（最新版本），并重新计算待办"

    def add_arguments(self, parser):
        parser.add_argument("code", metavar="规则代号", help="如 standard、strict、three_day")
        parser.add_argument("--from", dest="starts_on", metavar="日期", required=True, help="从哪天起，如2026-10-26")
        parser.add_argument("--school", metavar="学校标识码", help="只用于这所学校；不写就是全县")

    def handle(self, *args, code, starts_on, school=None, **options):
        if code not in presets.preset_codes():
            raise CommandError(f"没有代号为“{code}”的规则；现有：{'、'.join(presets.preset_codes())}。没有改动。")
        try:
            day = date.fromisoformat(starts_on)
        except ValueError:
            raise CommandError(f"日期“{starts_on}”不对，应写成2026-10-26这样。没有改动。") from None
        owner = School.objects.filter(code=school).first() if school else None
        if school and owner is None:
            raise CommandError(f"没有学校标识码为“{school}”的学校。没有改动。")
        counts = rules.adopt(by=None, code=code, school=owner, starts_on=day, today=timezone.localdate())
        self.stdout.write(
            f"{owner or '全县'}从{day}起采用“{code}”。"
            f"待办新增{counts.added}项，改动{counts.changed}项，撤销{counts.withdrawn}项。"
        )
