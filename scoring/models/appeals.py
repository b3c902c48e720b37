"""申诉: of a class against a fact of its score, decided once, reviewed at most once (domain.md §8)."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from scoring.appeals import OPEN_STATES, TONES, AppealState, FactKind, Ground, Level, Standing
from students.access import Scope, ScopedQuerySet
from students.models.attendance import CLASS_PATH
from students.models.files import StoredFile
from students.models.registry import choices

Person = settings.AUTH_USER_MODEL
OPEN = Q(state__in=sorted(state.value for state in OPEN_STATES))
UNDECIDED = Q(decided_at=None, decided_by=None, decision="")
DECIDED = Q(decided_at__isnull=False, decided_by__isnull=False) & ~Q(decision="")
NO_REVIEW = Q(asked_at=None, asked_by=None, asked="")
REVIEW_ASKED = Q(asked_at__isnull=False, asked_by__isnull=False, level="bureau") & ~Q(asked="")
UNREVIEWED = Q(reviewed_at=None, reviewed_by=None, review="")
REVIEWED = Q(reviewed_at__isnull=False, reviewed_by__isnull=False) & ~Q(review="")
STANDS = Q(withdrawn_at=None, withdrawn_by=None)
WITHDRAWN = Q(withdrawn_at__isnull=False, withdrawn_by__isnull=False)


def _when(name: str) -> models.DateTimeField:
    return models.DateTimeField(name, null=True, blank=True)


def _who(name: str) -> models.ForeignKey:
    return models.ForeignKey(Person, models.PROTECT, null=True, blank=True, verbose_name=name, related_name="+")


class AppealQuerySet(ScopedQuerySet):
    """Appeals."""

    def open(self):
        """Those that nobody has decided on."""
        return self.filter(OPEN)

    def seen_by(self, scope: Scope):
        """Those of the classes whose scores the reader may open, and the reader's own wherever they work now."""
        own = self.filter(Q(made_by=scope.person) | Q(asked_by=scope.person))
        return self.visible_to(scope.without_lessons) | own


