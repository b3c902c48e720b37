from django.utils import timezone

from casework.clock import tick
from students.console import ConsoleCommand


class Command(ConsoleCommand):
    """Does all that time alone brings about; run by a timer, once a day or more often."""

    help = "执行当天的定时任务；同一天重复运行不会重做"

    def handle(self, *args, **options):
        for label, is_new in tick(timezone.localdate()):
            self.stdout.write(f"{label}：{'已完成' if is_new else '今天已做过'}")
