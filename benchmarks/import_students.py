"""Imports a county's children from one workbook: seconds and peak memory (goal: 100,000 in 60 s and 500 MB).

    .venv/bin/python benchmarks/import_students.py [--students 100000] [--dir FOLDER]

The workbook has the columns of the sample and valid numbers. It goes into a throwaway SQLite file, or, with
DATABASE_URL set, into a throwaway database made on that server (postgres://user@host/postgres).
"""

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import time
from datetime import date, timedelta
from pathlib import Path
from random import Random

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

CLASS_SIZE = 45
CLASSES_A_SCHOOL = 12
COUNTY = "629901000000"  # a code that no real county has
TOWNSHIP = "629901101000"
FAMILY_NAMES = "王李张刘陈杨赵黄周吴徐孙马朱胡郭何高林罗单曾解查翟仇盖"
GIVEN_NAMES = "伟芳娜秀英敏静丽强磊军洋勇艳杰娟涛明超兰霞平刚桂文辉鑫宇博浩然子轩雨欣"
HEADER = [
    "学校标识码", "班号", "学籍号", "姓名", "性别", "出生日期", "身份证件类型", "身份证件号", "民族", "入学年月",
    "就读方式", "户口所在地行政区划", "现住址", "是否留守儿童", "是否孤儿", "残疾类型", "是否进城务工人员随迁子女",
    "联系电话", "成员1姓名", "成员1关系", "成员1联系电话", "成员1是否监护人",
]  # fmt: skip


def write_workbook(path: Path, students: int) -> None:
    """Terms, one township, schools and classes for ``students`` children, and the children."""
    import xlsxwriter

    from students.identity import check_character

    random = Random(1)
    classes = -(-students // CLASS_SIZE)
    schools = [f"{2100000000 + number}" for number in range(-(-classes // CLASSES_A_SCHOOL))]

    def class_of(number: int) -> tuple[str, str, int]:
        cohort = 2021 + number % 6
        return schools[number // CLASSES_A_SCHOOL], f"{cohort}{number % CLASSES_A_SCHOOL // 6 + 1:02d}", cohort

    def child(number: int) -> list:
        school, class_number, cohort = class_of(number // CLASS_SIZE)
        born = date(cohort - 7, 9, 1) + timedelta(days=number % 365)
        first_seventeen = f"{629901 + number // 365000:06d}{born:%Y%m%d}{number // 365 % 1000:03d}"
        identity = first_seventeen + check_character(first_seventeen)
        name = random.choice(FAMILY_NAMES) + "".join(random.choices(GIVEN_NAMES, k=random.choice((1, 2, 2))))
        left_behind = random.choice(("非留守儿童", "非留守儿童", "单亲留守", "双亲留守"))
        sex = "男" if int(identity[16]) % 2 else "女"
        phone = f"199{number:08d}"
        return [
            school, class_number, f"G{identity}", name, sex, born.isoformat(), "居民身份证", identity, "汉族",
            f"{cohort}09", random.choice(("走读", "住宿")), TOWNSHIP, "东坪镇", left_behind, "否", "无残疾",
            random.choice(("否", "否", "否", "是")), phone, name[0] + random.choice(GIVEN_NAMES), "父亲", phone, "是",
        ]  # fmt: skip

    with xlsxwriter.Workbook(path, {"constant_memory": True}) as book:
        sheets = {
            "学年学期": [
                ["学年", "学期", "开始日期", "结束日期"],
                ["2026-2027", "第一学期", "2026-09-01", "2027-01-22"],
            ],
            "行政区划": [
                ["代码", "名称", "级别", "上级代码"],
                [COUNTY, "云岭县", "县", ""],
                [TOWNSHIP, "东坪镇", "乡镇", COUNTY],
            ],
            "学校": [["学校标识码", "学校名称", "办学类型", "乡镇代码"]]
            + [[code, f"第{position}小学", "小学", TOWNSHIP] for position, code in enumerate(schools, 1)],
            "班级": [["学校标识码", "班号", "班级名称", "学段", "入学年份"]]
            + [[school, number, f"{number[:4]}级{int(number[4:])}班", "小学", cohort]
               for school, number, cohort in map(class_of, range(classes))],
            "学生": (HEADER if number < 0 else child(number) for number in range(-1, students)),
        }  # fmt: skip
        for title, rows in sheets.items():
            sheet = book.add_worksheet(title)
            for number, row in enumerate(rows):
                sheet.write_row(number, 0, row)


def throwaway_database(folder: Path) -> str:
    """The address of an empty database."""
    server = os.environ.get("DATABASE_URL", "")
    if not server.startswith("postgres"):
        return f"sqlite:///{folder / 'import.sqlite3'}"
    import psycopg2

    name = f"benchmark_{os.getpid()}"
    connection = psycopg2.connect(server)
    connection.autocommit = True
    connection.cursor().execute(f'CREATE DATABASE "{name}"')
    connection.close()
    return server.rsplit("/", 1)[0] + f"/{name}"


def import_and_report(path: Path) -> None:
    """The measured process: nothing but the import."""
    from django.utils import timezone

    from casework.workbook import import_workbooks

    for title in ("first import", "the same again"):
        started, cpu_started = time.perf_counter(), time.process_time()
        outcome = import_workbooks([path], today=timezone.localdate())
        seconds, cpu = time.perf_counter() - started, time.process_time() - cpu_started
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        for problem in outcome.problems[:5]:
            print(problem.line)
        counts = {str(result): count for result, count in outcome.counts.get("学生", {}).items()}
        print(f"{title}: {seconds:.1f} s ({cpu:.1f} s of this processor), peak {peak:.0f} MB so far, 学生 {counts}")


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--students", type=int, default=100_000)
    arguments.add_argument("--dir", type=Path, help="keep the workbook here and use it again")
    arguments.add_argument("--measured", type=Path, help=argparse.SUPPRESS)
    options = arguments.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    if options.measured:
        import django

        django.setup()
        import_and_report(options.measured)
        return
    with tempfile.TemporaryDirectory() as folder:
        place = options.dir or Path(folder)
        path = place / f"students-{options.students}.xlsx"
        if not path.exists():
            write_workbook(path, options.students)
        print(f"{path.name}: {path.stat().st_size / 1024 / 1024:.1f} MB")
        environment = os.environ | {"DATABASE_URL": throwaway_database(Path(folder))}
        print(environment["DATABASE_URL"].split(":", 1)[0])
        subprocess.run([sys.executable, ROOT / "manage.py", "migrate", "-v0"], env=environment, check=True)
        subprocess.run([sys.executable, __file__, "--measured", path], env=environment, check=True)


if __name__ == "__main__":
    main()
