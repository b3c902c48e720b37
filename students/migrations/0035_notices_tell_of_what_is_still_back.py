"""Notices tell of what was sent back and not filed anew."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("students", "0034_notices_tell_of_what_is_signed_taken_back_and_amended"),
    ]

    operations = [
        migrations.AlterField(
            model_name="notice",
            name="kind",
            field=models.CharField(
                choices=[
                    ("register_missing", "催点名"),
                    ("school_missing", "催学校点名"),
                    ("child_missing", "有学生不在"),
                    ("concern", "日常预警"),
                    ("case_assigned", "个案交办"),
                    ("case_handed_up", "逾期上交"),
                    ("case_handed_off", "个案移交"),
                    ("case_closing", "销号审批"),
                    ("joint_trip", "联合劝返"),
                    ("joint_trip_off", "联合劝返取消"),
                    ("document_waiting", "文书待办"),
                    ("document_returned", "文书退回"),
                    ("watch_proposed", "关注待确认"),
                    ("watch_decided", "关注学生"),
                    ("watch_review", "关注待复核"),
                    ("appeal_made", "申诉待处理"),
                    ("appeal_decided", "申诉结果"),
                    ("scores_to_sign", "考核待签字"),
                    ("scores_signed", "考核待定分"),
                    ("scores_frozen", "考核已定分"),
                    ("award_class", "班级表彰"),
                    ("award_school", "学校表彰"),
                    ("award_person", "个人表彰"),
                    ("award_class_off", "班级表彰撤销"),
                    ("award_school_off", "学校表彰撤销"),
                    ("award_person_off", "个人表彰撤销"),
                    ("bundle", "三包分工"),
                    ("inspection", "专项检查"),
                    ("rectification", "整改"),
                    ("finding_reported", "整改待核实"),
                    ("return_due", "月报待报"),
                    ("return_late", "月报逾期"),
                    ("return_to_sign", "月报待签字"),
                    ("return_to_file", "月报待上报"),
                    ("return_taken_back", "月报撤回"),
                    ("return_filed", "月报待接收"),
                    ("return_amended", "月报更正待接收"),
                    ("return_sent_back", "月报退回"),
                    ("return_still_back", "月报退回未报"),
                    ("return_accepted", "月报已接收"),
                    ("review_closed", "复核结果"),
                    ("review_amend", "复核要求更正"),
                    ("report_due", "学期、学年报告待报"),
                    ("report_late", "学期、学年报告逾期"),
                    ("report_to_sign", "学期、学年报告待签字"),
                    ("report_to_file", "学期、学年报告待上报"),
                    ("report_taken_back", "学期、学年报告撤回"),
                    ("report_filed", "学期、学年报告待接收"),
                    ("report_amended", "学期、学年报告更正待接收"),
                    ("report_sent_back", "学期、学年报告退回"),
                    ("report_still_back", "学期、学年报告退回未报"),
                    ("report_accepted", "学期、学年报告已接收"),
                ],
                max_length=20,
                verbose_name="种类",
            ),
        ),
    ]
