"""Schools' own schemes where the county takes back the version that they were made within."""

import pytest
from django.urls import reverse

from tests.scene import client_of
from tests.scoring.test_scheme_pages import words
from tests.scoring.test_scheme_proposals import bureau, late, principal
from tests.scoring.versions import adopted, content, proposed, tried

__all__ = ["bureau", "late", "principal"]
STANDARD = "系统自带《控辍保学班级责任考核办法》第1版"
BEYOND = {"late_contact": {"late": -1.5}, "missed_roll_call": {"none": -3, "some": -1.5}}


@pytest.fixture
def desk(bureau):
    return client_of(bureau)


class TestTheCountysTakenBack:
    """A school has adopted its own within a version of the county's, which is then taken back."""

    BOUNDS = {"late_contact.late": [-2, -0.5], "missed_roll_call.none": [-3, -1], "missed_roll_call.some": [-2, -0.5]}

    @pytest.fixture
    def countys(self, late, bureau):
        made = tried(bureau, made=content(bounds=self.BOUNDS))
        adopted(made, bureau)
        return made

    def own(self, late, principal, **points):
        made = content("本校办法", bounds={}, **points)
        return adopted(proposed(principal, late.school, made=made), principal)

    def told(self, late, principal, bureau, countys, desk) -> str:
        """What the school reads: on the page of scores and on that of its scheme."""
        desk.post(reverse("scoring:withdraw_scheme", args=[countys.pk]), {"because": "局务会没有通过"})
        client = client_of(principal)
        own = reverse("scoring:school_scheme", args=[late.school.pk])
        return words(client.get(reverse("scoring:scores"))) + words(client.get(own))

    def test_tells_whose_own_will_not_hold_before_and_after(self, late, principal, bureau, countys, desk):
        self.own(late, principal, **BEYOND)
        page = words(desk.get(reverse("scoring:scheme_proposal", args=[countys.pk])))
        assert f"撤回以后，1所学校自己的办法不在{STANDARD}留给学校的范围里" in page
        assert "改按全县办法：东坪小学（“" in page
        told = self.told(late, principal, bureau, countys, desk)
        for said in (
            "县教育局撤回了2027-2028学年的全县《新办法》第1版。2027-2028学年按全县办法考核：东坪小学《本校办法》第1版",
            f"2027-2028学年起的东坪小学《本校办法》第1版不在{STANDARD}留给学校的范围里",
        ):
            assert said in told

    def test_tells_whose_own_holds_all_the_same(self, late, principal, bureau, countys, desk):
        self.own(late, principal, missed_roll_call={"none": -1.5})
        page = words(desk.get(reverse("scoring:scheme_proposal", args=[countys.pk])))
        assert f"撤回以后，1所学校自己的办法仍在{STANDARD}留给学校的范围里" in page
        told = self.told(late, principal, bureau, countys, desk)
        for said in (
            "县教育局撤回了2027-2028学年的全县《新办法》第1版。2027-2028学年起按东坪小学《本校办法》第1版考核",
            f"2027-2028学年起的东坪小学《本校办法》第1版在{STANDARD}留给学校的范围里",
        ):
            assert said in told

    def test_says_nothing_where_no_school_has_its_own(self, countys, desk):
        assert "撤回以后" not in words(desk.get(reverse("scoring:scheme_proposal", args=[countys.pk])))
