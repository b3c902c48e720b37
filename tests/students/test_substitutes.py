"""代班: somebody of the school has the class for some days, beside its 班主任 and on no other day."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from students.actions import substitutes
from students.actions.substitutes import SubstituteRefused
from students.models import AuditRow, Posting, Role, RollCall, SchoolClass
from students.queries.homeroom import homeroom_teachers
from tests import cast
from tests.scene import FRIDAY, MONDAY, at, client_of, sending

TUESDAY, WEDNESDAY = MONDAY + timedelta(days=1), MONDAY + timedelta(days=2)
THURSDAY = MONDAY + timedelta(days=3)
LIST, NEW = reverse("students:substitutes"), reverse("students:appoint_substitute")


@pytest.fixture
def colleague(scene):
    """Somebody of the school who has nothing to do with the class."""
    beside = cast.school_class(scene.school, "202302")
    return cast.person("任军", role=Role.SUBJECT_TEACHER, school_class=beside)


def appoint(scene, person, first_day=TUESDAY, last_day=WEDNESDAY, *, by=None, **fields):
    by = by or scene.clerk
    fields = {"school_class": scene.school_class, "reason": "外出培训"} | fields
    return substitutes.appoint(
        by=by, scope=cast.scope(by), person=person, first_day=first_day, last_day=last_day, today=MONDAY, **fields
    )


class TestLeavingTheSchool:
    def test_ends_the_days_that_are_under_way_and_those_to_come(self, scene, colleague, clock):
        under_way = appoint(scene, colleague, MONDAY, TUESDAY)
        to_come = appoint(scene, colleague, THURSDAY, THURSDAY)
        client_of(scene.clerk).post(reverse("students:end_postings", args=[colleague.pk]))
        for posting, until in ((under_way, MONDAY), (to_come, THURSDAY)):
            posting.refresh_from_db()
            assert posting.until == until
        clock.move_to(at(THURSDAY))
        address = reverse("students:register", args=[scene.school_class.pk, THURSDAY, "AM"])
        answer = client_of(colleague).get(address)
        assert answer.url.startswith(reverse("students:log_in"))  # without a posting nobody is in

    @pytest.mark.parametrize(("leaves", "refused"), [(WEDNESDAY, True), (THURSDAY, False)])
    def test_before_the_last_day_is_no_substitute(self, scene, colleague, leaves, refused):
        colleague.postings.update(until=leaves)
        if refused:
            with pytest.raises(SubstituteRefused, match="9月9日不在本校任职"):
                appoint(scene, colleague, TUESDAY, WEDNESDAY)
        else:
            appoint(scene, colleague, TUESDAY, WEDNESDAY)
        assert Posting.objects.filter(is_substitute=True).exists() != refused


class TestTheClass:
    def take(self, scene, person, day):
        address = reverse("students:register", args=[scene.school_class.pk, day, "AM"])
        return client_of(person).post(address, sending())

    @pytest.mark.parametrize(("day", "taken"), [(MONDAY, False), (TUESDAY, True), (WEDNESDAY, True), (THURSDAY, False)])
    def test_is_the_substitutes_on_the_days_and_not_on_the_eve_or_the_day_after(
        self, scene, colleague, clock, day, taken
    ):
        appoint(scene, colleague)
        clock.move_to(at(day))
        assert self.take(scene, colleague, day).status_code == (302 if taken else 404)
        assert RollCall.objects.exists() == taken

    def test_is_gone_for_a_page_left_open_over_night(self, scene, colleague, clock):
        appoint(scene, colleague)
        clock.move_to(at(WEDNESDAY, 23))
        client = client_of(colleague)
        address = reverse("students:register", args=[scene.school_class.pk, WEDNESDAY, "AM"])
        assert client.get(address).status_code == 200
        clock.move_to(at(THURSDAY, 0, 1))
        response = client.post(address, sending())
        assert response.status_code == 404
        assert not RollCall.objects.exists()

    def test_stays_with_its_own_teacher_all_the_while(self, scene, colleague, clock):
        appoint(scene, colleague)
        clock.move_to(at(TUESDAY))
        assert self.take(scene, scene.teacher, TUESDAY).status_code == 302
        assert homeroom_teachers([scene.school_class.pk], TUESDAY)[scene.school_class.pk].name == "沈明（任军代班）"
        clock.move_to(at(TUESDAY, 15))  # the afternoon's register is waited for
        board = client_of(scene.clerk).get(reverse("home")).content.decode()
        assert "沈明（任军代班）" in board

    def test_is_named_as_stood_in_for_in_the_frame(self, scene, colleague, clock):
        appoint(scene, colleague)
        clock.move_to(at(TUESDAY))
        assert "2023级1班代班主任" in client_of(colleague).get(reverse("home")).content.decode()

    def test_without_a_teacher_of_its_own_names_the_substitute(self, scene, colleague):
        beside = SchoolClass.objects.get(number="202302")
        appoint(scene, scene.teacher, MONDAY, MONDAY, school_class=beside)
        assert homeroom_teachers([beside.pk], MONDAY)[beside.pk].name == "沈明（代班）"


class TestAppointing:
    @pytest.mark.parametrize(
        ("first_day", "last_day", "words"),
        [
            (WEDNESDAY, TUESDAY, "结束日期在开始日期之前"),
            (FRIDAY, TUESDAY, "不能从过去的日子开始"),
            (MONDAY, MONDAY + timedelta(days=200), "最长200天"),
        ],
    )
    def test_impossible_days_are_refused(self, scene, colleague, first_day, last_day, words):
        with pytest.raises(SubstituteRefused, match=words):
            appoint(scene, colleague, first_day, last_day)
        assert not Posting.objects.filter(is_substitute=True).exists()

    def test_today_and_the_longest_time_are_possible(self, scene, colleague):
        made = appoint(scene, colleague, MONDAY, MONDAY + timedelta(days=199))
        assert (made.since, made.until - made.since) == (MONDAY, timedelta(days=200))

    def test_two_at_once_are_refused_by_name_and_days(self, scene, colleague):
        other = cast.person("罗宁", role=Role.PRINCIPAL, school=scene.school)
        appoint(scene, colleague, TUESDAY, THURSDAY)
        for days in [(MONDAY, TUESDAY), (WEDNESDAY, WEDNESDAY), (THURSDAY, THURSDAY + timedelta(days=5))]:
            with pytest.raises(SubstituteRefused, match="9月8日到9月10日已经由任军代班"):
                appoint(scene, other, *days)
        appoint(scene, other, MONDAY, MONDAY)
        appoint(scene, other, THURSDAY + timedelta(days=1), THURSDAY + timedelta(days=1))

    def test_a_second_press_makes_no_second_one(self, scene, colleague):
        assert appoint(scene, colleague) == appoint(scene, colleague)
        assert AuditRow.objects.filter(action="substitute.appoint").count() == 1

    def test_somebody_of_another_school_is_refused(self, scene):
        far = cast.person("何远", role=Role.REGISTRY_CLERK, school=cast.school("西岭小学"))
        with pytest.raises(SubstituteRefused, match="何远2026年9月8日不在本校任职"):
            appoint(scene, far)
        form = {"school_class": scene.school_class.pk, "person": far.pk, "first_day": TUESDAY, "last_day": TUESDAY}
        response = client_of(scene.clerk).post(NEW, form | {"reason": "病假"})
        assert response.status_code == 422
        assert "请选本校的教职工" in response.content.decode()

    def test_whoever_has_left_by_then_is_refused(self, scene, colleague):
        colleague.postings.update(until=TUESDAY)
        with pytest.raises(SubstituteRefused, match="不在本校任职"):
            appoint(scene, colleague)

    def test_the_class_s_own_teacher_is_refused(self, scene):
        with pytest.raises(SubstituteRefused, match="沈明就是这个班的班主任"):
            appoint(scene, scene.teacher)

    def test_a_teacher_may_not(self, scene, colleague):
        with pytest.raises(SubstituteRefused, match="由本校教务处和校领导安排"):
            appoint(scene, colleague, by=scene.teacher)

    def test_on_the_page_says_what_was_arranged(self, scene, colleague):
        form = {"school_class": scene.school_class.pk, "person": colleague.pk, "reason": "病假"}
        client = client_of(scene.clerk)
        page = client.post(NEW, form | {"first_day": TUESDAY, "last_day": WEDNESDAY}, follow=True).content.decode()
        assert "已安排任军从9月8日到9月9日代2023级1班班主任。" in page
        assert "沈明" in page
        refused = client.post(NEW, form | {"first_day": WEDNESDAY, "last_day": TUESDAY})
        assert refused.status_code == 422
        assert "结束日期在开始日期之前" in refused.content.decode()

    def test_without_anything_chosen_every_field_is_named(self, scene):
        page = client_of(scene.clerk).post(NEW, {}).content.decode()
        for words in ("请选择哪个班", "请选择谁代班", "请填写从哪天起", "请填写到哪天止", "请填写代班原因"):
            assert words in page


class TestTheEnd:
    def test_comes_early_from_today_on(self, scene, colleague, clock):
        made = appoint(scene, colleague, MONDAY, THURSDAY)
        clock.move_to(at(TUESDAY))
        client = client_of(scene.clerk)
        end = reverse("students:end_substitute", args=[made.pk])
        assert "任军代2023级1班班主任" in client.get(end).content.decode()
        for _ in range(2):
            client.post(end)
        made.refresh_from_db()
        assert made.until == TUESDAY
        assert AuditRow.objects.filter(action="substitute.end").count() == 1
        assert (
            reverse("students:register", args=[scene.school_class.pk, TUESDAY, "AM"])
            not in client_of(colleague).get(reverse("home")).content.decode()
        )

    def test_of_one_that_has_not_begun_means_it_never_will(self, scene, colleague):
        made = appoint(scene, colleague, WEDNESDAY, THURSDAY)
        client_of(scene.clerk).post(reverse("students:end_substitute", args=[made.pk]))
        page = client_of(scene.clerk).get(LIST, {"box": "past"}).content.decode()
        assert "没有开始就取消了" in page
        appoint(scene, colleague, WEDNESDAY, THURSDAY)  # the days are free again

    def test_a_past_one_stays_as_it_was(self, scene, colleague):
        made = appoint(scene, colleague, MONDAY, MONDAY)
        substitutes.end_early(by=scene.clerk, scope=cast.scope(scene.clerk), posting=made, today=THURSDAY)
        made.refresh_from_db()
        assert made.until == TUESDAY


def test_the_list_has_running_coming_and_past_ones(scene, colleague, clock):
    appoint(scene, colleague, MONDAY, MONDAY)
    appoint(scene, colleague, TUESDAY, TUESDAY)
    appoint(scene, colleague, THURSDAY, THURSDAY)
    clock.move_to(at(TUESDAY))
    client = client_of(scene.clerk)
    for box, day in (("running", TUESDAY), ("coming", THURSDAY), ("past", MONDAY)):
        rows = client.get(LIST, {"box": box}).context["rows"]
        assert [row["last_day"] for row in rows] == [day], box


@pytest.mark.parametrize(
    "impossible",
    [{"until": None}, {"role": Role.SUBJECT_TEACHER, "until": THURSDAY}, {"school_class": None, "until": THURSDAY}],
)
def test_the_database_knows_no_substitute_without_a_class_and_an_end(scene, colleague, impossible):
    place = {"role": Role.HOMEROOM_TEACHER, "school": scene.school, "school_class": scene.school_class}
    with pytest.raises(IntegrityError), transaction.atomic():
        Posting.objects.create(person=colleague, since=MONDAY, is_substitute=True, **(place | impossible))
