"""The cases that a user should meet, and the children who stand for them."""

from collections.abc import Set
from dataclasses import dataclass

from casework.demo.children import NONE_YET, TEMPORARY, WITHOUT_ID, Child
from casework.demo.plan import CENTRAL, JUNIOR, POINT, STRICT, THREE_DAY, VILLAGE, ClassPlan, CountyPlan, SchoolPlan
from casework.demo.tales import (
    AT_ONCE,
    NEVER,
    Scene,
    Tell,
    about_to_climb,
    absent,
    away_at_weekends,
    back_after_a_visit,
    brought_back,
    came,
    corrected,
    dropped_out,
    excused_inside,
    guest,
    ill_for_long,
    leave_brought_later,
    left,
    left_without_trace,
    moved,
    never_came,
    number_replaced,
    often_on_leave,
    one_slot_yesterday,
    overlooked,
    papers,
    recorded_by_mistake,
    resumed,
    suspended,
    taught_at_home,
    to_another_school,
)
from casework.ruleset import Tier
from students.days import MarkKind
from students.enrolment import EventKind

EVERYWHERE = {JUNIOR, CENTRAL, STRICT, THREE_DAY, VILLAGE, POINT}
OLDER = (2, 3, 4, 5, 6, 8, 9)  # grades whose children are known from the year before
CALLED = {Tier.CONTACT: 0, Tier.HOME_VISIT: 0}


@dataclass(frozen=True)
class Story:
    """A case: its title, how to tell it, and where it can happen.

    ``needs``: days with a register; ``today``: whether the class has taken today's register (None = either);
    ``grades``: those it can happen in (empty = any); ``shown``: in the class of the printed log-in.
    """

    title: str
    tell: Tell
    parts: Set[str]
    needs: int = 1
    today: bool | None = None
    grades: tuple[int, ...] = ()
    shown: bool = False
    has_gap: bool = False


