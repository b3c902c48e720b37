"""Filed returns at the command line: the edition as it was filed, the county as far as accepted."""

import json

import pytest

from reports.exports import ExportRefused, build_table
from returns.queries.editions import content_of
from tests import cast
from tests.returns.filed import TODAY, accept, filed, leave


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
        ("filed_return", {"school": True}, "东坪小学还没有上报2026年10月的月报"),
        ("county_return", {}, "2026年10月还没有接收的月报"),
    ],
)
def test_what_there_is_not_is_refused_in_words(school, name, asked, said):
    given = {"school": school.school.code} if asked else {}
    with pytest.raises(ExportRefused, match=said):
        table(name, **given)


def test_a_month_to_come_is_refused_in_words(school):
    with pytest.raises(ExportRefused, match=r"2027-03"):
        build_table("county_return", today=TODAY, month="2027-03")
