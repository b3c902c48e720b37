"""Papers as they were kept before there were months."""

from contextlib import contextmanager

import pytest

from scoring.frozen import without_months
from scoring.queries import freezes


@contextmanager
def before_months():
    """What is signed, frozen or amended meanwhile keeps no months."""
    kept = freezes.record_of
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(freezes, "record_of", lambda *facts: without_months(kept(*facts)))
        yield