STORIES = (
    # In the class of the printed log-in, whose register of today is waiting.
    Story("缺课2天，今天再缺即须写缺课报告", about_to_climb(2), {JUNIOR}, needs=3, shown=True),
    Story("缺课9天，今天再缺即须写流失报告", about_to_climb(9), {JUNIOR}, needs=10, shown=True),
    Story("缺一个节次，还没有联系", one_slot_yesterday, {JUNIOR}, shown=True),
    Story("今天转入", came(EventKind.TRANSFER_IN, back=0, note="由外县转入", delay=None), {JUNIOR}, shown=True),
    Story("长期缺课后返校", absent(11, back=8, habit=AT_ONCE, persuaded=True), {JUNIOR}, needs=20, shown=True),
    # Runs that stand today.
    Story("缺课1天，还没有联系", absent(1, habit=NEVER), EVERYWHERE, today=True),
    Story("缺课1天，已联系", absent(1, habit=AT_ONCE), {JUNIOR, CENTRAL, STRICT}, today=True),
    Story("缺课2天，应联合家访", absent(2, habit=CALLED), {THREE_DAY}, needs=3, today=True),
    Story("缺课2天", absent(2, habit=CALLED), {CENTRAL, VILLAGE}, needs=3),
    Story("缺课3天", absent(3, habit=CALLED), {JUNIOR, CENTRAL, VILLAGE, THREE_DAY}, needs=4, today=True),
    Story("缺课3天，另有1天未点名", absent(3, habit=AT_ONCE), {CENTRAL}, needs=5, has_gap=True),
    Story("缺课3天，其间请病假1天", excused_inside, {JUNIOR}, needs=5),
    Story("缺课5天", absent(5, habit=CALLED | {Tier.ABSENCE_REPORT: 0}), {STRICT}, needs=6, today=True),
    Story("缺课9天", absent(9, habit=AT_ONCE, persuaded=True), {CENTRAL, VILLAGE}, needs=10),
    Story(
        "缺课10天，今天应报流失",
        absent(10, habit={Tier.CONTACT: 0, Tier.ABSENCE_REPORT: 0, Tier.LOSS_REPORT: None}, persuaded=True),
        {JUNIOR, CENTRAL},
        needs=11,
        today=True,
    ),
    Story("缺课14天，已报流失", absent(14, habit=AT_ONCE, persuaded=True), {JUNIOR, STRICT}, needs=15),
    # Back, or gone for good.
    Story(
        "长期缺课，今天返校",
        absent(12, back=1, habit=AT_ONCE | {Tier.RETURN_REPORT: None}, persuaded=True),
        {JUNIOR, THREE_DAY},
        needs=14,
        today=True,
    ),
    Story(
        "长期缺课后返校，复学报告迟交",
        absent(11, back=10, habit=AT_ONCE | {Tier.RETURN_REPORT: 2}, persuaded=True),
        {CENTRAL},
        needs=22,
    ),
    Story("辍学", dropped_out, {JUNIOR}, needs=17),
    Story("辍学", dropped_out, {JUNIOR, THREE_DAY}, needs=17),
    Story("辍学后劝返复学", brought_back, {JUNIOR}, needs=24),
    Story("开学未到，家访后返校", back_after_a_visit, {JUNIOR, CENTRAL, STRICT}, needs=10, grades=OLDER),
    Story("开学一直未到，认定辍学", never_came, {JUNIOR}, needs=22, grades=OLDER),
    # Changes.
    Story("休学，按时报告", suspended(0), {JUNIOR, CENTRAL}, needs=13),
    Story("休学，迟报", suspended(3), {STRICT}, needs=13),
    Story("休学，还没有报告", suspended(None, back=2), {THREE_DAY}, needs=6),
    Story("休学后复学", resumed, {JUNIOR, CENTRAL}, needs=9, grades=(2, 3, 4, 5, 6, 8, 9)),
    Story(
        "转出，对方已接收",
        left(EventKind.TRANSFER_OUT, back=15, note="转往外县", confirmed=True),
        {JUNIOR, CENTRAL, STRICT},
        needs=16,
    ),
    Story(
        "转出，对方尚未接收",
        left(EventKind.TRANSFER_OUT, back=6, note="随父母去外省", delay=2),
        {JUNIOR, THREE_DAY},
        needs=7,
    ),
    Story("转出超过30天无人接收，去向不明", left_without_trace, {JUNIOR, CENTRAL}, needs=24),
    Story("转入，按时报告", came(EventKind.TRANSFER_IN, back=14, note="由外县转入"), {CENTRAL, STRICT}, needs=15),
    Story("转入，迟报", came(EventKind.TRANSFER_IN, back=11, note="由外省转入", delay=2), {JUNIOR}, needs=12),
    Story("出国", left(EventKind.LEAVE_COUNTRY, back=13, note="随父母出国"), {CENTRAL}, needs=14),
    Story("死亡", left(EventKind.DECEASE, back=18, note="因病去世"), {STRICT}, needs=19),
    Story("其他减少", left(EventKind.OTHER_OUT, back=9, note="重复学籍核减"), {CENTRAL}, needs=10),
    Story("其他增加", came(EventKind.OTHER_IN, back=10, note="补建学籍"), {THREE_DAY}, needs=11),
    Story("转班", moved(EventKind.CLASS_MOVE, 0, "与同年级另一班调换"), {JUNIOR, CENTRAL}, needs=11),
    Story("留级", moved(EventKind.REPEAT, -1, "家长申请，学校同意"), {STRICT}, needs=11, grades=(2, 3, 4, 5, 6)),
    Story("跳级", moved(EventKind.SKIP, 1, "经测试跳级"), {CENTRAL}, needs=11, grades=(1, 2, 3, 4, 5)),
    Story("县内转学", to_another_school, {THREE_DAY}, needs=13),
    Story("变动登记有误，已作废", recorded_by_mistake, {CENTRAL}, needs=8),
    # Registers put right, and what followed withdrawn.
    Story("误记缺课，更正为到校", corrected(1, to="", reason="学生在校医室"), {JUNIOR, CENTRAL}, needs=9),
    Story(
        "三天待核实，更正为病假",
        corrected(3, to=MarkKind.SICK_LEAVE.value, reason="家长补交病历", habit=AT_ONCE),
        {CENTRAL, STRICT},
        needs=11,
    ),
    Story("病假超过10天，还没有核实", ill_for_long, {CENTRAL}, needs=13),
    Story("补办请假", leave_brought_later, {JUNIOR, THREE_DAY}, needs=8),
    Story("漏记缺课，更正后补联系", overlooked, {THREE_DAY}, needs=6),
    # Answered late.
    Story("联系迟了1天", absent(1, back=7, habit={Tier.CONTACT: 1}), EVERYWHERE, needs=9),
    Story(
        "缺课报告迟交",
        absent(4, back=9, habit={Tier.CONTACT: 0, Tier.ABSENCE_REPORT: 2}),
        {JUNIOR, CENTRAL},
        needs=14,
    ),
    # Papers and standing.
    Story("待建籍，缺课3天", papers(NONE_YET, then=absent(3, habit=CALLED)), {CENTRAL}, needs=3, grades=(1,)),
    Story("待建籍", papers(NONE_YET), {STRICT, THREE_DAY}, grades=(1,)),
    Story("无身份证，学籍号以J开头", papers(WITHOUT_ID), {CENTRAL}),
    Story("临时学籍号", papers(TEMPORARY), {STRICT, JUNIOR}),
    Story("临时学籍号已换正式", number_replaced, {CENTRAL}),
    Story("借读，今天缺课", guest, {JUNIOR}, today=True),
    Story("送教上门", taught_at_home, {JUNIOR, CENTRAL}),
    # Nothing the ladder asks for, and still a sign.
    Story("周五早走、周一晚来", away_at_weekends, {JUNIOR}, needs=25, shown=True),
    Story("周五早走、周一晚来", away_at_weekends, {CENTRAL}, needs=25),
    Story("每周请一次病假", often_on_leave, {JUNIOR, CENTRAL}, needs=23),
)


def tell_stories(county: CountyPlan, school: SchoolPlan, children: dict[ClassPlan, list[Child]], gap: ClassPlan | None):
    """Give each story of this kind of school to a child of a fitting class; one that fits nowhere is left out."""
    for story in STORIES:
        if school.part.key not in story.parts:
            continue
        fitting = [of for of in school.classes if _fits(story, of, county, gap)]
        for of in sorted(fitting, key=lambda of: (of.stories, of.row.number)):
            free = [child for child in children[of] if not child.story]
            if free:
                child = free[(of.stories * 7 + 3) % len(free)]
                child.story = story.title
                story.tell(child, Scene(county, of))
                of.stories += 1
                break
    for own in children.values():  # whoever comes later stands at the end of the class list
        for position, child in enumerate(sorted(own, key=lambda child: child.happenings[0].day), start=1):
            child.row.list_position = position


def _fits(story: Story, of: ClassPlan, county: CountyPlan, gap: ClassPlan | None) -> bool:
    is_in_the_right_class = story.shown == of.is_shown or (story.shown and of.school is not county.shown_school)
    takes_today = county.span.today not in of.days or story.today in (None, of.takes_today)
    has_its_gap = (of is gap) == story.has_gap
    in_grade = not story.grades or of.grade in story.grades
    return is_in_the_right_class and takes_today and has_its_gap and in_grade and len(of.taken) >= story.needs
