"""控辍保学责任书 in layers: drawn up with the targets in force, renewed, issued, signed; who leaves and who comes."""

from datetime import date
from importlib import import_module

import pytest
from django.apps import apps
from django.db import IntegrityError, transaction

from casework.actions import documents, letters
from casework.actions.documents import DocumentRefused, NotYourDocument
from casework.document_kinds import DocumentKind
from casework.models import Document, IssuedPaper
from casework.queries.document_lists import boxes
from scoring.models import SchemeAdoption, StoredScheme
from scoring.pledges import PledgeState
from scoring.queries.pledge_pages import whole_of
from students.models import AuditRow, Notice, Person, Posting, Role, School
from tests import cast
from tests.casework.test_letters import PAPER
from tests.scoring.pledging import YEAR
from tests.scoring.standard import STANDARD

SCHOOL, POST, HOMEROOM, TEACHER = (
    DocumentKind.PLEDGE_SCHOOL, DocumentKind.PLEDGE_POST, DocumentKind.PLEDGE_HOMEROOM, DocumentKind.PLEDGE,
)  # fmt: skip


def adopt(**changes) -> StoredScheme:
    """Another scheme of the county's from this school year on."""
    number = StoredScheme.objects.filter(code="county").count() + 1
    made = StoredScheme.objects.create(
        code="county", version=number, title="新办法", content=STANDARD | {"title": "新办法"} | changes
    )
    SchemeAdoption.objects.update_or_create(
        school=None, school_year=YEAR, defaults={"scheme": made, "adopted_at": "2026-09-01T00:00:00Z"}
    )
    return made


class TestDrawingUp:
    def test_the_school_draws_up_its_own_layers_and_the_bureau_that_with_the_principal(self, signing):
        assert signing.draw_up().count == 5
        assert signing.draw_up("bureau").count == 1
        kinds = Document.objects.order_by("pk").values_list("person__name", "kind")
        assert sorted(kinds) == sorted(
            [
                ("罗宁", SCHOOL),
                ("梁宁", POST),
                ("何静", POST),
                ("沈明", HOMEROOM),
                ("陈一", HOMEROOM),
                ("任军", TEACHER),
            ]
        )

    def test_says_the_work_and_the_targets_of_the_scheme_in_force(self, signing):
        signing.draw_up()
        signing.draw_up("bureau")
        own = signing.of("homeroom").values
        assert own["duty"] == "班主任、语文教学"
        assert own["target"] == "本学年本班没有流失学生（学年初3人，最多流失0人）"
        assert (own["since"], own["until"]) == ("2026-09-01", "2027-08-31")
        assert own["basis"] == "系统自带《控辍保学班级责任考核办法》第1版"
        heads = signing.of("principal").values
        assert heads["target"] == "小学（2个班）：本学年没有流失学生（学年初3人，最多流失0人）"
        assert "点名：全天没有点名扣1分" in heads["points"]

    def test_by_stage_where_a_school_has_both(self, signing):
        school = cast.school("东坪学校", kind=School.Kind.NINE_YEAR)
        cast.school_class(school, "202501")
        junior = cast.school_class(school, "202502", stage="junior")
        cast.students(junior, "甲", "乙", since=date(2025, 9, 1))
        head = cast.person("林远", role=Role.PRINCIPAL, school=school)
        signing.draw_up("bureau", School.objects.filter(pk=school.pk))
        assert Document.objects.get(person=head).values["target"].splitlines() == [
            "小学（1个班）：本学年没有流失学生（学年初没有学生，不得有人流失）",
            "初中（1个班）：本学年辍学率低于2%（学年初2人，最多流失0人）",
        ]

    def test_again_adds_only_who_came_since(self, signing):
        signing.draw_up()
        assert signing.draw_up().count == 0
        cast.person("杨子", role=Role.SUBJECT_TEACHER, school_class=signing.scene.school_class, subject="英语")
        assert signing.draw_up().count == 1
        assert AuditRow.objects.filter(action="document.draw_up_pledges").count() == 2

    @pytest.mark.parametrize("who", ["homeroom", "maths", "township", "far_clerk"])
    def test_is_for_the_bureau_and_those_who_run_the_school(self, signing, who):
        for step in (signing.draw_up, signing.renew):
            with pytest.raises(NotYourDocument, match="县教育局"):
                step(who)
        assert not Document.objects.exists()

    def test_somebody_has_one_a_layer_place_and_year_that_stands(self, signing):
        signing.draw_up()
        signing.draw_up("bureau")
        for who in ("maths", "principal"):
            row = signing.of(who)
            row.pk, row.submission = None, f"11111111-1111-1111-1111-{len(who):012d}"
            with pytest.raises(IntegrityError), transaction.atomic():
                row.save()

    @pytest.mark.parametrize("change", [{"of_school": None}, {"kind": "pledge"}, {"kind": "visit_record"}])
    def test_one_of_a_whole_school_names_the_school_and_no_class(self, signing, change):
        signing.draw_up("bureau")
        with pytest.raises(IntegrityError), transaction.atomic():
            Document.objects.update(**change)

    def test_a_substitute_signs_none(self, signing):
        cast.post(
            signing.people["beside"], Role.HOMEROOM_TEACHER, school_class=signing.scene.school_class,
            until=signing.today.replace(day=20), is_substitute=True,
        )  # fmt: skip
        assert signing.line("beside").school_class != signing.scene.school_class.pk