class Appeal(models.Model):
    """申诉: that nobody of the class is to blame for a fact (不可归责).

    ``fact`` names it (``scoring.appeals.AppealedFact``) and ``told`` says it as it stood then; ``duties`` are those it
    is made of, so that what becomes late afterwards has not been appealed for. ``level`` decides: first
    (``decision``), and after 申请复核 (``asked``) once more (``review``), finally; a review that is withdrawn leaves it
    不成立. What it says and what was decided never change (triggers). ``submission``: the form that made it; sent twice
    it is one.
    """

    school_class = models.ForeignKey(
        "students.SchoolClass", models.PROTECT, verbose_name="班级", related_name="appeals"
    )
    kind = models.CharField("申诉的依据", max_length=10, choices=choices(FactKind))
    fact = models.CharField("依据的代号", max_length=60)
    day = models.DateField("依据的日期")
    student = models.ForeignKey(
        "students.Student", models.PROTECT, null=True, blank=True, verbose_name="学生", related_name="+"
    )
    duties = models.JSONField("涉及的待办", default=list, blank=True)
    told = models.CharField("依据的内容", max_length=300)
    ground = models.CharField("理由", max_length=10, choices=choices(Ground))
    text = models.CharField("情况说明", max_length=500)
    state = models.CharField("状态", max_length=10, choices=choices(AppealState), default=AppealState.WAITING.value)
    level = models.CharField("由谁处理", max_length=10, choices=choices(Level))
    submission = models.UUIDField("提交编号", unique=True)
    made_at = models.DateTimeField("提出时间")
    made_by = models.ForeignKey(Person, models.PROTECT, verbose_name="提出人", related_name="+")
    decided_at = _when("处理时间")
    decided_by = _who("处理人")
    decision = models.CharField("处理意见", max_length=300, blank=True)
    asked_at = _when("申请复核时间")
    asked_by = _who("申请复核人")
    asked = models.CharField("复核的理由", max_length=500, blank=True)
    reviewed_at = _when("复核时间")
    reviewed_by = _who("复核人")
    review = models.CharField("复核意见", max_length=300, blank=True)
    withdrawn_at = _when("撤回时间")
    withdrawn_by = _who("撤回人")
    version = models.PositiveIntegerField("版本", default=1)

    scope_path = CLASS_PATH
    objects = AppealQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "申诉"
        ordering = ["-made_at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["school_class", "fact"], condition=OPEN, name="one_open_appeal_a_fact"),
            models.CheckConstraint(condition=~Q(text="") & ~Q(told=""), name="an_appeal_says_what_and_why"),
            models.CheckConstraint(
                condition=Q(kind__in=["report", "loss"], student__isnull=False)
                | Q(kind__in=["register", "calls"], student=None),
                name="an_appeal_names_the_child_it_is_about",
            ),
            models.CheckConstraint(
                condition=(Q(state="waiting") & UNDECIDED & NO_REVIEW & UNREVIEWED & STANDS)
                | (Q(state="withdrawn") & UNDECIDED & NO_REVIEW & UNREVIEWED & WITHDRAWN)
                | (Q(state="refused") & DECIDED & NO_REVIEW & UNREVIEWED & STANDS)
                | (Q(state="refused") & DECIDED & REVIEW_ASKED & UNREVIEWED & WITHDRAWN)
                | (Q(state="review") & DECIDED & REVIEW_ASKED & UNREVIEWED & STANDS)
                | (Q(state="upheld") & DECIDED & REVIEW_ASKED & REVIEWED & STANDS)
                | (Q(state="accepted") & DECIDED & NO_REVIEW & UNREVIEWED & STANDS)
                | (Q(state="accepted") & DECIDED & REVIEW_ASKED & REVIEWED & STANDS),
                name="an_appeal_is_decided_and_reviewed_in_order",
            ),
            models.CheckConstraint(
                condition=(Q(decided_by=None) | ~Q(decided_by=F("made_by")))
                & (Q(reviewed_by=None) | ~Q(reviewed_by=F("made_by")))
                & (Q(reviewed_by=None) | ~Q(reviewed_by=F("asked_by"))),
                name="nobody_decides_their_own_appeal",
            ),
            models.CheckConstraint(
                condition=~Q(kind="loss") | Q(level="bureau"), name="a_lost_child_is_the_bureaus_to_decide"
            ),
        ]
        indexes = [
            models.Index(fields=["school_class", "state"], name="appeals_of_a_class"),
            models.Index(fields=["level"], condition=OPEN, name="appeals_that_wait"),
        ]

    def __str__(self):
        return f"{self.school_class}：{self.told}"

    @property
    def level_now(self) -> Level:
        """Who decides now: the bureau, where everybody of the school who could has left. ``is_left`` is known of a row
        read by ``queries.appeals.with_level_now`` alone, and of any other this fails rather than guesses."""
        is_schools = self.state == AppealState.WAITING and self.level == Level.SCHOOL
        return Level.BUREAU if is_schools and self.is_left else Level(self.level)

    @property
    def standing(self) -> Standing:
        return Standing(AppealState(self.state), self.level_now)

    @property
    def is_open(self) -> bool:
        return self.state in OPEN_STATES

    @property
    def tone(self) -> str:
        return TONES[AppealState(self.state)]

    @property
    def answer(self) -> str:
        """What was said last by whoever decided."""
        return self.review or self.decision


class AppealPaper(StoredFile):
    """申诉材料: the photograph or PDF handed in with an appeal."""

    appeal = models.OneToOneField(Appeal, models.PROTECT, verbose_name="申诉", related_name="paper")

    scope_path = {key: f"appeal__{path}" for key, path in CLASS_PATH.items()}
    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "申诉材料"


class AppealDraft(models.Model):
    """申诉草稿: what somebody has typed of an appeal and not sent; theirs alone."""

    author = models.ForeignKey(Person, models.CASCADE, verbose_name="填写人", related_name="+")
    school_class = models.ForeignKey("students.SchoolClass", models.CASCADE, verbose_name="班级", related_name="+")
    fact = models.CharField("依据的代号", max_length=60)
    fields = models.JSONField("内容", default=dict)
    saved_at = models.DateTimeField("保存时间")

    class Meta:
        verbose_name = verbose_name_plural = "申诉草稿"
        constraints = [
            models.UniqueConstraint(fields=["author", "school_class", "fact"], name="one_draft_of_an_appeal_a_person")
        ]

    def __str__(self):
        return f"{self.school_class}（{self.author}）"
