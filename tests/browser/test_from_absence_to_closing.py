"""One child from the first missed slot to 销号, through everybody who has to do with it, each with their own log-in.

The teachers hold a phone of 360 × 740, the offices sit at 1280 × 800. The days in between go by without a browser:
registers taken, the mother rung up. Every document is fetched as its readers fetch it, and looked at as paper.
"""

import re
from datetime import date

import pytest
from playwright.sync_api import expect

from casework.models import Case, CaseEvent, Document, Obligation
from tests.browser.actors import Actor, Story, story
from tests.browser.deeds import case_address, deliver, draft_and_issue, nobody_answers, reads, sign, take_register
from tests.browser.test_contacts import picture

__all__ = ["story"]
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")  # of the libraries that draw the PDF


def test_a_child_is_walked_from_the_first_missed_slot_to_the_closing(story):
    for chapter in (
        the_first_missed_slot,
        two_more_days_without_an_answer,
        three_days_are_reported_in_writing,
        a_visit_at_home,
        the_head_goes_along,
        two_weeks_are_a_loss,
        the_township_goes_there,
        the_school_urges_in_a_letter,
        the_county_orders_and_confirms_the_dropout,
        the_child_comes_back,
        ten_days_later_the_county_confirms,
        one_proposes_and_another_approves,
        everything_agrees,
    ):
        chapter(story)


def the_first_missed_slot(story: Story) -> None:
    """Monday: the 科任教师 misses the child in the morning, the 班主任 rings up its home and nobody answers."""
    take_register(story["subject"], "上午", missing=story.child)
    teacher = story["teacher"]
    page = teacher.open()
    card = page.locator(".duty", has_text=story.child.name)
    expect(card).to_contain_text("今天上午旷课，请联系家长")
    expect(card.get_by_role("link", name="拨打母亲")).to_have_attribute("href", "tel:13900001234")
    nobody_answers(story)
    card = page.locator(".duty", has_text="请再联系家长")
    expect(card).to_contain_text("今天没有联系上")
    take_register(teacher, "下午", missing=story.child)
    assert not Case.objects.exists()


def two_more_days_without_an_answer(story: Story) -> None:
    """Tuesday and Wednesday: each absence asks for a call of its own, and after three of them for a visit."""
    for day in (date(2026, 9, 8), date(2026, 9, 9)):
        story.at(day)
        for slot in ("上午", "下午"):
            take_register(story["teacher"], slot, missing=story.child)
        nobody_answers(story)
    page = story["teacher"].open()
    expect(page.locator(".duty", has_text="连续3天没有联系上（9月7日起），请家访")).to_have_count(1)


def three_days_are_reported_in_writing(story: Story) -> None:
    """Wednesday: the 缺课报告 is written, issued with its number, and received by the 教务处."""
    teacher, clerk = story["teacher"], story["clerk"]
    card = teacher.open().locator(".duty", has_text="请交《学生缺课报告》")
    expect(card).to_contain_text("连续缺课3天（9月7日起）")
    card.get_by_role("link", name="写报告").click()
    expect(teacher.page.get_by_label("缺课情况")).to_have_value("9月7日、8日、9日未请假缺课。")
    expect(teacher.page.get_by_label("联系家长情况")).to_have_value(re.compile("^9月7日电话：未接通；9月8日"))
    paper = draft_and_issue(story, teacher, "absence_report", number=1, measures="班主任和任课教师明天家访。")
    reads(paper, "学生缺课报告", "教务处：", "自2026年9月7日起连续缺课3个上课日", "2026年9月9日", "班主任：沈明")
    assert paper.pages == 1
    clerk.open()
    expect(clerk.page.locator(".notice-lines")).to_contain_text(f"送来{story.child.name}的文书")
    clerk.follow("看文书")
    clerk.follow("学生缺课报告", exact=False)
    sign(story, clerk, "absence_report", "签收")
    assert Obligation.objects.get(tier="absence_report").done_on == story.today
    assert Case.objects.get().stage == "absent"