class TestWhatIsInTheWay:
    def test_nobody_is_principal(self, signing):
        Posting.objects.filter(role=Role.PRINCIPAL).delete()
        made = signing.draw_up()
        assert made.count == 1  # the 任课教师 signs with the school
        assert "没有登记在任的校长" in made.left_out[0]
        with pytest.raises(DocumentRefused, match=r"东坪小学没有登记在任的校长，没有人和县教育局签.*没有生成"):
            signing.draw_up("bureau")

    def test_a_school_without_classes(self, signing):
        empty = cast.school("空小学")
        head = cast.person("林远", role=Role.PRINCIPAL, school=empty)
        with pytest.raises(DocumentRefused, match="空小学本学年没有班级，目标没有依据"):
            signing.draw_up("bureau", School.objects.filter(pk=empty.pk))
        assert not Document.objects.filter(person=head).exists()

    def test_one_school_without_a_head_does_not_hold_up_the_others(self, signing):
        made = signing.draw_up("bureau", School.objects.all())
        assert made.count == 1
        assert "西岭小学本学年没有班级" in made.left_out[0]

    def test_a_year_without_an_adopted_scheme(self, signing):
        SchemeAdoption.objects.all().delete()
        with pytest.raises(DocumentRefused, match=r"2026-2027学年还没有采用的考核办法.*请县教育局先采用"):
            signing.draw_up()


class TestTargetsThatHaveChanged:
    def test_a_draft_that_is_older_can_be_renewed_and_is_not_issued_before(self, signing):
        signing.draw_up()
        adopt(veto_above=3)
        assert len(signing.book().older()) == 5
        row = signing.of("maths")
        with pytest.raises(DocumentRefused, match=r"这份草稿的目标是以前的，请先在责任书页面更新目标.*没有签发"):
            documents.issue(**signing.place("clerk"), document=row, version=row.version)
        assert signing.issue() == 0
        assert signing.renew() == 5
        assert signing.renew() == 0
        row = signing.of("maths")
        assert (row.version, row.values["basis"]) == (2, "全县《新办法》第1版")
        assert "超过3%" in row.values["veto"]
        assert signing.issue() == 5

    def test_what_is_issued_stays(self, signing):
        signing.drawn_and_issued()
        before = bytes(IssuedPaper.objects.get(document=signing.of("maths")).pdf)
        adopt(veto_above=3)
        assert signing.book().older() == []
        assert signing.renew() == 0
        assert signing.of("maths").values["basis"].startswith("系统自带《控辍保学班级责任考核办法》")
        assert bytes(IssuedPaper.objects.get(document=signing.of("maths")).pdf) == before

    def test_children_who_came_on_the_first_day_change_the_number(self, signing):
        signing.draw_up()
        cast.student(signing.scene.school_class, "新生", since=date(2026, 9, 1))
        older = {row.person.name for row in signing.book().older()}
        assert older == {"沈明", "任军", "梁宁", "何静"}  # not of the class beside
        signing.renew()
        assert "学年初4人" in signing.of("deputy").values["target"]

    def test_each_renews_only_their_own_layers(self, signing):
        signing.draw_up()
        signing.draw_up("bureau")
        adopt(veto_above=3)
        assert signing.renew("bureau") == 1
        assert "超过3%" in signing.of("principal").values["veto"]
        assert "超过4%" in signing.of("maths").values["veto"]

    def test_nobody_writes_a_target_by_hand(self, signing):
        signing.draw_up()
        row = signing.of("maths")
        values = row.values | {"target": "随便", "duty": "数学、班会"}
        changed = documents.edit(**signing.place("clerk"), document=row, values=values, version=row.version)
        assert changed.values["duty"] == "数学、班会"
        assert changed.values["target"] == row.values["target"]


