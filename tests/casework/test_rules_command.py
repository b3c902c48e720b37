"""``manage.py escalate`` and ``manage.py adopt_rules``: what they do, and what they refuse in words."""

from datetime import date, timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from casework.models import Contact, Obligation, RuleAdoption, StoredRuleSet
from students.models import AuditRow
from tests import cast
from tests.scene import FRIDAY, MONDAY


def run(command: str, *args) -> str:
    said = StringIO()
    call_command(command, *args, stdout=said)
    return said.getvalue()


def standing() -> list[tuple]:
    return sorted(Obligation.objects.standing().values_list("student__name", "tier", "key"))


class TestEscalate:
    def test_again_changes_nothing(self, scene):
        for day in (2, 3, 4):
            scene.take(date(2026, 9, day), first="unexcused")
        before = list(Obligation.objects.values())
        assert "核算学生1名：连续缺课1段，待办4项；新增0项，改动0项，撤销0项。" in run("escalate")
        assert list(Obligation.objects.values()) == before

    def test_an_earlier_day_does_not_forget_what_was_done_since(self, scene):
        scene.take(FRIDAY, first="unexcused")
        contact = {"student": scene.children[0], "day": MONDAY, "method": "phone", "result": "未接通"}
        Contact.objects.create(recorded_at="2026-09-07T07:40+08:00", **contact)
        run("escalate", "--through", "2026-09-04")
        assert Obligation.objects.get().done_on == MONDAY

    @pytest.mark.parametrize("day", ["2026-13-01", "昨天", "2026/9/4", ""])
    def test_a_day_that_cannot_be_is_refused(self, day, scene):
        with pytest.raises(CommandError, match="应写成2026-10-25这样。没有做任何计算。"):
            run("escalate", "--through", day)

    def test_without_a_child_it_has_nothing_to_do(self, db):
        assert "核算学生0名" in run("escalate")


class TestAdoptRules:
    def test_they_hold_from_that_day_on_for_that_school(self, scene):
        scene.take(FRIDAY, first="unexcused")
        scene.take(MONDAY, second="unexcused")
        said = run("adopt_rules", "strict", "--from", "2026-09-07", "--school", scene.school.code)
        assert said.startswith("东坪小学从2026")
        # Friday stays under the standard rules; on Monday the whole taken day was missed
        assert standing() == [
            ("袁然远", "absence_report", MONDAY),
            ("袁然远", "contact", MONDAY),
            ("袁然远", "home_visit", MONDAY),
            ("高东", "contact", FRIDAY),
        ]

    def test_another_school_keeps_its_own(self, scene):
        far = cast.school_class(cast.school("西岭小学"))
        teacher = cast.person(role="homeroom_teacher", school_class=far)
        child = cast.student(far, "任雪")
        cast.take_register(teacher, far, MONDAY, child=(child, "unexcused"))
        run("adopt_rules", "strict", "--from", "2026-09-07", "--school", scene.school.code)
        assert standing() == [("任雪", "contact", MONDAY)]

    def test_without_a_school_they_hold_in_the_county(self, scene):
        assert run("adopt_rules", "three_day", "--from", "2026-10-26").startswith("全县从2026")
        adopted = RuleAdoption.objects.get(school=None, starts_on=date(2026, 10, 26))
        assert adopted.rule_set.code == "three_day"

    def test_the_same_twice_is_one_adoption(self, scene):
        for _ in range(2):
            run("adopt_rules", "strict", "--from", "2026-09-07", "--school", scene.school.code)
        assert RuleAdoption.objects.filter(school=scene.school, starts_on=MONDAY).count() == 1

    def test_the_newest_version_is_taken(self, scene):
        newest = StoredRuleSet.objects.filter(code="strict").latest("version")
        content = newest.content | {"title": "更严规则"}
        StoredRuleSet.objects.create(code="strict", version=newest.version + 1, title="更严规则", content=content)
        run("adopt_rules", "strict", "--from", "2026-09-07", "--school", scene.school.code)
        assert RuleAdoption.objects.get(school=scene.school, starts_on=MONDAY).rule_set.title == "更严规则"

    def test_it_is_one_audit_row(self, scene):
        run("adopt_rules", "strict", "--from", "2026-09-07", "--school", scene.school.code)
        assert AuditRow.objects.filter(action="rules.adopt").count() == 1

    @pytest.mark.parametrize(
        ("code", "day", "school", "words"),
        [
            ("gentle", "2026-09-07", None, "没有代号为“gentle”的规则；现有：standard、strict、three_day"),
            ("strict", "9月7日", None, "日期“9月7日”不对"),
            ("strict", "2026-02-30", None, "日期“2026-02-30”不对"),
            ("strict", "2026-09-07", "0000000000", "没有学校标识码为“0000000000”的学校"),
        ],
    )
    def test_what_cannot_be_is_refused_and_nothing_changes(self, code, day, school, words, scene):
        before = RuleAdoption.objects.count()
        school_option = ["--school", school] if school else []
        with pytest.raises(CommandError, match=words) as refused:
            run("adopt_rules", code, "--from", day, *school_option)
        assert str(refused.value).endswith("没有改动。")
        assert RuleAdoption.objects.count() == before


def test_a_year_passes_and_nothing_changes_by_itself(scene, clock):
    """Late is derived: no row is touched when a day ends."""
    scene.take(MONDAY, first="unexcused")
    before = list(Obligation.objects.values())
    clock.shift(timedelta(days=365))
    run("escalate")
    assert list(Obligation.objects.values()) == before