def a_visit_at_home(story: Story) -> None:
    """Thursday: the teacher goes there, with photographs, and the mother promises a day."""
    story.at(date(2026, 9, 10), 16, 30)
    teacher = story["teacher"]
    page = teacher.open()
    page.locator(".duty", has_text="请家访").get_by_role("link", name="记录").click()
    page.locator("dialog[open]").get_by_role("link", name="记详细").click()
    expect(page.locator(".contact-form.is-live")).to_be_visible()
    teacher.fill(method="home_visit", outcome="promised", promised_on="2026-09-14", spoke_to="母亲曾杰")
    teacher.fill(talk="孩子在表哥店里帮忙，母亲答应下周一送回来。", wish="hesitates", reason="weary")
    teacher.fill(colleagues="homeroom subject", names="任军")
    page.locator("[name=photos]").set_input_files([picture("teal")])
    expect(page.locator(".photo-list img")).to_have_count(1)
    teacher.follow("保存联系记录")
    teacher.is_told("已记录家访")
    assert not Obligation.objects.undone_on(story.today).filter(tier="unreached_visit").exists()
    teacher.open(f"/students/{story.child.pk}/documents/")
    teacher.follow("家访记录表", exact=False)
    expect(page.get_by_label("家访地点")).to_have_value(story.child.address)
    paper = draft_and_issue(story, teacher, "visit_record", number=2, attitude="母亲愿意配合，孩子觉得跟不上。")
    reads(paper, "家访记录表", "东坪镇石桥村3组", "沈明、任军", "母亲答应下周一送回来", "2026年9月14日", "记录人：沈明")
    sign(story, story["clerk"], "visit_record", "审阅")


def the_head_goes_along(story: Story) -> None:
    """The promise is not kept; on Tuesday the 校长 goes with the village, and tells it in the case."""
    story.go_on_to(date(2026, 9, 15))
    principal = story["principal"]
    page = principal.open()
    page.locator("#cases").get_by_role("link", name="看个案").click()
    page.goto("/cases/?tab=all")
    row = page.get_by_role("row", name=story.child.name)
    expect(row).to_contain_text("核实是否按承诺返校")
    expect(row).to_contain_text("逾期")
    row.get_by_role("link", name=story.child.name).click()
    principal.follow("记联系")
    principal.fill(method="joint_visit", outcome="refuses", talk="孩子不肯回来，父亲要他学手艺。", reason="work")
    principal.fill(colleagues="homeroom head", companions="village", names="沈明、罗宁、村主任张平")
    principal.follow("保存联系记录")
    principal.is_told("已记录联合家访")
    principal.open(case_address())
    principal.follow("安排下一步")
    principal.fill(step="persuade", on="2026-09-18", note="请村委会再去一次")
    principal.follow("安排")
    principal.is_told("已安排高东的下一步：劝返。")


def two_weeks_are_a_loss(story: Story) -> None:
    """The tenth day: the 流失报告 goes from the 班主任 to 教务处, 校长 and 县教育局."""
    story.go_on_to(date(2026, 9, 18))
    teacher = story["teacher"]
    for slot in ("上午", "下午"):
        take_register(teacher, slot, missing=story.child)
    card = teacher.open().locator(".duty", has_text="请交《学生流失报告》")
    expect(card).to_contain_text("连续缺课10天（9月7日起）")
    card.get_by_role("link", name="写报告").click()
    told = {
        "attitude": "父亲要孩子学手艺，孩子不愿回来。",
        "measures": "移交乡镇联合劝返。",
    }
    paper = draft_and_issue(story, teacher, "loss_report", number=3, whereabouts="work_away", **told)
    reads(paper, "学生流失报告", "教务处并报县教育局：", "连续缺课10个上课日，已达到流失报告的标准", "2026年9月18日")
    for who, verb in (("clerk", "签收"), ("principal", "审签"), ("bureau", "确认")):
        sign(story, story[who], "loss_report", verb)
    assert Document.objects.get(kind="loss_report").state == "confirmed"
    assert (Case.objects.get().stage, Case.objects.get().was_lost) == ("reported_lost", True)


def the_township_goes_there(story: Story) -> None:
    """The school hands the case over; the township accepts it, goes there with others and writes down what was said."""
    story.go_on_to(date(2026, 9, 21))
    clerk, township = story["clerk"], story["township"]
    clerk.open(case_address())
    clerk.follow("移交")
    clerk.fill(way="school-township", message="家访两次，家长不配合，请乡镇出面。", due_on="2026-09-30")
    clerk.follow("移交")
    page = township.open()
    expect(page.locator(".notice-lines")).to_contain_text(f"办理了{story.child.name}的个案移交")
    township.follow("看移交")
    township.follow("接收")
    township.is_told("已接收")
    plan_trip(story, township)
    story.go_on_to(date(2026, 9, 22))
    township.open("/trips/")
    township.follow("2026年9月22日")
    township.follow("登记结果")
    township.fill(
        outcome="refuses", talk="父亲说过完国庆再看。", wish="hesitates", reason="work", whereabouts="work_away"
    )
    township.follow("登记结果")
    township.is_told("已登记高东的联合劝返结果")
    township.open(f"/students/{story.child.pk}/documents/")
    township.follow("劝返记录", exact=False)
    said = {"visitors": "韩刚、沈明、村委会张平、派出所李勇", "wish": "孩子犹豫，父亲不愿。"}
    paper = draft_and_issue(story, township, "persuasion_record", number=1, **said)
    reads(paper, "劝返记录", "东坪镇", "派出所李勇", "父亲说过完国庆再看", "2026年9月22日")
    sign(story, story["principal"], "persuasion_record", "审签")
    township.open("/hand-offs/")
    township.follow(story.child.name)
    township.fill(note="已联合劝返一次，家长仍拒绝，请县教育局依法处理。")
    township.follow("办结")
    township.is_told("已办结")


