"""What is written down of a failure."""

import logging
import sys

from config.logs import DiscreetFormatter

QUOTING = "重复键违反唯一约束\nDETAIL:  Key (name)=(高东) already exists."


def test_the_row_that_a_database_quotes_is_left_out():
    try:
        raise ValueError(QUOTING)
    except ValueError:
        record = logging.LogRecord("db", logging.ERROR, "", 0, "保存失败", None, sys.exc_info())
    written = DiscreetFormatter("%(message)s").format(record)
    assert "高东" not in written
    assert "唯一约束" in written
    assert "保存失败" in written
