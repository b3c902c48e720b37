"""Reviews of a quarter: drawn once, entered until they are closed, never changed afterwards."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from students.triggers import allow_changes, keep_once_set, let_go, refuse_changes

REVIEW, SHEET, MONTH = "returns_review", "returns_reviewsheet", "returns_reviewmonth"
CHILD, PAPER = "returns_reviewchild", "returns_reviewpaper"
ADDITION, REQUEST = "returns_reviewaddition", "returns_amendmentrequest"
# What was drawn is drawn: set from the beginning, so that it never changes.
DRAWN = {
    REVIEW: ("seed", "school_year", "quarter", "first", "cut_off", "size", "most", "opened_at", "opened_by_id"),
    SHEET: ("school_id", "review_id"),
    MONTH: ("edition_id", "sheet_id", "reported"),
    CHILD: ("student_id", "sheet_id", "month_id", "position", "part", "grade"),
    REQUEST: ("asked_at", "asked_by_id", "month_id"),
}
CLOSED = {
    REVIEW: ("closed_at", "closed_by_id", "conclusion", "content", "sha256"),
    REQUEST: ("closed_at", "closed_by_id", "reason"),
}
OF_SHEET = f"JOIN {SHEET} s ON s.review_id = r.id"
# What is entered stays as it was when its review was closed: table → the statement that finds that above a row.
ENTERED = {
    table: " ".join(("SELECT 1 FROM", REVIEW, "r", *joins, "AND r.closed_at IS NOT NULL"))
    for table, joins in {
        SHEET: ("WHERE r.id = {row}.review_id",),
        MONTH: (OF_SHEET, "WHERE s.id = {row}.sheet_id"),
        CHILD: (OF_SHEET, "WHERE s.id = {row}.sheet_id"),
        PAPER: (OF_SHEET, "JOIN", CHILD, "c ON c.sheet_id = s.id WHERE c.id = {row}.child_id"),
    }.items()
}
EARLY = f"SELECT 1 FROM {REVIEW} r WHERE r.id = NEW.review_id AND r.closed_at IS NULL"  # nosec B608: constants only
VERBS = {"insert": "NEW", "update": "OLD", "delete": "OLD"}


def keep(apps, schema_editor):
    refuse_changes(schema_editor, ADDITION)
    for table, columns in DRAWN.items():
        keep_once_set(schema_editor, table, columns, "keeps_drawn")
    for table, columns in CLOSED.items():
        keep_once_set(schema_editor, table, columns)
    for table, found in ENTERED.items():
        for verb, row in VERBS.items():
            refuse_where(schema_editor, table, verb, found.format(row=row), f"{table} belongs to a closed review")
    refuse_where(schema_editor, ADDITION, "insert", EARLY, f"{ADDITION} follows a closed review")


def keep_no_more(apps, schema_editor):
    allow_changes(schema_editor, ADDITION)
    for table in DRAWN:
        let_go(schema_editor, table, "keeps_drawn")
    for table in CLOSED:
        let_go(schema_editor, table)
    for table in ENTERED:
        for verb in VERBS:
            allow_again(schema_editor, table, verb)
    allow_again(schema_editor, ADDITION, "insert")


def refuse_where(schema_editor, table, verb, found, words):
    """Let the database refuse to do ``verb`` to a row of ``table`` where the statement ``found`` finds anything."""
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(
            f"CREATE FUNCTION {table}_{verb}_is_late() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN IF EXISTS ({found}) THEN RAISE EXCEPTION '{words}'; END IF; "
            f"RETURN {'OLD' if verb == 'delete' else 'NEW'}; END $$"
        )
        schema_editor.execute(
            f"CREATE TRIGGER {table}_{verb}_is_not_late BEFORE {verb.upper()} ON {table} "
            f"FOR EACH ROW EXECUTE FUNCTION {table}_{verb}_is_late()"
        )
        return
    schema_editor.execute(
        f"CREATE TRIGGER {table}_{verb}_is_not_late BEFORE {verb.upper()} ON {table} "
        f"WHEN EXISTS ({found}) BEGIN SELECT RAISE(ABORT, '{words}'); END"
    )


def allow_again(schema_editor, table, verb):
    """Undo ``refuse_where``."""
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(f"DROP TRIGGER {table}_{verb}_is_not_late ON {table}")
        schema_editor.execute(f"DROP FUNCTION {table}_{verb}_is_late()")
        return
    schema_editor.execute(f"DROP TRIGGER IF EXISTS {table}_{verb}_is_not_late")


class Migration(migrations.Migration):
    dependencies = [
        ("returns", "0001_returns_are_filed_in_editions"),
        ("students", "0032_notices_tell_of_reviews"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Review",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("school_year", models.PositiveSmallIntegerField(verbose_name="学年")),
                ("quarter", models.PositiveSmallIntegerField(verbose_name="季度")),
                ("first", models.DateField(verbose_name="开始日期")),
                ("cut_off", models.DateField(verbose_name="截止日期")),
                ("seed", models.CharField(max_length=64, verbose_name="种子")),
                ("size", models.PositiveSmallIntegerField(verbose_name="每校抽查在校学生")),
                ("most", models.PositiveSmallIntegerField(blank=True, null=True, verbose_name="其他各类每校最多")),
                ("opened_at", models.DateTimeField(verbose_name="开始时间")),
                ("closed_at", models.DateTimeField(blank=True, null=True, verbose_name="定稿时间")),
                ("conclusion", models.CharField(blank=True, max_length=500, verbose_name="复核意见")),
                ("content", models.JSONField(blank=True, null=True, verbose_name="结果")),
                ("sha256", models.CharField(blank=True, max_length=64, verbose_name="内容摘要")),
                (
                    "closed_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="定稿人",
                    ),
                ),
                (
                    "opened_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="开始人",
                    ),
                ),
            ],
            options={
                "verbose_name": "复核",
                "verbose_name_plural": "复核",
                "ordering": ["-school_year", "-quarter"],
            },
        ),
        migrations.CreateModel(
            name="ReviewAddition",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.PositiveSmallIntegerField(verbose_name="第几号")),
                ("words", models.CharField(max_length=500, verbose_name="说明")),
                ("added_at", models.DateTimeField(verbose_name="时间")),
                (
                    "added_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="补充人",
                    ),
                ),
                (
                    "review",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="additions",
                        to="returns.review",
                        verbose_name="复核",
                    ),
                ),
            ],
            options={
                "verbose_name": "复核补充说明",
                "verbose_name_plural": "复核补充说明",
                "ordering": ["review", "number"],
            },
        ),
        migrations.CreateModel(
            name="ReviewMonth",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("reported", models.JSONField(verbose_name="上报的数字")),
                (
                    "agreement",
                    models.CharField(
                        blank=True,
                        choices=[("agrees", "一致"), ("differs", "不一致")],
                        max_length=8,
                        verbose_name="台账核对",
                    ),
                ),
                ("found", models.JSONField(blank=True, default=dict, verbose_name="台账的数字")),
                ("words", models.CharField(blank=True, max_length=300, verbose_name="说明")),
                ("version", models.PositiveIntegerField(default=0, verbose_name="改过几次")),
                ("changed_at", models.DateTimeField(blank=True, null=True, verbose_name="修改时间")),
                (
                    "changed_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="修改人",
                    ),
                ),
                (
                    "edition",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="returns.edition",
                        verbose_name="月报",
                    ),
                ),
            ],
            options={
                "verbose_name": "复核的月报",
                "verbose_name_plural": "复核的月报",
                "ordering": ["sheet", "edition__school_return__month"],
            },
        ),
        migrations.CreateModel(
            name="ReviewChild",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("position", models.PositiveSmallIntegerField(verbose_name="次序")),
                (
                    "part",
                    models.CharField(
                        choices=[
                            ("dropped", "辍学"),
                            ("unaccounted", "去向不明"),
                            ("other_out", "其他减少"),
                            ("suspected", "疑似辍学"),
                            ("transfer_out", "转出"),
                            ("suspend", "休学"),
                            ("decease", "死亡"),
                            ("leave_country", "出国（境）"),
                            ("attending", "在校"),
                        ],
                        max_length=16,
                        verbose_name="上报情况",
                    ),
                ),
                ("grade", models.PositiveSmallIntegerField(verbose_name="年级")),
                (
                    "finding",
                    models.CharField(
                        blank=True,
                        choices=[("holds", "属实"), ("wrong", "不属实"), ("unverified", "未能核实")],
                        max_length=10,
                        verbose_name="核实情况",
                    ),
                ),
                (
                    "instead",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("in_school", "在校就读"),
                            ("away", "不在校"),
                            ("dropped", "已经辍学"),
                            ("no_reception", "转出没有接收证明"),
                            ("no_approval", "休学没有批准文书"),
                            ("not_on_roll", "没有这名学生"),
                            ("other", "其他情况"),
                        ],
                        max_length=14,
                        verbose_name="实际情况",
                    ),
                ),
                ("words", models.CharField(blank=True, max_length=300, verbose_name="说明")),
                ("version", models.PositiveIntegerField(default=0, verbose_name="改过几次")),
                ("changed_at", models.DateTimeField(blank=True, null=True, verbose_name="修改时间")),
                (
                    "changed_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="修改人",
                    ),
                ),
                (
                    "student",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="students.student",
                        verbose_name="学生",
                    ),
                ),
                (
                    "month",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="children",
                        to="returns.reviewmonth",
                        verbose_name="哪个月的月报",
                    ),
                ),
            ],
            options={
                "verbose_name": "抽查的学生",
                "verbose_name_plural": "抽查的学生",
                "ordering": ["sheet", "position"],
            },
        ),
        migrations.CreateModel(
            name="AmendmentRequest",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("asked_at", models.DateTimeField(verbose_name="要求时间")),
                ("closed_at", models.DateTimeField(blank=True, null=True, verbose_name="了结时间")),
                ("reason", models.CharField(blank=True, max_length=300, verbose_name="不再要求的原因")),
                (
                    "asked_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="要求人",
                    ),
                ),
                (
                    "closed_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="了结人",
                    ),
                ),
                (
                    "month",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="request",
                        to="returns.reviewmonth",
                        verbose_name="复核的月报",
                    ),
                ),
            ],
            options={
                "verbose_name": "要求更正",
                "verbose_name_plural": "要求更正",
                "ordering": ["month"],
            },
        ),
        migrations.CreateModel(
            name="ReviewPaper",
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
                ("position", models.PositiveSmallIntegerField(verbose_name="第几份")),
                (
                    "child",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="papers",
                        to="returns.reviewchild",
                        verbose_name="抽查的学生",
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
                "verbose_name": "复核材料",
                "verbose_name_plural": "复核材料",
                "ordering": ["child", "position"],
            },
        ),
        migrations.CreateModel(
            name="ReviewSheet",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "review",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="sheets",
                        to="returns.review",
                        verbose_name="复核",
                    ),
                ),
                (
                    "school",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="students.school",
                        verbose_name="学校",
                    ),
                ),
            ],
            options={
                "verbose_name": "复核表",
                "verbose_name_plural": "复核表",
                "ordering": ["review", "school__code"],
            },
        ),
        migrations.AddField(
            model_name="reviewmonth",
            name="sheet",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="months",
                to="returns.reviewsheet",
                verbose_name="复核表",
            ),
        ),
        migrations.AddField(
            model_name="reviewchild",
            name="sheet",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="children",
                to="returns.reviewsheet",
                verbose_name="复核表",
            ),
        ),
        migrations.AddConstraint(
            model_name="review",
            constraint=models.UniqueConstraint(fields=("school_year", "quarter"), name="a_quarter_is_reviewed_once"),
        ),
        migrations.AddConstraint(
            model_name="review",
            constraint=models.CheckConstraint(
                condition=models.Q(("quarter__gte", 1), ("quarter__lte", 4)), name="a_year_has_four_quarters"
            ),
        ),
        migrations.AddConstraint(
            model_name="review",
            constraint=models.CheckConstraint(
                condition=models.Q(("first__lt", models.F("cut_off"))), name="a_reviewed_quarter_has_its_days"
            ),
        ),
        migrations.AddConstraint(
            model_name="review",
            constraint=models.CheckConstraint(
                condition=models.Q(models.Q(("seed", ""), _negated=True), ("size__gte", 1)),
                name="a_review_draws_by_a_seed",
            ),
        ),
        migrations.AddConstraint(
            model_name="review",
            constraint=models.CheckConstraint(
                condition=models.Q(("most", None), ("most__gte", 1), _connector="OR"),
                name="a_review_draws_of_every_part",
            ),
        ),
        migrations.AddConstraint(
            model_name="review",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("closed_at", None), ("closed_by", None), ("conclusion", ""), ("content", None), ("sha256", "")
                    ),
                    models.Q(
                        ("closed_at__isnull", False),
                        ("closed_by__isnull", False),
                        ("content__isnull", False),
                        models.Q(("sha256", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="a_closed_review_keeps_its_results",
            ),
        ),
        migrations.AddConstraint(
            model_name="reviewaddition",
            constraint=models.UniqueConstraint(fields=("review", "number"), name="additions_to_a_review_are_numbered"),
        ),
        migrations.AddConstraint(
            model_name="reviewaddition",
            constraint=models.CheckConstraint(
                condition=models.Q(models.Q(("words", ""), _negated=True), ("number__gte", 1)),
                name="an_addition_says_something",
            ),
        ),
        migrations.AddConstraint(
            model_name="amendmentrequest",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("closed_at", None), ("closed_by", None), ("reason", "")),
                    models.Q(
                        ("closed_at__isnull", False),
                        ("closed_by__isnull", False),
                        models.Q(("reason", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="a_request_is_closed_for_a_reason",
            ),
        ),
        migrations.AddConstraint(
            model_name="reviewpaper",
            constraint=models.CheckConstraint(
                condition=models.Q(("position__gte", 1), ("position__lte", 3)),
                name="a_finding_has_three_papers_at_most",
            ),
        ),
        migrations.AddConstraint(
            model_name="reviewpaper",
            constraint=models.UniqueConstraint(fields=("child", "position"), name="papers_of_a_finding_are_numbered"),
        ),
        migrations.AddConstraint(
            model_name="reviewpaper",
            constraint=models.UniqueConstraint(fields=("child", "sha256"), name="a_paper_of_a_finding_is_kept_once"),
        ),
        migrations.AddConstraint(
            model_name="reviewsheet",
            constraint=models.UniqueConstraint(fields=("review", "school"), name="a_review_has_a_school_once"),
        ),
        migrations.AddConstraint(
            model_name="reviewmonth",
            constraint=models.UniqueConstraint(fields=("sheet", "edition"), name="a_review_looks_at_an_edition_once"),
        ),
        migrations.AddConstraint(
            model_name="reviewmonth",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("agreement", ""), ("changed_at", None), ("changed_by", None), ("words", "")),
                    models.Q(
                        models.Q(("agreement", ""), _negated=True),
                        ("changed_at__isnull", False),
                        ("changed_by__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="numbers_are_compared_by_somebody",
            ),
        ),
        migrations.AddConstraint(
            model_name="reviewmonth",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(models.Q(("agreement", "differs"), _negated=True), ("found", {})),
                    models.Q(("agreement", "differs"), models.Q(("found", {}), _negated=True)),
                    _connector="OR",
                ),
                name="what_differs_has_its_number",
            ),
        ),
        migrations.AddConstraint(
            model_name="reviewchild",
            constraint=models.UniqueConstraint(fields=("sheet", "student"), name="a_child_is_drawn_once_a_review"),
        ),
        migrations.AddConstraint(
            model_name="reviewchild",
            constraint=models.UniqueConstraint(fields=("sheet", "position"), name="one_child_a_place_of_a_sheet"),
        ),
        migrations.AddConstraint(
            model_name="reviewchild",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("changed_at", None), ("changed_by", None), ("finding", ""), ("words", "")),
                    models.Q(
                        models.Q(("finding", ""), _negated=True),
                        ("changed_at__isnull", False),
                        ("changed_by__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="a_finding_is_somebodys",
            ),
        ),
        migrations.AddConstraint(
            model_name="reviewchild",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(models.Q(("finding", "wrong"), _negated=True), ("instead", "")),
                    models.Q(("finding", "wrong"), models.Q(("instead", ""), _negated=True)),
                    _connector="OR",
                ),
                name="what_does_not_hold_says_what_does",
            ),
        ),
        migrations.AddConstraint(
            model_name="reviewchild",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("finding__in", ["", "holds"]), models.Q(("words", ""), _negated=True), _connector="OR"
                ),
                name="what_does_not_hold_is_said_in_words",
            ),
        ),
        migrations.RunPython(keep, keep_no_more),
    ]
