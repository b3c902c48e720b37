"""What time alone brings about (定时任务): once a day, however often it is asked for."""

from datetime import timedelta
from io import StringIO

import pytest
from django.contrib.sessions.models import Session
from django.core.management import call_command
from django.utils import timezone

from casework import clock as clockwork
from casework.models import AbsenceRun, Obligation, Tick
from tests.scene import MONDAY, at

EVERY_TIME = "".join(f"{label}：已完成\n" for label in clockwork.EVERY_TIME)  # not once a day, but at every call


def run(command: str, *args) -> str:
    """What a command says."""
    said = StringIO()
    call_command(command, *args, stdout=said)
    return said.getvalue()


def test_it_does_each_duty_of_the_day(scene):
    assert run("tick") == "".join(f"{label}：已完成\n" for label, _ in clockwork.DUTIES.values()) + EVERY_TIME
    assert set(Tick.objects.values_list("day", "duty")) == {(MONDAY, duty) for duty in clockwork.DUTIES}


def test_a_second_time_the_same_day_it_does_nothing(scene, monkeypatch):
    run("tick")
    before = list(Tick.objects.values())

    def fail(day):
        raise AssertionError("done twice")

    monkeypatch.setattr(clockwork, "DUTIES", {name: (label, fail) for name, (label, _) in clockwork.DUTIES.items()})
    assert run("tick") == "".join(f"{label}：今天已做过\n" for label, _ in clockwork.DUTIES.values()) + EVERY_TIME
    assert list(Tick.objects.values()) == before


def test_the_next_day_it_does_them_again(scene, clock):
    run("tick")
    clock.move_to(at(MONDAY + timedelta(days=1)))
    assert "已完成" in run("tick")
    assert Tick.objects.count() == 2 * len(clockwork.DUTIES)


def test_it_mends_what_a_failed_moment_left_behind(scene):
    scene.take(MONDAY, first="unexcused")
    before = list(Obligation.objects.values_list("student", "tier", "key", "due_on"))
    Obligation.objects.all().delete()
    AbsenceRun.objects.all().delete()
    run("tick")
    assert list(Obligation.objects.values_list("student", "tier", "key", "due_on")) == before
    outcome = Tick.objects.get(duty="recompute").outcome
    assert (outcome["added"], outcome["changed"], outcome["withdrawn"]) == (1, 0, 0)


def test_it_throws_expired_log_ins_away_and_keeps_the_others(scene):
    now = timezone.now()
    for key, expires in (("old", now - timedelta(hours=1)), ("new", now + timedelta(hours=1))):
        Session.objects.create(session_key=key, session_data="", expire_date=expires)
    run("tick")
    assert list(Session.objects.values_list("session_key", flat=True)) == ["new"]


def test_what_failed_is_tried_again(scene, monkeypatch):
    def fail(day):
        raise RuntimeError("failed on purpose")

    working = dict(clockwork.DUTIES)
    monkeypatch.setattr(clockwork, "DUTIES", working | {"recompute": ("重新计算待办", fail)})
    with pytest.raises(ExceptionGroup) as failed:
        run("tick")
    assert failed.value.subgroup(RuntimeError)
    assert not Tick.objects.exists()  # nothing goes by what is not up to date
    monkeypatch.setattr(clockwork, "DUTIES", working)
    assert run("tick").count("已完成") == len(clockwork.DUTIES) + len(clockwork.EVERY_TIME)


@pytest.mark.parametrize("broken", ["figures", "signs"])
def test_what_failed_keeps_nothing_else_from_being_done(scene, monkeypatch, broken):
    def fail(day):
        raise RuntimeError("failed on purpose")

    done = []
    monkeypatch.setattr(clockwork, "DUTIES", clockwork.DUTIES | {broken: ("做不成的事", fail)})
    monkeypatch.setattr(clockwork, "EVERY_TIME", {"每次": lambda: done.append("每次")})
    with pytest.raises(ExceptionGroup) as failed:
        run("tick")
    assert [failure.__notes__ for failure in failed.value.exceptions] == [["做不成的事"]]
    assert set(Tick.objects.values_list("duty", flat=True)) == clockwork.DUTIES.keys() - {broken}
    assert done == ["每次"]


def test_what_is_looked_after_every_time_fails_alone(scene, monkeypatch):
    def fail():
        raise RuntimeError("failed on purpose")

    done = []
    monkeypatch.setattr(clockwork, "EVERY_TIME", {"坏的": fail, "好的": lambda: done.append("好的")})
    with pytest.raises(ExceptionGroup):
        run("tick")
    assert done == ["好的"]


def test_it_knows_when_it_last_did_something(scene, clock):
    assert clockwork.last_ticked_at() is None
    run("tick")
    assert clockwork.last_ticked_at() == timezone.now()
