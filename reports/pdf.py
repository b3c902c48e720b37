"""PDF: a long table on A4 landscape, set by typst; WeasyPrint, which sets letters, would take ten times as long."""

import json
import logging
import re
import subprocess  # nosec B404
import sys
from pathlib import Path
from typing import Any, BinaryIO

from reports.tables import NOTHING, CannotDraw, Column, Imprint, Kind, Table, text_of

HERE = Path(__file__).resolve().parent
TYPESETTER, TEMPLATE = HERE / "typesetter.py", HERE / "table.typ"
MAX_ROWS = 10_000  # some 400 sheets and a gigabyte while it is set; nobody reads more than that on paper
MAX_SECONDS = 120
# Typst does not break a word it cannot divide, and a long one would run into the next column: it may break here.
UNBROKEN = re.compile(r"[!-~]{8}(?=[!-~])")

logger = logging.getLogger(__name__)


def write_pdf(table: Table, file: BinaryIO, imprint: Imprint) -> None:
    """Write ``table`` as a PDF; raises ``CannotDraw`` where it is too long or this machine cannot set it."""
    refuse_too_long(table)
    file.write(set_in_type(TEMPLATE, _document(table, imprint)))


def refuse_too_long(table: Table) -> None:
    """Raises ``CannotDraw`` for a table that nobody would read on paper."""
    if table.count > MAX_ROWS:
        raise CannotDraw(
            f"《{table.title}》有{table.count}{table.unit}，打印版最多{MAX_ROWS}{table.unit}。请改用Excel，或按学校分别导出。"
        )


def _document(table: Table, imprint: Imprint) -> dict:
    """All that the template prints. It travels as data, so nothing in it can be taken for an instruction."""
    return {
        "title": table.title,
        "scope": table.scope,
        "filing": table.filing_line(imprint),
        "watermark": imprint.watermark,
        "summary": "" if table.signed else table.summary,  # its rows are grades
        "imprint": str(imprint),
        "author": imprint.by,
        "widths": [column.width for column in table.columns],
        "alignments": [column.kind.alignment for column in table.columns],
        "heads": [column.header for column in table.columns],
        "groups": [{"name": name, "span": span} for name, span in table.groups],
        "cells": [
            {"strong": _text(column, cell)} if is_stressed else _text(column, cell)
            for cells in table.cells()
            for column, (cell, is_stressed) in zip(table.columns, cells, strict=True)
        ],
        "total": [_text(column, cell) for column, cell in zip(table.columns, table.total_cells or (), strict=False)],
        "nothing": NOTHING,
        "notes": table.footnotes,
        "signatures": table.sign_places,
        "signed-on": table.signed.day if table.signed else "",
    }


def _text(column: Column, cell: Any) -> str:
    text = text_of(cell)
    if column.kind is not Kind.TEXT or len(text) <= column.width:
        return text  # it fits, and a reader who searches the paper finds it as it is
    # 努尔别克·叶尔兰 may be broken after the dot, not before it.
    return UNBROKEN.sub("\\g<0>\N{ZERO WIDTH SPACE}", text).replace("·", "\N{WORD JOINER}·")


def set_in_type(template: Path, document: dict) -> bytes:
    """The PDF that ``template`` makes of ``document``; raises ``CannotDraw`` where this machine cannot set it."""
    command = [sys.executable, "-I", str(TYPESETTER), str(template)]  # -I: nothing but the environment's own packages
    data = json.dumps(document).encode()
    try:
        result = subprocess.run(command, input=data, capture_output=True, timeout=MAX_SECONDS)  # nosec B603
    except subprocess.TimeoutExpired:
        raise CannotDraw("排版用时过长，已停止。请改用Excel，或按学校分别导出。") from None
    if result.returncode:
        logger.error("排版失败：%s", result.stderr.decode(errors="replace"))
        raise CannotDraw("这台机器排不出打印版，多半是缺少中文字体：请管理员安装fonts-noto-cjk后再试，或改用Excel。")
    return result.stdout
