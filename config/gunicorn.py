"""How gunicorn serves the site: ``python -m gunicorn --config config/gunicorn.py config.wsgi``.

Measured with ``benchmarks/morning_peak.py``; the address and the number of processes come from the command line or
from gunicorn's own environment (``--bind``, ``WEB_CONCURRENCY``).
"""

import gc
import os

from django.urls import get_resolver

# A save is Python more than it is waiting, and one process runs Python on one core: a process for each.
workers = int(os.environ.get("WEB_CONCURRENCY") or os.cpu_count() or 1)
# While one thread waits for the database another works. Each keeps a connection to the database, so PostgreSQL needs
# max_connections > workers × threads; more threads than this only take turns.
worker_class = "gthread"
threads = 4
# Longer than the time a proxy keeps an idle connection, or it would send a register into one that is being closed.
keepalive = 75
# The code is loaded once, before the processes part: less memory, and a process that is replaced is back at once.
preload_app = True
# What a library may leak is given back; the processes do not all begin anew in the same minute.
max_requests = 20_000
max_requests_jitter = 5_000
# An export of the whole county may take this long; a register takes a hundredth of a second.
timeout = 120
graceful_timeout = 30
loglevel = "warning"
control_socket_disable = True  # nothing here asks for it, and its file would lie in the reach of others


def when_ready(server):
    """Load what Django leaves to the first request, once for all processes: the views and all that they import.

    Otherwise every new process, also one that replaces another in the middle of a morning, would keep its first
    visitors waiting for a second. What is loaded stays for ever, so Python need not look through it for rubbish.
    """
    if server.cfg.preload_app:
        get_resolver().url_patterns  # noqa: B018 - read for what reading it imports
    gc.collect()
    gc.freeze()
