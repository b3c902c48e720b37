"""The real ``db_worker`` in a process of its own, killed (SIGKILL) where it is told; with nothing told it lives on.

``python -m tests.casework.dying_worker [POINT]``; the environment names the database of the test.
"""

import os
import signal
import sys

import django
from django.conf import settings
from django.core.management import call_command

# Point → the function of the program before which the process is killed.
POINTS = {
    "before it is taken": ("casework.actions.deliveries", "claim"),
    "while it is written": ("casework.outbox", "_message"),
    "before it may leave": ("casework.actions.deliveries", "hand_over"),
    "before the robot hears of it": ("casework.sending", "_ask"),
    "before the mail is handed in": ("casework.sending", "_hand_in"),
    "after it was sent": ("casework.actions.deliveries", "note"),
}


def die(*args, **kwargs):
    os.kill(os.getpid(), signal.SIGKILL)


def main() -> None:
    settings.DATABASES["default"]["NAME"] = os.environ["TEST_DATABASE"]
    django.setup()
    for point in sys.argv[1:]:
        module, name = POINTS[point]
        setattr(__import__(module, fromlist=[name]), name, die)
    call_command("db_worker", batch=True, interval=0, startup_delay=False, verbosity=0, reload=False)


if __name__ == "__main__":
    main()
