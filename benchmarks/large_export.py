"""A table of 100,000 rows × 20 columns as Excel, as every export is written, beside the fastest writer there is.

    .venv/bin/pip install rustpy-xlsxwriter
    .venv/bin/python benchmarks/large_export.py [--rows 100000] [--times 3]

Both write the same cells from rows at hand; the other writer writes them bare, without title, formats, widths, print
set-up or notes, which it does not know. Printed: seconds of processor (median) and the ratio. Goal: ≤ 1.5.
"""

import argparse
import sys
from collections.abc import Callable
from datetime import date, datetime
from operator import itemgetter
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import process_time
from zoneinfo import ZoneInfo

from county import set_up  # puts the project on the path

COLUMNS = 20


def made_rows(number: int) -> list[list]:
    """A name, a number of 19 characters, two integers, and texts."""
    texts = [f"文字{n}" for n in range(COLUMNS - 4)]
    return [[f"学生{n}", f"G{n:018}", n, n % 7, *texts] for n in range(number)]


def as_exported(rows: list[list], folder: Path) -> None:
    """As a page's export writes it."""
    from reports.excel import write_excel
    from reports.tables import Column, Imprint, Kind, Table

    kinds = [Kind.TEXT, Kind.CODE, Kind.INTEGER, Kind.INTEGER, *[Kind.TEXT] * (COLUMNS - 4)]
    table = Table(
        title="学生",
        columns=tuple(Column(f"c{n}", f"第{n}列", kind, 5, itemgetter(n)) for n, kind in enumerate(kinds)),
        rows=lambda: iter(rows),
        count=len(rows),
        unit="人",
        as_of=date(2026, 9, 1),
        filters=("全部",),
    )
    imprint = Imprint(by="甲", at=datetime.now(ZoneInfo("Asia/Shanghai")))
    with (folder / "exported.xlsx").open("wb") as file:
        write_excel(table, file, imprint)


def as_fast_as_can_be(rows: list[list], folder: Path) -> None:
    """Bare cells by the fastest writer."""
    from rustpy_xlsxwriter import FastExcel

    heads = [f"第{n}列" for n in range(COLUMNS)]
    records = [dict(zip(heads, row, strict=True)) for row in rows]
    FastExcel(str(folder / "bare.xlsx"), autofit=False).sheet("学生", records).save()


def seconds(write: Callable, rows: list[list], folder: Path, times: int) -> float:
    taken = []
    for _ in range(times):
        began = process_time()
        write(rows, folder)
        taken.append(process_time() - began)
    return median(taken)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--times", type=int, default=3)
    options = parser.parse_args()
    set_up("sqlite://:memory:")
    rows = made_rows(options.rows)
    with TemporaryDirectory() as folder:
        ours = seconds(as_exported, rows, Path(folder), options.times)
        print(f"导出：{ours:.2f}秒", flush=True)
        try:
            bare = seconds(as_fast_as_can_be, rows, Path(folder), options.times)
        except ModuleNotFoundError:
            sys.exit("没有装rustpy-xlsxwriter，不能比较")
    print(f"最快的写法：{bare:.2f}秒\n比值：{ours / bare:.2f}")


if __name__ == "__main__":
    main()