class TestSigning:
    def test_each_finds_it_on_the_desk_and_signs_in_the_site(self, signing):
        signing.drawn_and_issued()
        signing.drawn_and_issued("bureau")
        for who in ("maths", "homeroom", "deputy", "principal"):
            row = signing.of(who)
            assert list(boxes(cast.scope(signing.people[who]), signing.today, {})["sign"]) == [row]
            assert signing.sign(row, who).state == "confirmed"
        with pytest.raises(NotYourDocument, match="正等责任人签字"):
            signing.sign(signing.of("clerk"), "deputy")
        assert whole_of(signing.book().lines).signed == 4

    def test_everybody_is_told_and_the_notice_goes_when_they_sign(self, signing):
        signing.drawn_and_issued("bureau")
        told = Notice.objects.get(person=signing.people["principal"], kind=Notice.Kind.DOCUMENT_WAITING)
        assert told.seen_at is None
        signing.sign(signing.of("principal"), "principal")
        told.refresh_from_db()
        assert told.seen_at is not None

    def test_a_notice_stays_while_another_one_of_the_school_waits(self, signing):
        cast.post(
            signing.people["deputy"], Role.SUBJECT_TEACHER, school_class=signing.scene.school_class, subject="音乐"
        )
        signing.drawn_and_issued()
        own = Document.objects.filter(person=signing.people["deputy"]).order_by("kind")
        signing.sign(own[0], "deputy")
        waiting = Notice.objects.filter(person=signing.people["deputy"], seen_at=None)
        assert waiting.exists()
        signing.sign(own[1], "deputy")
        assert not waiting.exists()

    def test_the_bureau_numbers_those_with_the_principals_and_the_school_its_own(self, signing):
        signing.drawn_and_issued()
        signing.drawn_and_issued("bureau")
        assert signing.of("principal").reference == "云岭县教控辍〔2026〕1号"
        numbers = Document.objects.filter(school=signing.scene.school).values_list("number", flat=True)
        assert sorted(numbers) == [1, 2, 3, 4, 5]

    def test_signed_on_paper_counts_as_signed(self, signing):
        signing.drawn_and_issued()
        letters.attach(**signing.place("clerk"), document=signing.of("beside"), paper=PAPER)
        assert signing.line("beside").state is PledgeState.SIGNED
        assert signing.line("maths").state is PledgeState.WAITING

    def test_whoever_sends_it_back_has_it_drawn_anew(self, signing):
        signing.drawn_and_issued()
        row = signing.of("maths")
        documents.send_back(**signing.place("maths"), document=row, reason="不教这个班", version=row.version)
        assert signing.line("maths").state is PledgeState.RETURNED
        row = signing.of("maths")
        documents.void(**signing.place("clerk"), document=row, reason="不教这个班", version=row.version)
        assert signing.line("maths").state is PledgeState.UNDRAWN


class TestWhoComesAndGoes:
    def leave(self, signing, who: str) -> None:
        Posting.objects.filter(person=signing.people[who]).update(until=signing.today)

    def test_a_new_teacher_has_none_and_the_old_one_is_history(self, signing):
        signing.drawn_and_issued()
        signing.sign(signing.of("beside"), "beside")
        self.leave(signing, "beside")
        room = signing.line("beside").school_class
        new = cast.person("杨子", role=Role.HOMEROOM_TEACHER, school_class_id=room, school=signing.scene.school)
        assert signing.line("beside").is_past
        signing.people["new"] = new
        assert signing.line("new").state is PledgeState.UNDRAWN
        assert signing.draw_up().count == 1
        assert Document.objects.filter(school_class=room).count() == 2

    def test_a_new_principal_signs_with_the_bureau_anew(self, signing):
        signing.drawn_and_issued("bureau")
        self.leave(signing, "principal")
        signing.people["next"] = cast.person("田远", role=Role.PRINCIPAL, school=signing.scene.school)
        assert signing.line("principal").is_past
        assert [school.name for school in signing.book().headless] == []
        assert signing.draw_up("bureau").count == 1

    def test_the_day_before_somebody_leaves_they_owe_one_still(self, signing):
        tomorrow = signing.today.replace(day=signing.today.day + 1)
        Posting.objects.filter(person=signing.people["maths"]).update(until=tomorrow)
        assert signing.line("maths").state is PledgeState.UNDRAWN
        Posting.objects.filter(person=signing.people["maths"]).update(until=signing.today)
        assert signing.people["maths"].pk not in {line.person for line in signing.book().lines}

    def test_a_closed_account_signs_none(self, signing):
        Person.objects.filter(pk=signing.people["maths"].pk).update(is_active=False)
        assert signing.people["maths"].pk not in {line.person for line in signing.book().lines}

    def test_drafts_of_those_who_left_are_not_issued(self, signing):
        signing.draw_up()
        self.leave(signing, "maths")
        assert signing.issue() == 4
        assert signing.of("maths").state == "draft"


def test_one_that_ends_before_it_begins_is_not_issued(signing):
    signing.draw_up()
    row = signing.of("maths")
    Document.objects.filter(pk=row.pk).update(values=row.values | {"until": "2020-01-01"})
    row.refresh_from_db()
    with pytest.raises(DocumentRefused, match=r"责任期结束：早于责任期开始.*没有签发"):
        documents.issue(**signing.place("clerk"), document=row, version=row.version)


def test_what_a_homeroom_teacher_signed_before_there_were_layers_moves_into_theirs(signing):
    moved = import_module("casework.migrations.0024_pledges_are_signed_in_layers")
    signing.draw_up()
    Document.objects.filter(kind=HOMEROOM).update(kind=TEACHER)
    moved.sort_into_layers(apps, None)
    assert (signing.of("homeroom").kind, signing.of("maths").kind) == (HOMEROOM, TEACHER)
    moved.sort_together(apps, None)
    assert signing.of("homeroom").kind == TEACHER
