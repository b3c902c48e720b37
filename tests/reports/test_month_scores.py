"""The sample township's months of schools and teachers: three forms with the same numbers, and by hand."""

import json
from collections import defaultdict
from decimal import Decimal
from io import BytesIO
from pathlib import Path

import openpyxl
import pytest
import time_machine
from django.core.management import call_command
from django.urls import reverse
from pypdf import PdfReader

from scoring.actions.scores import keep_scores
from students.metrics import points_text
from students.models import AuditRow, Person, Posting, Role, School
from tests import cast
from tests.scene import at, client_of
from tests.scoring.test_school_months import TODAY

DATA = Path(__file__).resolve().parent.parent / "data"
MONTH = "2026-10"
LINES = ["target", "missed_roll_call", "late_contact", "late_report", "verified_return"]


@pytest.fixture
def township(db):
    with time_machine.travel(at(TODAY), tick=False):
        call_command("import_workbook", str(DATA / "township.xlsx"), verbosity=0)
        yield


@pytest.fixture
def export(township, tmp_path):
    def to(form, table="school_scores", **asked):
        path = tmp_path / f"{table}.{form}"
        call_command("export", table, "-o", str(path), verbosity=0, **{"month": MONTH} | asked)
        return path

    return to


def records(export, table, **asked):
    return json.loads(export("json", table, **asked).read_text())


def school_cells(record, rate) -> list:
    """What people see of a school's record, in the order of the columns."""
    school = School.objects.select_related("township").get(code=record["school"])
    stages = {"primary": "小学", "junior": "初中"}
    bands = {"excellent": "优秀", "good": "良好", "pass": "合格", "fail": "不合格"}
    return [
        record["rank"],
        school.name,
        school.township.name,
        record["baseline"],
        record["dropouts"],
        rate(record["dropout_rate"]),
        "、".join(stages[stage] for stage in record["targets_missed"]) or None,
        record["classes"],
        record["registers"]["due"],
        record["registers"]["missing"],
        *(record["lines"][line] for line in LINES),
        record["total"],
        "否决" if record["veto"] else None,
        bands[record["band"]],
    ]


def teacher_cells(record, rate) -> list:
    person, school = Person.objects.get(staff_number=record["teacher"]), School.objects.get(code=record["school"])
    return [person.staff_number, person.name, school.name, *(record["lines"][each] for each in LINES), record["total"]]


def without(position: int, cells: list) -> list:
    """Teachers' classes are numbers to scripts and names to people."""
    return cells[:position] + cells[position + 1 :]


def excel_rows(path, number: int) -> list[list]:
    sheet = openpyxl.load_workbook(path).active
    return [list(row) for row in sheet.iter_rows(min_row=6, max_row=5 + number, values_only=True)]


def paper_of(path) -> str:
    return "".join(page.extract_text() for page in PdfReader(path).pages).replace(" ", "").replace("\n", "")


class TestSchools:
    def test_are_the_same_in_excel(self, export):
        found = records(export, "school_scores")
        share = lambda rate: float(rate["text"].rstrip("%")) / 100  # noqa: E731
        assert excel_rows(export("xlsx"), len(found)) == [school_cells(record, share) for record in found]

    def test_are_the_same_on_paper(self, export):
        found, paper = records(export, "school_scores"), paper_of(export("pdf"))
        for record in found:
            cells = school_cells(record, lambda rate: rate["text"])
            words = [points_text(cell) if 10 <= place <= 15 else cell for place, cell in enumerate(cells)]
            assert "".join(str(word) for word in words if word is not None) in paper

    def test_are_what_their_classes_make_them(self, export, tmp_path):
        """Reckoned by hand from the exports of class scores on the two cut-offs."""
        scores = defaultdict(list)
        for day in ("2026-09-25", "2026-10-25"):
            path = tmp_path / f"{day}.json"
            call_command("export", "class_scores", "-o", str(path), as_of=day, verbosity=0)
            for record in json.loads(path.read_text()):
                scores[record["school"], record["class"]].append(record)
        found = records(export, "school_scores")
        assert found
        for record in found:
            pairs = [pair for (school, _), pair in scores.items() if school == record["school"]]
            assert record["classes"] == len(pairs)
            assert record["dropouts"] == sum(after["dropouts"] for _, after in pairs)
            for line in LINES[1:]:
                earned = sum(Decimal(str(b["lines"][line])) - Decimal(str(a["lines"][line])) for a, b in pairs)
                assert abs(Decimal(str(record["lines"][line])) - earned / len(pairs) * 5) <= Decimal("0.05")
            total = 100 + sum(Decimal(str(record["lines"][line])) for line in LINES)
            assert Decimal(str(record["total"])) == max(0, min(100, total))

    def test_stand_in_the_order_of_their_ranks(self, export):
        ranks = [record["rank"] for record in records(export, "school_scores")]
        assert ranks == sorted(ranks)
        assert ranks[0] == 1

    def test_are_downloaded_from_the_page_as_it_shows_them(self, export):
        found = records(export, "school_scores")
        keep_scores(today=TODAY)
        client = client_of(cast.person(role=Role.BUREAU_OFFICER))
        page = client.get(reverse("scoring:school_months"), {"month": MONTH})
        assert [row.school.code for row in page.context["page"]] == [record["school"] for record in found]
        sent = client.post(f"{reverse('reports:school_scores_file')}?month={MONTH}", {"format": ".xlsx"})
        share = lambda rate: float(rate["text"].rstrip("%")) / 100  # noqa: E731
        rows = excel_rows(BytesIO(b"".join(sent.streaming_content)), len(found))
        assert rows == [school_cells(record, share) for record in found]
        assert AuditRow.objects.filter(action="table.export").latest("pk").details["month"] == MONTH


