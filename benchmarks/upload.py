"""An .xls of the national system, 71 columns × 20,000 rows, through upload, preview and confirmation.

    .venv/bin/python benchmarks/upload.py [--students 20000] [--wrong 200] [--dir FOLDER]

Seconds of each step and peak memory of the worker. Every cell of the 71 columns is filled in. It goes into a throwaway
SQLite file, or, with DATABASE_URL set, into a throwaway database made on that server (postgres://user@host/postgres).
``--wrong``: children with a mistake in a second file, whose marked copy is written and whose good rows are applied.
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
sys.path[:0] = [str(ROOT), str(ROOT / "benchmarks")]

from import_students import CLASS_SIZE, COUNTY, FAMILY_NAMES, GIVEN_NAMES, TOWNSHIP, throwaway_database  # noqa: E402

SCHOOL = "2100000001"
HEADERS = (
    "学校标识码 姓名 性别 出生日期 出生地行政区划代码 籍贯 民族 国籍/地区 身份证件类型 港澳台侨外 健康状况 "
    "政治面貌 身份证件号 户口性质 户口所在地行政区划 班号 入学年月 入学方式 就读方式 现住址 通信地址 家庭地址 "
    "联系电话 邮政编码 是否独生子女 是否受过学前教育 是否留守儿童 是否需要申请资助 是否享受一补 是否孤儿 "
    "是否烈士或优抚子女 上下学距离 上下学方式 是否需要乘坐校车 曾用名 身份证件有效期 血型 特长 学籍辅号 "
    "班内学号 学生来源 电子信箱 主页地址 残疾类型 是否由政府购买学位 随班就读 成员1姓名 成员1关系 "
    "成员1关系说明 成员1现住址 成员1户口所在地行政区划 成员1联系电话 成员1是否监护人 成员1身份证件类型 "
    "成员1身份证件号 成员1民族 成员1工作单位 成员1职务 成员2姓名 成员2关系 成员2关系说明 成员2现住址 "
    "成员2户口所在地行政区划 成员2联系电话 成员2是否监护人 成员2身份证件类型 成员2身份证件号 成员2民族 "
    "成员2工作单位 成员2职务 是否进城务工人员随迁子女"
)
COLUMNS = HEADERS.split()
NO = "0-否"


def class_of(number: int) -> tuple[str, int]:
    cohort = 2021 + number % 6
    return f"{cohort}{number // 6 + 1:02d}", cohort


def child(number: int, random: Random, *, is_wrong: bool) -> dict:
    from students.identity import check_character

    class_number, cohort = class_of(number // CLASS_SIZE)
    born = date(cohort - 7, 9, 1) + timedelta(days=number % 365)
    first_seventeen = f"629901{born:%Y%m%d}{number // 365 % 1000:03d}"
    identity = first_seventeen + check_character(first_seventeen)
    name = random.choice(FAMILY_NAMES) + "".join(random.choices(GIVEN_NAMES, k=2))
    sex = ("1-男" if int(identity[16]) % 2 else "2-女") if not is_wrong else "9-不详"
    member = {
        "姓名": name[0] + random.choice(GIVEN_NAMES),
        "关系": "51-父亲",
        "户口所在地行政区划": TOWNSHIP,
        "联系电话": f"199{number:08d}",
        "是否监护人": "1-是",
        "身份证件类型": "1-居民身份证",
        "身份证件号": identity,
        "民族": "01-汉族",
    }
    row = dict.fromkeys(COLUMNS, "无") | {
        "学校标识码": SCHOOL,
        "姓名": name,
        "性别": sex,
        "出生日期": f"{born:%Y%m%d}",
        "民族": "01-汉族",
        "身份证件类型": "1-居民身份证",
        "身份证件号": identity,
        "户口所在地行政区划": TOWNSHIP,
        "班号": class_number,
        "入学年月": f"{cohort}09",
        "就读方式": "1-走读",
        "联系电话": f"199{number:08d}",
        "班内学号": str(number % CLASS_SIZE + 1),
        "是否留守儿童": "0-非留守儿童",
        "是否孤儿": NO,
        "残疾类型": "0-无残疾",
        "是否进城务工人员随迁子女": NO,
    }
    return row | {f"成员{position}{field}": value for position in (1, 2) for field, value in member.items()}


def write_export(path: Path, students: int, wrong: int) -> None:
    """As the national system writes it: a title, marks in the header, a sheet name of its own."""
    import xlwt

    random = Random(1)
    book = xlwt.Workbook()
    sheet = book.add_sheet("sheet1")
    sheet.write(0, 0, "学生基本信息")
    for column, header in enumerate(COLUMNS):
        sheet.write(1, column, f"*{header}")
    for number in range(students):
        row = child(number, random, is_wrong=number < wrong)
        for column, header in enumerate(COLUMNS):
            sheet.write(number + 2, column, row[header])
    book.save(str(path))


def prepare(students: int):
    """The places that the export names, and somebody of the bureau."""
    from students.models import Area, Person, Posting, Role, School, SchoolClass, Term

    Term.objects.create(school_year=2026, number=1, start=date(2026, 9, 1), end=date(2027, 1, 22))
    county = Area.objects.create(code=COUNTY, name="云岭县", level="county")
    township = Area.objects.create(code=TOWNSHIP, name="东坪镇", level="township", parent=county)
    school = School.objects.create(code=SCHOOL, name="东坪小学", kind=School.Kind.PRIMARY, township=township)
    for number in range(-(-students // CLASS_SIZE)):
        class_number, cohort = class_of(number)
        SchoolClass.objects.create(
            school=school, number=class_number, name=class_number, cohort=cohort, stage="primary"
        )
    bureau = Person.objects.create(staff_number="B1", username="b1", name="马国强")
    Posting.objects.create(person=bureau, role=Role.BUREAU_OFFICER, since=date(2026, 9, 1))
    return bureau


def measured(what: str, work) -> None:
    started, cpu_started = time.perf_counter(), time.process_time()
    work()
    seconds, cpu = time.perf_counter() - started, time.process_time() - cpu_started
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{what}: {seconds:.1f} s ({cpu:.1f} s of this processor), peak {peak:.0f} MB so far")


def measure(path: Path, wrong_path: Path | None, students: int) -> None:
    """The measured process: what the web server and the worker do, one after the other."""
    from casework import jobs
    from casework.actions import uploads
    from students.models import WorkbookUpload

    bureau = prepare(students)
    pending = []

    def send(file: Path, what: str, *, good_rows_only: bool = False) -> None:
        content = file.read_bytes()
        measured(
            f"{what}: upload", lambda: uploads.receive(by=bureau, name=file.name, content=content, then=pending.append)
        )
        pk = pending.pop()
        measured(f"{what}: preview", lambda: jobs.check_upload.call(pk))
        upload = WorkbookUpload.objects.get(pk=pk)
        print(f"  {upload.get_state_display()}, {upload.problem_count} problems, {upload.outcome.get('sheets')}")
        uploads.confirm(by=bureau, upload=upload, good_rows_only=good_rows_only, then=pending.append)
        measured(f"{what}: confirmation", lambda: jobs.apply_upload.call(pending.pop()))
        upload.refresh_from_db()
        print(f"  {upload.get_state_display()}, {upload.outcome.get('sheets')}")

    if wrong_path:
        send(wrong_path, "with mistakes", good_rows_only=True)
    send(path, "all good")


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--students", type=int, default=20_000)
    arguments.add_argument("--wrong", type=int, default=0)
    arguments.add_argument("--dir", type=Path, help="keep the files here and use them again")
    arguments.add_argument("--measured", nargs="*", type=Path, help=argparse.SUPPRESS)
    options = arguments.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    if options.measured:
        import django

        django.setup()
        good, *bad = options.measured
        measure(good, bad[0] if bad else None, options.students)
        return
    with tempfile.TemporaryDirectory() as folder:
        place = options.dir or Path(folder)
        files = [place / f"export-{options.students}.xls"]
        files += [place / f"export-{options.students}-{options.wrong}.xls"] if options.wrong else []
        for file, wrong in zip(files, (0, options.wrong), strict=False):
            if not file.exists():
                write_export(file, options.students, wrong)
            print(f"{file.name}: {file.stat().st_size / 1024 / 1024:.1f} MB")
        environment = os.environ | {"DATABASE_URL": throwaway_database(Path(folder))}
        print(environment["DATABASE_URL"].split(":", 1)[0])
        subprocess.run([sys.executable, ROOT / "manage.py", "migrate", "-v0"], env=environment, check=True)
        command = [sys.executable, __file__, "--students", str(options.students), "--measured", *files]
        subprocess.run(command, env=environment, check=True)


if __name__ == "__main__":
    main()