def plan_trip(story: Story, township: Actor) -> None:
    township.open("/trips/")
    township.follow("安排联合劝返")
    township.fill(cases=str(Case.objects.get().pk), day="2026-09-22", leader="韩刚", companions="village police")
    township.fill(people="沈明、张平、李勇")
    township.follow("安排")
    township.is_told("已安排东坪镇的联合劝返")


def the_school_urges_in_a_letter(story: Story) -> None:
    """The 劝学（返校）通知书 is written by the 班主任, issued by the 校长, and handed over against a receipt."""
    story.go_on_to(date(2026, 9, 23))
    teacher = story["teacher"]
    teacher.open(f"/students/{story.child.pk}/documents/")
    teacher.follow("劝学（返校）通知书", exact=False)
    paper = draft_and_issue(story, teacher, "urging_notice", number=4)
    reads(paper, "劝学（返校）通知书", "曾杰（母亲）：", "《中华人民共和国义务教育法》第五条", "7日内", "2026年9月23日")
    assert paper.pages == 2
    assert "送达回证" in paper.text_of(2)
    assert not re.search("责令|罚款|开除|失学|您", paper.text_of())
    sign(story, story["principal"], "urging_notice", "签发")
    deliver(story, teacher, "urging_notice", "2026-09-23", "期限到9月30日")
    row = Case.objects.get()
    assert (row.plan_step, row.plan_on) == ("follow_up", date(2026, 9, 30))


def the_county_orders_and_confirms_the_dropout(story: Story) -> None:
    """After the holidays the 县教育局 orders the parents by law, and after the limit it confirms the 辍学."""
    story.go_on_to(date(2026, 10, 8))
    bureau = story["bureau"]
    bureau.open(f"/students/{story.child.pk}/documents/")
    bureau.follow("责令限期改正通知书", exact=False)
    paper = draft_and_issue(story, bureau, "order", number=1)
    reads(paper, "9月10日家访：已联系上，承诺返校", "9月15日联合家访", "9月22日联合家访")
    reads(paper, "责令限期改正通知书", "第五十八条规定", "责令你自本通知书送达之日起7日内改正", "2026年10月8日")
    assert "云岭县教控辍〔2026〕1号" in paper.text_of()
    deliver(story, bureau, "order", "2026-10-08", "期限到10月15日")
    bureau.open(case_address())
    bureau.follow("依法措施")
    order = Document.objects.get(kind="order")
    bureau.fill(kind="order", authority="bureau", day="2026-10-08", deadline="2026-10-15", document=str(order.pk))
    bureau.follow("登记")
    bureau.is_told("已登记")
    story.go_on_to(date(2026, 10, 16))
    bureau.open("/bureau/cases/")
    bureau.follow("认定辍学")
    bureau.fill(happened_on="2026-10-16", reason="work", whereabouts="work_away", note="期限已过，村委会证明仍未返校")
    bureau.follow("认定辍学")
    bureau.is_told("高东：已认定辍学。")
    assert (Case.objects.get().stage, story.child.line.standing) == ("dropped_out", "dropped_out")


