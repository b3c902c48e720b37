"""How long work over a whole county treats Python's memory."""

import gc
from contextlib import contextmanager


@contextmanager
def rare_collections():
    """Let Python look for unreachable cycles a hundred times less often.

    An import or a full recomputation makes rows by the hundred thousand and hardly a cycle; looking for them takes a
    quarter to a third of its time.
    """
    before = gc.get_threshold()
    gc.set_threshold(100_000, *before[1:])
    try:
        yield
    finally:
        gc.set_threshold(*before)
