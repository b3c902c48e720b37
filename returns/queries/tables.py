"""Filed returns as tables."""

from collections.abc import Mapping

from reports.tables import Table
from returns.queries.content import notes_of
from returns.snapshots import table_from


def edition_table(content: Mapping) -> Table:
    """The table that was signed, with all that was said under it."""
    label = f"第{content['number']}号更正" if content["number"] else ""
    return table_from(content["table"], notes=notes_of(content), filters=[label] if label else [])