def the_child_comes_back(story: Story) -> None:
    """Monday 19 October: 劝返复学 in the registry, present in the register, the 复学报告 on the same day."""
    story.at(date(2026, 10, 19))
    clerk, teacher = story["clerk"], story["teacher"]
    clerk.open(f"/students/{story.child.pk}/changes/")
    clerk.page.locator("#record").get_by_role("link", name="劝返复学").click()
    clerk.fill(note="父亲送回学校")
    clerk.follow("登记劝返复学")
    clerk.is_told("已登记劝返复学")
    for slot in ("上午", "下午"):
        take_register(teacher, slot)
    card = teacher.open().locator(".duty", has_text="请交《学生复学报告》")
    expect(card).to_contain_text("今天已到校")
    card.get_by_role("link", name="写报告").click()
    expect(teacher.page.get_by_label("返校日期")).to_have_value("2026-10-19")
    paper = draft_and_issue(story, teacher, "return_report", number=5, support="数学、英语由科任教师补课，每周回访。")
    reads(paper, "学生复学报告", "已于2026年10月19日返校上课", "每周回访", "2026年10月19日")
    for who, verb in (("clerk", "签收"), ("principal", "审签"), ("bureau", "确认")):
        sign(story, story[who], "return_report", verb)
    row = Case.objects.get()
    assert (row.stage, row.returned_on) == ("returned", story.today)


def ten_days_later_the_county_confirms(story: Story) -> None:
    """Nine present days are not enough; on the tenth the 县教育局 confirms the return."""
    bureau, teacher = story["bureau"], story["teacher"]
    story.go_on_to(date(2026, 10, 29), away=False)
    take_register(teacher, "上午")
    page = bureau.open("/bureau/cases/?box=return")
    expect(page.locator(".signed")).to_contain_text("返校后到校9个上课日，满10个可以确认")
    expect(page.get_by_role("link", name="确认复学")).to_have_count(0)
    story.go_on_to(date(2026, 10, 30), away=False)
    take_register(teacher, "上午")
    bureau.open("/bureau/cases/?box=return")
    bureau.follow("确认复学")
    bureau.fill(note="到校核对，孩子在班上课")
    bureau.follow("确认复学")
    bureau.is_told("已确认高东复学，可以提出销号。")


def one_proposes_and_another_approves(story: Story) -> None:
    """销号 by two: 苏远 proposes it with a paper, 江平 finds it waiting and approves."""
    bureau, second = story["bureau"], story["second"]
    bureau.open("/bureau/cases/?box=close")
    bureau.follow("提出销号")
    bureau.fill(outcome="returned", note="返校后到校10个上课日，回访两次，情况稳定")
    bureau.page.locator("[name=paper]").set_input_files([picture("olive")])
    bureau.follow("提出销号")
    bureau.is_told("已提出高东的个案销号")
    expect(bureau.page.get_by_role("button", name="批准销号")).to_have_count(0)
    page = second.open()
    expect(page.locator(".notice-lines")).to_contain_text(f"办理了{story.child.name}的销号申请")
    second.follow("看申请")
    second.follow("批准销号")
    second.is_told("已批准，高东的个案已销号。")


def everything_agrees(story: Story) -> None:
    """The case is closed and tells all; list, funnel and papers say the same, and no paper has changed."""
    row, bureau, clerk = Case.objects.get(), story["bureau"], story["clerk"]
    assert (row.stage, row.outcome, row.closed_by) == ("closed", "returned", story["second"].person)
    moves = CaseEvent.objects.filter(case=row).order_by("pk").values_list("action", flat=True)
    assert [action for action in moves if action in CHAPTERS] == CHAPTERS
    page = clerk.open(case_address())
    expect(page.locator("#next")).to_contain_text("已销号")
    for words in ("缺课建档", "移交", "联合劝返", "依法措施", "认定辍学", "返校", "确认复学", "提出销号", "销号"):
        expect(page.locator("#history")).to_contain_text(words)
    page = clerk.open("/cases/?tab=closed")
    expect(page.locator("tbody tr")).to_have_count(1)
    expect(page.get_by_role("row", name=story.child.name)).to_contain_text("江平")
    page = bureau.open("/funnel/?first=2026-09-01&last=2026-10-30")
    for step, cases in (
        ("联系家长", 1),
        ("家访", 1),
        ("联合劝返", 1),
        ("劝学通知书", 1),
        ("责令限期改正", 1),
        ("返校", 1),
    ):
        expect(page.locator("#steps tbody").get_by_role("row", name=step)).to_contain_text(f"{cases}件")
    assert not Obligation.objects.undone_on(story.today).filter(student=story.child).exists()
    for kind, paper in story.printed.items():
        assert bureau.download(f"{story.papers[kind]}paper/").pdf == paper.pdf, kind


CHAPTERS = [
    "note_absence", "note_loss", "hand_off", "hand_off_accepted", "hand_off_done", "legal", "confirm_dropout",
    "note_return", "return_confirmed", "close_proposed", "close",
]  # fmt: skip
