"""JSON: the values of a table for scripts (contract.md); codes as they are, dates by ISO 8601."""

import json
from datetime import date
from typing import BinaryIO

from reports.tables import Imprint, Table


def write_json(table: Table, file: BinaryIO, imprint: Imprint) -> None:
    """Write the rows as a list of objects, or as an object where there is more to say. The shape is fixed, so it has
    no place for the imprint."""
    content = list(table.records())
    if table.about is not None:
        content = {**table.about, "rows": content, "total": table.total_record}
    text = json.dumps(content, ensure_ascii=False, indent=1, default=date.isoformat)
    file.write(f"{text}\n".encode())
