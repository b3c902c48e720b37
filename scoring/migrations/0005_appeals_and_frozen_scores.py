"""Appeals against facts of scores; scores are frozen for a term, and amended by numbers."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from students.triggers import allow_changes, keep_once_set, let_go, refuse_changes

NEVER_CHANGED = ("scoring_frozenscore", "scoring_scoreamendment", "scoring_appealpaper")
FREEZE = "scoring_scorefreeze"
KEPT = (
    "frozen_at", "frozen_by_id", "note", "state", "sha256", "signed_at", "signed_by_id", "opened_at", "opened_by_id",
    "school_id", "term_id",
)  # fmt: skip


def keep(apps, schema_editor):
    for table in NEVER_CHANGED:
        refuse_changes(schema_editor, table)
    keep_once_set(schema_editor, FREEZE, KEPT)


def keep_no_more(apps, schema_editor):
    let_go(schema_editor, FREEZE)
    for table in NEVER_CHANGED:
        allow_changes(schema_editor, table)


class Migration(migrations.Migration):
    dependencies = [
        ("scoring", "0004_a_school_is_scored_by_the_month"),
        ("students", "0025_notices_tell_of_appeals_and_frozen_scores"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Appeal",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("register", "没有点名"),
                            ("calls", "联系逾期"),
                            ("report", "报告逾期"),
                            ("loss", "流失学生"),
                        ],
                        max_length=10,
                        verbose_name="申诉的依据",
                    ),
                ),
                ("fact", models.CharField(max_length=60, verbose_name="依据的代号")),
                ("day", models.DateField(verbose_name="依据的日期")),
                ("duties", models.JSONField(blank=True, default=list, verbose_name="涉及的待办")),
                ("told", models.CharField(max_length=300, verbose_name="依据的内容")),
                (
                    "ground",
                    models.CharField(
                        choices=[
                            ("moved", "学生已迁走或在别处就读，有证明"),
                            ("closed", "当天停课，校历没有写"),
                            ("network", "停电、断网或系统故障"),
                            ("illness", "教师突发疾病、意外"),
                            ("mistake", "记录与事实不符"),
                            ("other", "其他"),
                        ],
                        max_length=10,
                        verbose_name="理由",
                    ),
                ),
                ("text", models.CharField(max_length=500, verbose_name="情况说明")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "待处理"),
                            ("withdrawn", "已撤回"),
                            ("accepted", "不可归责"),
                            ("refused", "不成立"),
                            ("review", "复核中"),
                            ("upheld", "复核维持"),
                        ],
                        default="waiting",
                        max_length=10,
                        verbose_name="状态",
                    ),
                ),
                (
                    "level",
                    models.CharField(
                        choices=[("school", "教务处、校领导"), ("bureau", "县教育局")],
                        max_length=10,
                        verbose_name="由谁处理",
                    ),
                ),
                ("submission", models.UUIDField(unique=True, verbose_name="提交编号")),
                ("made_at", models.DateTimeField(verbose_name="提出时间")),
                ("decided_at", models.DateTimeField(blank=True, null=True, verbose_name="处理时间")),
                ("decision", models.CharField(blank=True, max_length=300, verbose_name="处理意见")),
                ("asked_at", models.DateTimeField(blank=True, null=True, verbose_name="申请复核时间")),
                ("asked", models.CharField(blank=True, max_length=500, verbose_name="复核的理由")),
                ("reviewed_at", models.DateTimeField(blank=True, null=True, verbose_name="复核时间")),
                ("review", models.CharField(blank=True, max_length=300, verbose_name="复核意见")),
                ("withdrawn_at", models.DateTimeField(blank=True, null=True, verbose_name="撤回时间")),
                ("version", models.PositiveIntegerField(default=1, verbose_name="版本")),
                (
                    "asked_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="申请复核人",
                    ),
                ),
                (
                    "decided_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="处理人",
                    ),
                ),
                (
                    "made_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="提出人",
                    ),
                ),
                (
                    "reviewed_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="复核人",
                    ),
                ),
                (
                    "school_class",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="appeals",
                        to="students.schoolclass",
                        verbose_name="班级",
                    ),
                ),
                (
                    "student",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="students.student",
                        verbose_name="学生",
                    ),
                ),
                (
                    "withdrawn_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="撤回人",
                    ),
                ),
            ],
            options={
                "verbose_name": "申诉",
                "verbose_name_plural": "申诉",
                "ordering": ["-made_at", "-pk"],
            },
        ),
        migrations.CreateModel(
            name="AppealDraft",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("fact", models.CharField(max_length=60, verbose_name="依据的代号")),
                ("fields", models.JSONField(default=dict, verbose_name="内容")),
                ("saved_at", models.DateTimeField(verbose_name="保存时间")),
                (
                    "author",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="填写人",
                    ),
                ),
                (
                    "school_class",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="students.schoolclass",
                        verbose_name="班级",
                    ),
                ),
            ],
            options={
                "verbose_name": "申诉草稿",
                "verbose_name_plural": "申诉草稿",
            },
        ),
        migrations.CreateModel(
            name="AppealPaper",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=120, verbose_name="文件名")),
                (
                    "media_type",
                    models.CharField(
                        choices=[("image/jpeg", "JPEG图片"), ("image/png", "PNG图片"), ("application/pdf", "PDF文件")],
                        max_length=40,
                        verbose_name="文件类型",
                    ),
                ),
                ("size", models.PositiveIntegerField(verbose_name="字节数")),
                ("sha256", models.CharField(max_length=64, verbose_name="内容摘要")),
                ("content", models.BinaryField(verbose_name="内容")),
                ("uploaded_at", models.DateTimeField(verbose_name="上传时间")),
                (
                    "appeal",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="paper",
                        to="scoring.appeal",
                        verbose_name="申诉",
                    ),
                ),
                (
                    "uploaded_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="上传人",
                    ),
                ),
            ],
            options={
                "verbose_name": "申诉材料",
                "verbose_name_plural": "申诉材料",
            },
        ),
        migrations.CreateModel(
            name="ScoreFreeze",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "state",
                    models.CharField(
                        choices=[("open", "待学校签字"), ("signed", "待定分"), ("frozen", "已定分")],
                        default="open",
                        max_length=10,
                        verbose_name="状态",
                    ),
                ),
                ("opened_at", models.DateTimeField(verbose_name="发起时间")),
                ("signed_at", models.DateTimeField(blank=True, null=True, verbose_name="签字时间")),
                ("sha256", models.CharField(blank=True, max_length=64, verbose_name="内容摘要")),
                ("returned_at", models.DateTimeField(blank=True, null=True, verbose_name="退回时间")),
                ("return_reason", models.CharField(blank=True, max_length=300, verbose_name="退回原因")),
                ("frozen_at", models.DateTimeField(blank=True, null=True, verbose_name="定分时间")),
                ("note", models.CharField(blank=True, max_length=500, verbose_name="检查情况")),
                ("version", models.PositiveIntegerField(default=1, verbose_name="版本")),
                (
                    "frozen_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="定分人",
                    ),
                ),
                (
                    "opened_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="发起人",
                    ),
                ),
                (
                    "returned_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="退回人",
                    ),
                ),
                (
                    "school",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="score_freezes",
                        to="students.school",
                        verbose_name="学校",
                    ),
                ),
                (
                    "signed_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="签字人",
                    ),
                ),
                (
                    "term",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="score_freezes",
                        to="students.term",
                        verbose_name="学期",
                    ),
                ),
            ],
            options={
                "verbose_name": "定分",
                "verbose_name_plural": "定分",
                "ordering": ["-term__start", "school"],
            },
        ),
        migrations.CreateModel(
            name="ScoreAmendment",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.PositiveSmallIntegerField(verbose_name="第几次更正")),
                ("reason", models.CharField(max_length=300, verbose_name="更正原因")),
                ("differences", models.JSONField(verbose_name="差异")),
                ("sha256", models.CharField(max_length=64, verbose_name="内容摘要")),
                ("issued_at", models.DateTimeField(verbose_name="更正时间")),
                (
                    "issued_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="更正人",
                    ),
                ),
                (
                    "freeze",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="amendments",
                        to="scoring.scorefreeze",
                        verbose_name="定分",
                    ),
                ),
            ],
            options={
                "verbose_name": "定分更正",
                "verbose_name_plural": "定分更正",
                "ordering": ["freeze", "number"],
            },
        ),
        migrations.CreateModel(
            name="FrozenScore",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.PositiveSmallIntegerField(default=0, verbose_name="第几次更正")),
                ("facts", models.JSONField(verbose_name="依据")),
                ("result", models.JSONField(verbose_name="得分")),
                ("total", models.DecimalField(decimal_places=1, max_digits=5, verbose_name="合计")),
                ("sha256", models.CharField(max_length=64, verbose_name="内容摘要")),
                (
                    "scheme",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="scoring.storedscheme",
                        verbose_name="考核办法",
                    ),
                ),
                (
                    "school_class",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="frozen_scores",
                        to="students.schoolclass",
                        verbose_name="班级",
                    ),
                ),
                (
                    "freeze",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="scores",
                        to="scoring.scorefreeze",
                        verbose_name="定分",
                    ),
                ),
            ],
            options={
                "verbose_name": "定分得分",
                "verbose_name_plural": "定分得分",
                "ordering": ["freeze", "school_class", "number"],
            },
        ),
        migrations.AddIndex(
            model_name="appeal",
            index=models.Index(fields=["school_class", "state"], name="appeals_of_a_class"),
        ),
        migrations.AddIndex(
            model_name="appeal",
            index=models.Index(
                condition=models.Q(("state__in", ["review", "waiting"])), fields=["level"], name="appeals_that_wait"
            ),
        ),
        migrations.AddConstraint(
            model_name="appeal",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state__in", ["review", "waiting"])),
                fields=("school_class", "fact"),
                name="one_open_appeal_a_fact",
            ),
        ),
        migrations.AddConstraint(
            model_name="appeal",
            constraint=models.CheckConstraint(
                condition=models.Q(models.Q(("text", ""), _negated=True), models.Q(("told", ""), _negated=True)),
                name="an_appeal_says_what_and_why",
            ),
        ),
        migrations.AddConstraint(
            model_name="appeal",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("kind__in", ["report", "loss"]), ("student__isnull", False)),
                    models.Q(("kind__in", ["register", "calls"]), ("student", None)),
                    _connector="OR",
                ),
                name="an_appeal_names_the_child_it_is_about",
            ),
        ),
        migrations.AddConstraint(
            model_name="appeal",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("state", "waiting"),
                        ("decided_at", None),
                        ("decided_by", None),
                        ("decision", ""),
                        ("asked", ""),
                        ("asked_at", None),
                        ("asked_by", None),
                        ("review", ""),
                        ("reviewed_at", None),
                        ("reviewed_by", None),
                        ("withdrawn_at", None),
                        ("withdrawn_by", None),
                    ),
                    models.Q(
                        ("state", "withdrawn"),
                        ("withdrawn_at__isnull", False),
                        ("withdrawn_by__isnull", False),
                        ("review", ""),
                        ("reviewed_at", None),
                        ("reviewed_by", None),
                    ),
                    models.Q(
                        ("state", "refused"),
                        ("decided_at__isnull", False),
                        ("decided_by__isnull", False),
                        models.Q(("decision", ""), _negated=True),
                        ("asked", ""),
                        ("asked_at", None),
                        ("asked_by", None),
                        ("review", ""),
                        ("reviewed_at", None),
                        ("reviewed_by", None),
                        ("withdrawn_at", None),
                        ("withdrawn_by", None),
                    ),
                    models.Q(
                        ("state", "review"),
                        ("decided_at__isnull", False),
                        ("decided_by__isnull", False),
                        models.Q(("decision", ""), _negated=True),
                        ("asked_at__isnull", False),
                        ("asked_by__isnull", False),
                        ("level", "bureau"),
                        models.Q(("asked", ""), _negated=True),
                        ("review", ""),
                        ("reviewed_at", None),
                        ("reviewed_by", None),
                        ("withdrawn_at", None),
                        ("withdrawn_by", None),
                    ),
                    models.Q(
                        ("state", "upheld"),
                        ("decided_at__isnull", False),
                        ("decided_by__isnull", False),
                        models.Q(("decision", ""), _negated=True),
                        ("asked_at__isnull", False),
                        ("asked_by__isnull", False),
                        ("level", "bureau"),
                        models.Q(("asked", ""), _negated=True),
                        ("reviewed_at__isnull", False),
                        ("reviewed_by__isnull", False),
                        models.Q(("review", ""), _negated=True),
                        ("withdrawn_at", None),
                        ("withdrawn_by", None),
                    ),
                    models.Q(
                        ("state", "accepted"),
                        ("decided_at__isnull", False),
                        ("decided_by__isnull", False),
                        models.Q(("decision", ""), _negated=True),
                        ("asked", ""),
                        ("asked_at", None),
                        ("asked_by", None),
                        ("review", ""),
                        ("reviewed_at", None),
                        ("reviewed_by", None),
                        ("withdrawn_at", None),
                        ("withdrawn_by", None),
                    ),
                    models.Q(
                        ("state", "accepted"),
                        ("decided_at__isnull", False),
                        ("decided_by__isnull", False),
                        models.Q(("decision", ""), _negated=True),
                        ("asked_at__isnull", False),
                        ("asked_by__isnull", False),
                        ("level", "bureau"),
                        models.Q(("asked", ""), _negated=True),
                        ("reviewed_at__isnull", False),
                        ("reviewed_by__isnull", False),
                        models.Q(("review", ""), _negated=True),
                        ("withdrawn_at", None),
                        ("withdrawn_by", None),
                    ),
                    _connector="OR",
                ),
                name="an_appeal_is_decided_and_reviewed_in_order",
            ),
        ),
        migrations.AddConstraint(
            model_name="appeal",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("decided_by", None),
                        models.Q(("decided_by", models.F("made_by")), _negated=True),
                        _connector="OR",
                    ),
                    models.Q(
                        ("reviewed_by", None),
                        models.Q(("reviewed_by", models.F("made_by")), _negated=True),
                        _connector="OR",
                    ),
                    models.Q(
                        ("reviewed_by", None),
                        models.Q(("reviewed_by", models.F("asked_by")), _negated=True),
                        _connector="OR",
                    ),
                ),
                name="nobody_decides_their_own_appeal",
            ),
        ),
        migrations.AddConstraint(
            model_name="appeal",
            constraint=models.CheckConstraint(
                condition=models.Q(models.Q(("kind", "loss"), _negated=True), ("level", "bureau"), _connector="OR"),
                name="a_lost_child_is_the_bureaus_to_decide",
            ),
        ),
        migrations.AddConstraint(
            model_name="appealdraft",
            constraint=models.UniqueConstraint(
                fields=("author", "school_class", "fact"), name="one_draft_of_an_appeal_a_person"
            ),
        ),
        migrations.AddConstraint(
            model_name="scorefreeze",
            constraint=models.UniqueConstraint(fields=("school", "term"), name="a_schools_term_is_frozen_once"),
        ),
        migrations.AddConstraint(
            model_name="scorefreeze",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("state", "open"),
                        ("sha256", ""),
                        ("signed_at", None),
                        ("signed_by", None),
                        ("frozen_at", None),
                        ("frozen_by", None),
                        ("note", ""),
                    ),
                    models.Q(
                        ("state", "signed"),
                        ("signed_at__isnull", False),
                        ("signed_by__isnull", False),
                        models.Q(("sha256", ""), _negated=True),
                        ("frozen_at", None),
                        ("frozen_by", None),
                        ("note", ""),
                    ),
                    models.Q(
                        ("state", "frozen"),
                        ("signed_at__isnull", False),
                        ("signed_by__isnull", False),
                        models.Q(("sha256", ""), _negated=True),
                        ("frozen_at__isnull", False),
                        ("frozen_by__isnull", False),
                        models.Q(("note", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="scores_are_signed_and_then_frozen",
            ),
        ),
        migrations.AddConstraint(
            model_name="scorefreeze",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("frozen_by", None), models.Q(("frozen_by", models.F("signed_by")), _negated=True), _connector="OR"
                ),
                name="who_signs_scores_does_not_freeze_them",
            ),
        ),
        migrations.AddConstraint(
            model_name="scorefreeze",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("return_reason", ""), ("returned_at", None), ("returned_by", None)),
                    models.Q(
                        ("returned_at__isnull", False),
                        ("returned_by__isnull", False),
                        models.Q(("return_reason", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="scores_sent_back_say_why",
            ),
        ),
        migrations.AddConstraint(
            model_name="scoreamendment",
            constraint=models.UniqueConstraint(fields=("freeze", "number"), name="amendments_of_scores_are_numbered"),
        ),
        migrations.AddConstraint(
            model_name="scoreamendment",
            constraint=models.CheckConstraint(
                condition=models.Q(("number__gte", 1)), name="amendments_of_scores_begin_with_one"
            ),
        ),
        migrations.AddConstraint(
            model_name="scoreamendment",
            constraint=models.CheckConstraint(
                condition=models.Q(("reason", ""), _negated=True), name="an_amendment_of_scores_says_why"
            ),
        ),
        migrations.AddConstraint(
            model_name="frozenscore",
            constraint=models.UniqueConstraint(
                fields=("freeze", "school_class", "number"), name="a_class_is_frozen_once"
            ),
        ),
        migrations.RunPython(keep, keep_no_more),
    ]
