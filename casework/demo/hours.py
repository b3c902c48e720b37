"""The hour of an act: actions take it from the clock, and what the county's people did was done at hours of its own."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from unittest.mock import patch

from django.utils import timezone


@contextmanager
def done_at(moment: datetime) -> Iterator[None]:
    """Inside, it is ``moment``."""
    with patch.object(timezone, "now", lambda: moment):
        yield
