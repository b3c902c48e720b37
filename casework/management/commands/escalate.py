from datetime import date

from django.core.management.base import CommandError
from django.utils import timezone

from casework.engine import escalate
from students.console import ConsoleCommand


class Command(ConsoleCommand):
    """Recomputes all runs and obligations from facts alone; running it again changes nothing."""

    help = "按全部事实重新计算连续缺课和待办；重复运行不会改变结果"

    def add_arguments(self, parser):
        parser.add_argument("--through", metavar="日期", help="算到哪一天，如2026-10-25；默认今天")

    def handle(self, *args, through=None, **options):
        day, today = self._day(through), timezone.localdate()
        if day < today:
            # A computation that stopped earlier would forget acts done since.
            self.stdout.write("指定的日期早于今天：库中的待办始终算到今天。要看那一天的情形，请用export的--as-of。")
        counts = escalate(through=max(day, today))
        self.stdout.write(
            f"核算学生{counts.students}名：连续缺课{counts.runs}段，待办{counts.obligations}项；"
            f"新增{counts.added}项，改动{counts.changed}项，撤销{counts.withdrawn}项。"
        )

    def _day(self, text: str | None) -> date:
        if text is None:
            return timezone.localdate()
        try:
            return date.fromisoformat(text)
        except ValueError:
            raise CommandError(f"日期“{text}”不对，应写成2026-10-25这样。没有做任何计算。") from None
