"""Which look-ups stay silent because the row they would have found has a mistake of its own."""

from datetime import date

from students.workbook.faults import MANY, Faults, Unreadable


def test_a_key_of_a_faulty_row_explains_every_look_up_of_it():
    faults = Faults()
    faults.note("班级", ("2100000001", "202601"))
    assert faults.explain("班级", ("2100000001", "202601"))
    assert faults.explain("班级", ("2100000001", "202601"))
    assert not faults.explain("班级", ("2100000001", "202602"))
    assert not faults.explain("学校", ("2100000001", "202601"))


def test_a_misspelt_key_explains_the_one_key_that_it_resembles():
    faults = Faults()
    faults.note("学校", (Unreadable("210000001"),))
    assert not faults.explain("学校", ("3999999999",))
    assert faults.explain("学校", ("2100000001",))
    assert faults.explain("学校", ("2100000001",))
    assert not faults.explain("学校", ("2100000011",))


def test_a_blank_key_explains_one_key_whatever_it_is():
    faults = Faults()
    faults.note("教职工", (Unreadable(""),))
    assert faults.explain("教职工", ("T1",))
    assert not faults.explain("教职工", ("T2",))


def test_the_readable_parts_of_a_key_must_agree():
    faults = Faults()
    faults.note("点名", (Unreadable("2026-09-31"), "2100000001", "202601", "AM"))
    assert not faults.explain("点名", (date(2026, 9, 30), "2100000001", "202601", "PM"))
    assert faults.explain("点名", (date(2026, 9, 30), "2100000001", "202601", "AM"))


def test_a_sheet_that_could_not_be_read_explains_everything_in_it():
    faults = Faults()
    faults.note_sheet("学生")
    assert faults.any_in("学生")
    assert faults.names("学生", ("G1",))
    assert not faults.any_in("班级")


def test_with_too_many_unreadable_keys_nothing_is_judged():
    faults = Faults()
    for position in range(MANY + 1):
        faults.note("学生", (Unreadable(f"x{position}"),))
    assert faults.explain("学生", ("G629901201910110019",))
