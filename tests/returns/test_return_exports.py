"""Returns at the command line: of a term or year as the facts have it, the edition as it was filed, the county as far
as accepted, a review as it was closed."""

import json
from contextlib import suppress
from datetime import date
from io import StringIO

import openpyxl
import pytest
from django.core.management import call_command
from django.urls import reverse

from reports.exports import ExportRefused, build_table
from returns.models import SchoolReturn
from returns.queries.editions import content_of
from returns.queries.live import live_figures
from returns.queries.periods import filing_period
from students.models import Term
from tests import cast
from tests.returns import reviewed
from tests.returns.filed import TODAY, accept, filed, leave, prepare
from tests.scene import at, client_of

OVER = date(2027, 1, 28)  # the first term has ended


def run(*arguments) -> str:
    """What the command says; a refusal too."""
    said = StringIO()
    with suppress(SystemExit):
        call_command("export", *map(str, arguments), stdout=said, stderr=said)
    return said.getvalue().strip()


def table(name: str, **asked):
    return build_table(name, today=TODAY, month="2026-10", **asked)


def test_a_filed_return_is_exported_as_it_was_filed(school, head):
    content = content_of(filed(school, head))
    leave(school)
    made = table("filed_return", school=school.school.code)
    assert list(made.records()) == [row["values"] for row in content["table"]["rows"]]
    assert json.loads(json.dumps(made.total_record))["closing"] == 3


def test_the_county_is_exported_as_far_as_accepted(school, head, bureau):
    cast.student(cast.school_class(cast.school("西岭小学")))
    filed(school, head)
    accept(school, bureau)
    assert any("没有计入的学校：西岭小学（待报）" in note for note in table("county_return").notes)


@pytest.mark.parametrize(
    ("name", "asked", "said"),
    [
        ("filed_return", {}, "请写明学校"),
        ("filed_return", {"school": True}, "东坪小学还没有上报2026年10月月报"),
        ("county_return", {}, "还没有接收过2026年10月月报"),
    ],
)
def test_what_there_is_not_is_refused_in_words(school, name, asked, said):
    given = {"school": school.school.code} if asked else {}
    with pytest.raises(ExportRefused, match=said):
        table(name, **given)


def test_a_month_to_come_is_refused_in_words(school):
    with pytest.raises(ExportRefused, match=r"2027-03"):
        build_table("county_return", today=TODAY, month="2027-03")


@pytest.mark.parametrize(
    ("name", "option", "code"), [("term_return", "term", "2026-1"), ("year_return", "year", "2026")]
)
class TestTermsAndYears:
    def test_say_of_a_school_what_the_page_of_its_return_says(self, school, clock, name, option, code):
        clock.move_to(at(OVER))
        leave(school, 1, today=OVER)
        live = live_figures(school.school, filing_period(code), today=OVER).table
        made = build_table(name, today=OVER, school=school.school.code, **{option: code})
        assert (made.title, made.filters[:1], made.as_of) == (live.title, live.filters[:1], live.as_of)
        assert list(made.records()) == list(live.records())
        assert made.total_record == live.total_record
        assert made.total_record["drop_out"] == 1

    def test_of_all_schools_are_the_rows_of_each(self, school, clock, name, option, code):
        clock.move_to(at(OVER))
        cast.student(cast.school_class(cast.school("西岭小学")))
        made = build_table(name, today=OVER, **{option: code})
        assert {row["school"] for row in made.records()} > {school.school.code}
        assert made.total_record["closing"] == 4
        assert made.about == {option: code, "period_start": date(2026, 9, 1), "period_end": made.about["period_end"]}

    def test_are_written_in_every_form(self, school, tmp_path, name, option, code):
        for form in ("json", "xlsx", "pdf"):
            said = run(name, "-o", tmp_path / f"a.{form}", f"--{option}", code)
            assert said.startswith("已导出《控辍保学学"), said
        record = json.loads((tmp_path / "a.json").read_text())
        sheet = openpyxl.load_workbook(tmp_path / "a.xlsx").active
        assert record[option] == code
        assert record["total"]["closing"] == 3
        assert sheet["A1"].value == build_table(name, today=TODAY, **{option: code}).title


