"""县级规定: the county's parameters that no ladder holds, as dated data with a source for each (domain.md §6). Pure."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Parameter:
    """One number or yes-and-no of a policy: what it means, where it comes from, and bounds (included)."""

    label: str
    unit: str
    default: int | bool
    source: str
    lowest: int = 0
    highest: int = 365


PARAMETERS: dict[str, Parameter] = {
    "unconfirmed_days": Parameter(
        "转出多少天未确认列为去向不明", "天", 30, "[D] 转出满30天仍无接收确认，视为去向不明", 1, 180
    ),
    "numberless_days": Parameter("无学籍号多少天列入待建籍清单", "天", 30, "[D] 新生应在入学后一个月内建籍", 1, 365),
    "national_working_days": Parameter(
        "变动多少个工作日内应在全国系统办结", "个工作日", 10, "[D] 全国学籍系统转学办结时限为10个工作日", 1, 60
    ),
    "arrival_days": Parameter("整班移交后几天内应报到", "天", 15, "[D] 开学后半个月内核清新生报到", 1, 60),
    "head_counts": Parameter("每学期班级清点次数", "次", 2, "[S] 每班每学期清点两次", 1, 20),
    "opening_days": Parameter("开学到校统计的上课日数", "个上课日", 5, "[S] 开学第一周统计到校情况", 1, 20),
    "entry_age": Parameter("入学年龄（8月31日前满）", "周岁", 6, "[L] 义务教育法第十一条：年满六周岁入学", 6, 7),
    "last_age": Parameter("适龄儿童少年到几周岁为止", "周岁", 15, "[S] 三台账按6—15周岁统计", 14, 17),
    "suspected_days": Parameter("连续缺课多少天列为疑似辍学", "天", 3, "[D] 在校而连续缺课满3天，视为疑似辍学", 1, 30),
    "suspension_months": Parameter("一次休学最长多少个月", "个月", 12, "[D] 休学期一般不超过一年，期满可再申请", 1, 24),
    "correction_days": Parameter("点名后几天内可以自己更正", "天", 0, "[D] 0为当天；以后由教务处写明原因更正", 0, 14),
    "teacher_leave_days": Parameter(
        "班主任可以批准几个上课日的请假", "个上课日", 3, "[D] 3天以内班主任批准，超过的由学校批准", 1, 10
    ),
    "slip_days": Parameter(
        "事假、病假几个上课日内应补请假条", "个上课日", 2, "[D] 点名记了事假、病假，应补请假条", 1, 10
    ),
    "unseen_days": Parameter("多少天没有到校列为预警", "天", 14, "[D] 不论请假与否，两个星期没有见到", 5, 60),
    "sign_slots": Parameter("时段内旷课多少次列为预警", "次", 4, "[D] 零星旷课累计4次而没有联系", 2, 20),
    "sign_window": Parameter("零星旷课统计的时段", "天", 45, "[D] 最近一个半月", 14, 120),
    "low_attendance": Parameter("本学期出勤率低于多少列为预警", "%", 90, "[D] 缺勤超过一成，视为长期缺勤", 50, 99),
    "low_attendance_days": Parameter("点过名的满多少天才算出勤率", "天", 10, "[D] 天数太少时比率没有意义", 1, 60),
    "first_month_days": Parameter("9月缺课多少天列为预警", "天", 2, "[D] 开学第一个月缺课，全年缺课的可能大", 1, 10),
    "long_leave_days": Parameter(
        "一次请假满多少个上课日列为预警", "个上课日", 10, "[D] 连续请假两个星期，要核实病情和去向", 3, 60
    ),
    "leave_spells": Parameter("时段内请假多少次列为预警", "次", 3, "[D] 反复请假常是辍学的先兆", 2, 20),
    "leave_window": Parameter("反复请假统计的时段", "天", 45, "[D] 最近一个半月", 14, 120),
    "return_days": Parameter("复学后到校满多少个上课日可以销号", "个上课日", 10, "[D] 到校稳定两个星期", 1, 60),
    "case_visit_days": Parameter("未返校的学生几天内至少家访一次", "天", 7, "[S] 重点生每周家访一次", 1, 30),
    "case_watch_days": Parameter("关注的学生几天内回访", "天", 14, "[D] 两个星期回访一次", 1, 60),
    "case_plan_most_days": Parameter("个案的下一步最晚安排在几天内", "天", 30, "[D] 一个月之内总要再办一次", 7, 120),
    "close_needs_two": Parameter("报过流失的个案由另一人批准销号", "", True, "[D] 提出和批准销号不是同一个人", 0, 1),
    "hand_up_days": Parameter(
        "逾期后每过几个上课日再上交一级", "个上课日", 1, "[D] 到期未办次日上交，以后每个上课日再上一级", 1, 10
    ),
    "cut_off_day": Parameter("每月报表截止到几日", "日", 25, "[S] 每月25日上报，上月26日到本月25日为一个月", 20, 28),
    "filing_days": Parameter(
        "月报在截止日后几个工作日内上报", "个工作日", 3, "[D] 截止后三个工作日：核对、签字、上报", 1, 10
    ),
    "report_filing_days": Parameter(
        "学期、学年报告在期末后几个工作日内上报",
        "个工作日",
        10,
        "[D] 没有统一规定，两个星期：核对各月月报、签字、上报",
        1,
        30,
    ),
    "filing_notice_days": Parameter(
        "月报、学期和学年报告截止前几个工作日提醒学校", "个工作日", 2, "[D] 留两个工作日核对点名和变动", 1, 10
    ),
    "notice_days": Parameter("书面通知的返校期限", "天", 7, "[S] 劝学（返校）通知书：送达之日起7日内返校", 1, 30),
    "pattern_days": Parameter("周一、周五缺勤多少天列为预警", "天", 4, "[D] 缺勤集中在周末前后", 2, 20),
    "pattern_weeks": Parameter("周一、周五缺勤统计的时段", "周", 8, "[D] 最近八周", 3, 20),
    "pattern_share": Parameter("其中周一、周五至少占多少", "%", 75, "[D] 全部缺勤日的四分之三", 50, 100),
    "spot_window": Parameter("随机清点看最近多少天的点名", "天", 45, "[D] 最近一个半月", 14, 180),
    "full_days": Parameter("连续全勤满多少个点名日才看", "个点名日", 20, "[D] 不足一个月的全勤不算长", 5, 120),
    "full_known_days": Parameter("全勤至少和多少个点名日对照", "个点名日", 40, "[D] 对照太少，不作判断", 10, 365),
    "full_chance": Parameter("长期全勤的机会低于万分之几列出", "", 10, "[D] 千个全勤的班里不到一个", 1, 500),
    "batch_minutes": Parameter("相隔几分钟之内算一批补交", "分钟", 10, "[D] 几分钟不够逐班核对", 1, 60),
    "batch_registers": Parameter("一批补交满多少次点名列出", "次", 6, "[D] 三天的上午、下午", 3, 60),
    "same_minute_days": Parameter("同一分钟提交满多少天列出", "天", 10, "[D] 两个星期分秒不差", 5, 100),
    "same_minute_share": Parameter("其中同一分钟至少占多少", "%", 60, "[D] 多数日子", 30, 100),
    "same_moment_classes": Parameter("一人一分钟提交满几个班列出", "个班", 3, "[D] 一个人不能同时在三个班", 2, 20),
    "same_moment_days": Parameter("一人同时提交满几天列出", "天", 3, "[D] 不止偶然一次", 1, 30),
    "unverified_days": Parameter("待核实满多少个上课日算没有核实", "个上课日", 10, "[D] 两个星期", 2, 60),
    "unverified_marks": Parameter("没有核实满多少人次列出", "人次", 2, "[D] 不止一次", 1, 50),
    "early_minutes": Parameter("比这一节开始早多少分钟算早", "分钟", 60, "[D] 学生还没有到齐", 15, 240),
    "late_hours": Parameter("这一节开始几小时以后算晚", "小时", 6, "[D] 上午的点名到下午两点才交", 2, 12),
    "odd_hours": Parameter("远离上课时间满多少次列出", "次", 5, "[D] 不止偶然几次", 2, 60),
    "drawn_by_reason": Parameter("随机清点按理由抽多少", "%", 50, "[D] 一半按理由，其余随机", 0, 75),
    "drawn_owed": Parameter("随机清点按欠清点抽多少", "%", 25, "[S] 每班每学期当面清点两次；[D] 比例", 0, 25),
    "count_days": Parameter("抽取后几天内清点", "天", 7, "[D] 一个星期", 1, 30),
    "explain_days": Parameter("清点与点名不符，学校几天内说明", "天", 3, "[D] 三天内更正点名或说明情况", 1, 14),
    "dropout_line_primary": Parameter("小学辍学率国家参考线", "‰", 6, "[S] 小学年辍学率不超过0.6%", 1, 100),
    "dropout_line_junior": Parameter("初中辍学率国家参考线", "‰", 18, "[S] 初中年辍学率不超过1.8%", 1, 100),
    "entry_target": Parameter("入学率目标", "%", 100, "[L] 义务教育法第四条：适龄儿童少年都入学", 90, 100),
    "disabled_entry_target": Parameter(
        "残疾儿童少年入学率目标", "%", 97, "[L] “十四五”特殊教育发展提升行动计划：2025年97%", 80, 100
    ),
    "completion_target": Parameter("完成率目标", "%", 96, "[L] “十四五”公共服务规划：2025年巩固率96%", 80, 100),
    "grade_six_may_transfer": Parameter("六年级学生可以转学", "", True, "[S] 有的县规定六年级一律不办转学", 0, 1),
}


@dataclass(frozen=True)
class Policy:
    """The parameters in force on a day."""

    unconfirmed_days: int = PARAMETERS["unconfirmed_days"].default
    numberless_days: int = PARAMETERS["numberless_days"].default
    national_working_days: int = PARAMETERS["national_working_days"].default
    arrival_days: int = PARAMETERS["arrival_days"].default
    head_counts: int = PARAMETERS["head_counts"].default
    opening_days: int = PARAMETERS["opening_days"].default
    entry_age: int = PARAMETERS["entry_age"].default
    last_age: int = PARAMETERS["last_age"].default
    suspected_days: int = PARAMETERS["suspected_days"].default
    suspension_months: int = PARAMETERS["suspension_months"].default
    correction_days: int = PARAMETERS["correction_days"].default
    teacher_leave_days: int = PARAMETERS["teacher_leave_days"].default
    slip_days: int = PARAMETERS["slip_days"].default
    unseen_days: int = PARAMETERS["unseen_days"].default
    sign_slots: int = PARAMETERS["sign_slots"].default
    sign_window: int = PARAMETERS["sign_window"].default
    low_attendance: int = PARAMETERS["low_attendance"].default
    low_attendance_days: int = PARAMETERS["low_attendance_days"].default
    first_month_days: int = PARAMETERS["first_month_days"].default
    long_leave_days: int = PARAMETERS["long_leave_days"].default
    leave_spells: int = PARAMETERS["leave_spells"].default
    leave_window: int = PARAMETERS["leave_window"].default
    return_days: int = PARAMETERS["return_days"].default
    case_visit_days: int = PARAMETERS["case_visit_days"].default
    case_watch_days: int = PARAMETERS["case_watch_days"].default
    case_plan_most_days: int = PARAMETERS["case_plan_most_days"].default
    close_needs_two: bool = PARAMETERS["close_needs_two"].default
    hand_up_days: int = PARAMETERS["hand_up_days"].default
    notice_days: int = PARAMETERS["notice_days"].default
    cut_off_day: int = PARAMETERS["cut_off_day"].default
    filing_days: int = PARAMETERS["filing_days"].default
    report_filing_days: int = PARAMETERS["report_filing_days"].default
    filing_notice_days: int = PARAMETERS["filing_notice_days"].default
    pattern_days: int = PARAMETERS["pattern_days"].default
    pattern_weeks: int = PARAMETERS["pattern_weeks"].default
    pattern_share: int = PARAMETERS["pattern_share"].default
    spot_window: int = PARAMETERS["spot_window"].default
    full_days: int = PARAMETERS["full_days"].default
    full_known_days: int = PARAMETERS["full_known_days"].default
    full_chance: int = PARAMETERS["full_chance"].default
    batch_minutes: int = PARAMETERS["batch_minutes"].default
    batch_registers: int = PARAMETERS["batch_registers"].default
    same_minute_days: int = PARAMETERS["same_minute_days"].default
    same_minute_share: int = PARAMETERS["same_minute_share"].default
    same_moment_classes: int = PARAMETERS["same_moment_classes"].default
    same_moment_days: int = PARAMETERS["same_moment_days"].default
    unverified_days: int = PARAMETERS["unverified_days"].default
    unverified_marks: int = PARAMETERS["unverified_marks"].default
    early_minutes: int = PARAMETERS["early_minutes"].default
    late_hours: int = PARAMETERS["late_hours"].default
    odd_hours: int = PARAMETERS["odd_hours"].default
    drawn_by_reason: int = PARAMETERS["drawn_by_reason"].default
    drawn_owed: int = PARAMETERS["drawn_owed"].default
    count_days: int = PARAMETERS["count_days"].default
    explain_days: int = PARAMETERS["explain_days"].default
    dropout_line_primary: int = PARAMETERS["dropout_line_primary"].default
    dropout_line_junior: int = PARAMETERS["dropout_line_junior"].default
    entry_target: int = PARAMETERS["entry_target"].default
    disabled_entry_target: int = PARAMETERS["disabled_entry_target"].default
    completion_target: int = PARAMETERS["completion_target"].default
    grade_six_may_transfer: bool = PARAMETERS["grade_six_may_transfer"].default


class PolicyError(ValueError):
    """A policy that cannot be; the message is a Chinese sentence."""


def read_policy(content: Mapping[str, int | bool]) -> Policy:
    """The policy that stored ``content`` says; what it leaves out keeps its default. Raises ``PolicyError``."""
    if unknown := content.keys() - PARAMETERS.keys():
        raise PolicyError(f"不认识的规定：“{sorted(unknown)[0]}”")
    for name, value in content.items():
        parameter = PARAMETERS[name]
        if not parameter.lowest <= value <= parameter.highest:
            raise PolicyError(f"“{parameter.label}”应在{parameter.lowest}到{parameter.highest}之间")
    return Policy(**content)
