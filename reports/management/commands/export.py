import os
from getpass import getuser
from pathlib import Path

from django.core.management.base import BaseCommand
from django.utils import timezone

from reports.actions.exports import export_table
from reports.exports import EXPORTS, OPTIONS, ExportRefused, build_table, writer_for


class Command(BaseCommand):
    """Writes a table to a file; the file's ending chooses the form."""

    help = "把一张表导出为文件，文件名的结尾（.json、.xlsx、.pdf）决定形式"

    def add_arguments(self, parser):
        # None is required here: what is missing is said below, in a sentence.
        parser.add_argument("table", nargs="?", metavar="表", help="、".join(EXPORTS))
        parser.add_argument("-o", "--output", metavar="文件", help="写到哪个文件")
        parser.add_argument("--as-of", metavar="日期", help="截至哪一天，如2026-10-25；默认今天")
        parser.add_argument("--month", metavar="月份", help="哪个月的报表，如2026-10")
        parser.add_argument("--term", metavar="学期", help="哪个学期的报告，如2026-1（2026-2027学年第一学期）")
        parser.add_argument("--year", metavar="学年", help="哪个学年的报告，如2026（2026-2027学年）")
        parser.add_argument("--quarter", metavar="季度", help="哪个季度的复核，如2026-1（2026-2027学年第一季度）")
        parser.add_argument("--school", metavar="学校标识码", help="只导出一所学校；默认全部学校")
        parser.add_argument("--reveal", metavar="用途", help="名单显示完整号码，并写明用途；默认遮住中间几位")

    def handle(self, *args, table, output, **options):
        try:
            path = self._path(table, output)
            asked = {option: text for option in OPTIONS if (text := options[option]) is not None}
            built = build_table(table, today=timezone.localdate(), **asked)
            export_table(
                by=None, signed=f"服务器命令行（{account()}）", name=table, table=built, asked=asked, path=path
            )
        except ExportRefused as refusal:
            # Not a CommandError, which Django would print behind its English name.
            self.stderr.write(f"{refusal}没有导出任何文件。")
            raise SystemExit(1) from None
        self.stdout.write(f"已导出《{built.title}》，{built.summary}。文件：{path}")

    def _path(self, table: str | None, output: str | None) -> Path:
        if not (table and output):
            raise ExportRefused("请写明导出哪张表、写到哪个文件，例如：manage.py export obligations -o 待办明细.xlsx。")
        path = Path(output)
        writer_for(path)  # an ending that means nothing is said before the long work
        return path


def account() -> str:
    """The account that runs the command: nobody is logged in here, and a paper has to name somebody."""
    try:
        return getuser()
    except (KeyError, OSError):  # an account without a name, as in some containers
        return f"{os.getuid()}号账号"