def test_a_term_is_counted_over_the_days_that_a_schools_return_has_kept(school, clock):
    clock.move_to(at(OVER))
    prepare(school, today=OVER, period=filing_period("2026-1"))
    row = SchoolReturn.objects.get(school=school.school, period="2026-1")
    Term.objects.filter(school_year=2026, number=1).update(end=date(2027, 1, 15))
    kept = build_table("term_return", today=OVER, school=school.school.code, term="2026-1")
    assert kept.as_of == row.cut_off == date(2027, 1, 22)
    assert build_table("term_return", today=OVER, term="2026-1").as_of == date(2027, 1, 15)


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (("term_return",), "请写明学期，例如：--term 2026-1（2026-2027学年第一学期）。没有导出"),
        (("term_return", "--term", "2026-2"), "没有2026-2的：学期还没有开始，或者校历里没有这个学期。没有导出"),
        (("term_return", "--term", "2027-1"), "没有2027-1的"),
        (("term_return", "--term", "第一学期"), "学期“第一学期”不对，应写成2026-1这样（2026-2027学年第一学期）。"),
        (("term_return", "--month", "2026-10"), "《控辍保学学期报告》不用--month。"),
        (("year_return",), "请写明学年，例如：--year 2026（2026-2027学年）。"),
        (("year_return", "--year", "2026-2027"), "学年“2026-2027”不对，应写成2026这样（2026-2027学年）。"),
        (("year_return", "--year", "2027"), "没有2027的：学年还没有开始，或者在记录以前。"),
        (("year_return", "--year", "1999"), "没有1999的"),
        (("year_return", "--year", "２０２６"), "学年“２０２６”不对"),
        (("monthly_return",), "《控辍保学月报表》按月导出，请写明月份，例如：--month 2026-10。"),
        (("county_return",), "按月、学期、学年导出，请写明月份、学期、学年，例如：--month 2026-10，或者--term 2026-1"),
        (("county_return", "--month", "2026-10", "--year", "2026"), "一次导出一期，--month、--year只能写一个。"),
        (("county_return", "--year", "2026"), "县教育局还没有接收过2026-2027学年报告"),
        (("review_results", "--quarter", "2026-1"), "没有2026-1的：这个季度还没有开始复核。"),
        (("review_results", "--quarter", "2026-5"), "季度“2026-5”不对"),
    ],
)  # fmt: skip
def test_a_period_that_there_is_not_is_refused_in_words(school, tmp_path, asked, said):
    name, *options = asked
    told = run(name, "-o", tmp_path / "a.json", *options)
    assert said in told
    assert told.endswith("没有导出任何文件。")
    assert not list(tmp_path.iterdir())


def test_a_filed_term_and_its_sum_are_exported(school, head, bureau, clock):
    clock.move_to(at(OVER))
    period = filing_period("2026-1")
    content = content_of(filed(school, head, today=OVER, period=period))
    accept(school, bureau, today=OVER, period=period)
    one = build_table("filed_return", today=OVER, term="2026-1", school=school.school.code)
    both = build_table("county_return", today=OVER, term="2026-1")
    assert list(one.records()) == list(both.records()) == [row["values"] for row in content["table"]["rows"]]
    assert both.title == "控辍保学学期报告（汇总）"


class TestReviews:
    @pytest.fixture
    def review(self, school, head, bureau, clock):
        clock.move_to(at(reviewed.TODAY))
        leave(school, 2, today=reviewed.TODAY)
        reviewed.accept_quarter(school.school, clerk=school.clerk, head=head, bureau=bureau)
        return reviewed.opened(bureau)

    def test_a_closed_one_is_exported_as_it_was_signed(self, school, bureau, review, tmp_path):
        reviewed.enter_all(bureau, school.school)
        review = reviewed.close(bureau, review)
        said = run("review_results", "-o", tmp_path / "a.json", "--quarter", "2026-1")
        assert said.startswith("已导出《季度复核结果》，共1所学校")
        record = json.loads((tmp_path / "a.json").read_text())
        assert (record["quarter"], record["period_end"]) == ("2026-1", "2026-11-25")
        assert record["rows"] == [row["values"] for row in review.content["table"]["rows"]]
        page = client_of(bureau).post(reverse("returns:review_file", args=[review.pk]), {"format": ".json"})
        assert json.loads(page.getvalue()) == record

    def test_one_that_goes_on_has_no_results(self, review, tmp_path):
        said = run("review_results", "-o", tmp_path / "a.json", "--quarter", "2026-1")
        assert said == "2026-2027学年第一季度复核还没有定稿，没有结果可以导出。没有导出任何文件。"
