"""Filed returns as tables."""

from collections.abc import Mapping
from dataclasses import replace

from reports.tables import Signed, Table
from returns.queries.content import notes_of, times_of
from returns.snapshots import table_from


def edition_table(content: Mapping) -> Table:
    """The table that was signed, with all that was said under it, whose it is and who has signed it."""
    named, times = content["number"], times_of(content)
    labels = [f"第{named}号更正"] if named else []
    labels += [f"第{times}次上报"] if times > 1 else []
    table = table_from(content["table"], notes=notes_of(content), filters=labels)
    who = content["signed"]
    signed = Signed(who["prepared_by"], who["signed_by"], who["day"])
    return replace(table, unit_name=content["school"]["name"], signed=signed)
