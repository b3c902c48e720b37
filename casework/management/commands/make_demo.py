"""`manage.py make_demo`: makes the demonstration county and prints its log-ins."""

from datetime import date
from time import perf_counter
from unicodedata import east_asian_width

from django.conf import settings
from django.core.management.base import CommandError
from django.utils import timezone

from casework.demo.county import CountyExists, Made, make_county
from casework.demo.plan import COUNTY_NAME, FEWEST_CHILDREN
from casework.demo.staff import LOG_INS, PASSWORD
from casework.models import Contact, Obligation, Report
from students.console import ConsoleCommand
from students.models import AbsenceMark, Area, Leave, Person, Posting, RollCall, School, SchoolClass, Student
from students.templatetags.chinese import cdate

GAP = "　"  # one full-width space between columns
YEARS = range(2000, 2101)


class Command(ConsoleCommand):
    """The demonstration county 演示县."""

    help = "生成演示县：虚构的学校、教师、学生、考勤和各种个案，并列出各岗位的登录账号"

    def add_arguments(self, parser):
        parser.add_argument("--students", type=int, default=3000, help="学生人数（默认3000）")
        parser.add_argument("--seed", type=int, default=1, help="种子：相同的人数、种子和日期生成相同的县")
        parser.add_argument("--today", metavar="日期", help="生成到哪一天，如2026-10-25；默认今天")
        parser.add_argument("--if-empty", action="store_true", help="已有学生时不生成，只列出登录账号")

    def handle(self, *, students, seed, today, if_empty, **options):
        if settings.PRODUCTION:
            raise CommandError("正式运行的系统不能生成演示县：演示账号的密码是公开的。")
        if students < FEWEST_CHILDREN:
            raise CommandError(f"学生人数至少为{FEWEST_CHILDREN}，否则各种个案安排不下。")
        if if_empty and Student.objects.exists():
            self.stdout.write("数据库里已有学生，没有重新生成演示县。")
            self._print_log_ins()
            return
        started = perf_counter()
        try:
            made = make_county(students=students, seed=seed, today=a_date(today) if today else timezone.localdate())
        except CountyExists as error:
            raise CommandError(str(error)) from None
        self._print_county(made, seed, perf_counter() - started)
        self._print_log_ins()

    def _print_county(self, made: Made, seed: int, seconds: float) -> None:
        span = made.plan.span
        self.stdout.write(f"已生成演示县“{COUNTY_NAME}”（{cdate(span.today)}，种子{seed}），用时{seconds:.1f}秒。")
        if span.makes_today_taught:
            self.stdout.write("这一天按校历本不上课；为了能演示点名，演示县的校历把它调为上课日。")
        for line in county_lines():
            self.stdout.write(f"  {line}")
        self.stdout.write(f"  个案：{sum(made.stories.values()):,}名学生，共{len(made.stories)}种情形")

    def _print_log_ins(self) -> None:
        people = Person.objects.in_bulk([log_in.username for log_in in LOG_INS], field_name="username")
        rows = [
            (role.label, person.name, place_of(person, role), username, shown_password(person))
            for role, username in LOG_INS
            if (person := people.get(username))
        ]
        if not rows:
            self.stdout.write("这些学生不是演示数据，没有演示账号。")
            return
        self.stdout.write("\n演示账号（密码是公开的，只可用于演示）：")
        self.stdout.write(aligned([("岗位", "姓名", "单位", "登录名", "密码"), *rows]))


def a_date(text: str) -> date:
    """A date on the command line."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise CommandError(f"日期“{text}”不对，应写成2026-10-25这样。没有生成演示县。") from None
    if day.year not in YEARS:
        raise CommandError(f"演示县只能生成到{YEARS[0]}年至{YEARS[-1]}年之间的某一天。没有生成演示县。")
    return day


def county_lines() -> list[str]:
    """What the database now holds."""
    areas, duties = Area.objects, Obligation.objects.standing()
    lines = (
        (
            ("乡镇", areas.filter(level=Area.Level.TOWNSHIP), "个"),
            ("行政村", areas.filter(level=Area.Level.VILLAGE), "个"),
            ("学校", School.objects, "所"),
            ("班级", SchoolClass.objects, "个"),
        ),
        (("教职工", Person.objects, "人"), ("任职", Posting.objects, "条"), ("学生", Student.objects, "名")),
        (("点名", RollCall.objects, "次"), ("缺勤", AbsenceMark.objects, "条"), ("请假", Leave.objects, "条")),
        (("联系记录", Contact.objects, "条"), ("报告", Report.objects, "份"), ("待办", duties, "条")),
        (
            ("尚未完成的待办", duties.filter(done_on=None), "条"),
            ("更正后撤销的待办", Obligation.objects.exclude(withdrawn_at=None), "条"),
        ),
    )
    return ["，".join(f"{name}{rows.count():,}{unit}" for name, rows, unit in line) for line in lines]


def shown_password(person: Person) -> str:
    """The demonstration's password, unless somebody has chosen another."""
    return PASSWORD if person.check_password(PASSWORD) else "（已修改）"


def place_of(person: Person, role: str) -> str:
    """Where the person works in this role: the school, the township, or the county."""
    posting = person.postings.filter(role=role).select_related("school", "school_class", "township").first()
    if posting is None:
        return ""
    if posting.school_class and role == "homeroom_teacher":
        return f"{posting.school}{posting.school_class}"
    return str(posting.school or posting.township or COUNTY_NAME)


def aligned(rows: list[tuple[str, ...]]) -> str:
    """The rows as columns; a Chinese character is two letters wide."""
    widths = [max(map(width, column)) for column in zip(*rows, strict=True)]
    return "\n".join(
        GAP.join(cell + " " * (wide - width(cell)) for cell, wide in zip(row, widths, strict=True)).rstrip()
        for row in rows
    )


def width(text: str) -> int:
    """Columns of a terminal that ``text`` takes."""
    return sum(2 if east_asian_width(character) in "WF" else 1 for character in text)