class TestTeachers:
    def test_are_the_same_in_excel(self, export):
        found = records(export, "teacher_scores")
        rows = excel_rows(export("xlsx", "teacher_scores"), len(found))
        assert [without(3, row)[:-1] for row in rows] == [teacher_cells(record, None) for record in found]

    def test_are_the_same_on_paper(self, export):
        found, paper = records(export, "teacher_scores"), paper_of(export("pdf", "teacher_scores"))
        for record in found:
            number, name, school, *figures = teacher_cells(record, None)
            assert f"{number}{name}{school}" in paper
            assert "".join(map(points_text, figures)) in paper

    def test_have_the_shape_agreed(self, export):
        found = records(export, "teacher_scores")
        assert [(record["school"], record["teacher"]) for record in found] == sorted(
            (record["school"], record["teacher"]) for record in found
        )
        for record in found:
            assert list(record) == ["teacher", "school", "classes", "lines", "total"]
            assert list(record["lines"]) == LINES
            assert record["total"] == pytest.approx(sum(record["lines"].values()))

    def test_who_teach_a_class_all_the_month_are_told_of_it(self, export):
        found = {(record["teacher"], record["school"]): record for record in records(export, "teacher_scores")}
        held = Posting.objects.filter(role__in=["homeroom_teacher", "subject_teacher"], until=None, is_substitute=False)
        for posting in held.filter(since__lte="2026-10-25").select_related("person", "school_class__school"):
            record = found[posting.person.staff_number, posting.school_class.school.code]
            assert posting.school_class.number in record["classes"]

    def test_of_one_school_are_its_own(self, export):
        whole = records(export, "teacher_scores")
        code = whole[-1]["school"]
        assert records(export, "teacher_scores", school=code) == [each for each in whole if each["school"] == code]


class TestItIsRefused:
    @pytest.mark.parametrize(
        ("asked", "said"),
        [
            (
                {"month": "2026-12"},
                "《学校月考核》没有2026-12的：月份还没有到，或者在记录以前。没有导出任何文件。",
            ),
            ({"month": "2026-13"}, "月份“2026-13”不对，应写成2026-10这样。没有导出任何文件。"),
            ({"month": "十月"}, "月份“十月”不对"),
            ({"month": None}, "《学校月考核》按月导出，请写明月份，例如：--month 2026-10。没有导出任何文件。"),
            ({"as_of": "2026-10-25"}, "《学校月考核》不用--as-of。"),
            ({"school": "1"}, "《学校月考核》不用--school。"),
        ],
    )
    def test_in_words(self, export, capsys, asked, said):
        with pytest.raises(SystemExit):
            export("json", **asked)
        assert said in capsys.readouterr().err

    def test_for_a_day_where_a_day_is_asked_for(self, export, capsys):
        with pytest.raises(SystemExit):
            export("json", "class_scores")
        assert "《班级责任考核》不用--month。" in capsys.readouterr().err


def test_a_month_that_is_not_over_says_so_on_its_head(export):
    sheet = openpyxl.load_workbook(export("xlsx", month="2026-11")).active
    assert "2026年11月　全部学校　暂计　截至2026年11月2日" in sheet["A2"].value
