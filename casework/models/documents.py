"""文书: written, numbered, printed once for good, signed along a chain; voided, never deleted (domain.md §5)."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from casework.document_kinds import OF_A_CHILD, PLEDGES, SCHOOL_PLEDGES, DocumentKind
from casework.documents import STANDING, STATE_TONES, DocumentAction, DocumentState, Post
from casework.models.acts import Report
from casework.models.cases import Case
from casework.models.obligations import Obligation
from students.access import Scope, ScopedQuerySet
from students.models import SchoolClass
from students.models.attendance import CLASS_PATH
from students.models.files import StoredFile
from students.models.registry import Student, choices

STANDS = Q(state__in=sorted(state.value for state in STANDING))


class DocumentQuerySet(ScopedQuerySet):
    """Documents."""

    def visible_to(self, scope: Scope):
        """Those of the classes in the scope, of the children who are there now (the case travels with the child), and
        what the reader has to sign in person."""
        if scope.county:
            return self
        classes = SchoolClass.objects.visible_to(scope).order_by().values("pk")
        here = Q(school_class__in=classes) | Q(student__line__school_class__in=classes)
        here |= Q(of_school__in=scope.schools) | Q(of_school__township__in=scope.townships)
        return self.filter(here | Q(person=scope.person, person__isnull=False))

    def standing(self):
        """Those not voided."""
        return self.filter(STANDS)

    def for_page(self):
        """With all that a list or a page of them names."""
        return self.select_related(
            "student",
            "school_class__school__township",
            "of_school__township",
            "area",
            "drafted_by",
            "issued_by",
            "person",
            "voided_by",
        )


class Document(models.Model):
    """文书: of a child, or (责任书) of a teacher of a class or a head of a school.

    ``values`` is what has been filled in; what has been printed stands in ``IssuedPaper`` and never changes. A number
    is given at the first issue and stays, also when the document is voided, or sent back and issued anew. ``step``
    counts the signatures of its chain that are given, ``waiting_for`` is the post that signs next. ``report`` is the
    act that issuing it has filed. ``submission``: the form that drafted it; sent twice it is one document.
    """

    kind = models.CharField("种类", max_length=20, choices=choices(DocumentKind))
    student = models.ForeignKey(
        Student, models.PROTECT, null=True, blank=True, verbose_name="学生", related_name="documents"
    )
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, verbose_name="责任人", related_name="pledges"
    )
    school_class = models.ForeignKey(
        SchoolClass, models.PROTECT, null=True, blank=True, verbose_name="班级", related_name="documents"
    )
    of_school = models.ForeignKey(
        "students.School", models.PROTECT, null=True, blank=True, verbose_name="学校", related_name="pledges",
        help_text="不属于一个班的责任书写学校",
    )  # fmt: skip
    school_year = models.PositiveSmallIntegerField("学年", null=True, blank=True, help_text="责任书的学年")
    obligation = models.ForeignKey(
        Obligation, models.PROTECT, null=True, blank=True, verbose_name="待办", related_name="documents"
    )
    case = models.ForeignKey(Case, models.PROTECT, null=True, blank=True, verbose_name="个案", related_name="documents")
    report = models.OneToOneField(
        Report, models.PROTECT, null=True, blank=True, verbose_name="报告", related_name="document"
    )
    values = models.JSONField("内容", default=dict)
    state = models.CharField("状态", max_length=20, choices=choices(DocumentState), default=DocumentState.DRAFT.value)
    step = models.PositiveSmallIntegerField("已签几步", default=0)
    waiting_for = models.CharField("等谁签", max_length=20, choices=choices(Post), blank=True)
    school = models.ForeignKey(
        "students.School", models.PROTECT, null=True, blank=True, verbose_name="发文学校", related_name="+"
    )
    area = models.ForeignKey(
        "students.Area", models.PROTECT, null=True, blank=True, verbose_name="发文乡镇或县", related_name="+"
    )
    year = models.PositiveSmallIntegerField("年份", null=True, blank=True)
    number = models.PositiveIntegerField("序号", null=True, blank=True)
    reference = models.CharField("文号", max_length=100, blank=True)
    revision = models.PositiveSmallIntegerField("第几稿", default=0)
    submission = models.UUIDField("提交编号", unique=True)
    drafted_at = models.DateTimeField("起草时间")
    drafted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="起草人", related_name="+")
    issued_at = models.DateTimeField("签发时间", null=True, blank=True)
    issued_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, verbose_name="签发人", related_name="+"
    )
    confirmed_at = models.DateTimeField("确认时间", null=True, blank=True)
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, verbose_name="确认人", related_name="+"
    )
    voided_at = models.DateTimeField("作废时间", null=True, blank=True)
    voided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, verbose_name="作废人", related_name="+"
    )
    void_reason = models.CharField("作废原因", max_length=200, blank=True)
    version = models.PositiveIntegerField("版本", default=1)

    scope_path = CLASS_PATH
    objects = DocumentQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "文书"
        ordering = ["-drafted_at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["school", "year", "number"], name="a_school_gives_a_number_once_a_year"),
            models.UniqueConstraint(fields=["area", "year", "number"], name="an_area_gives_a_number_once_a_year"),
            models.UniqueConstraint(fields=["obligation"], condition=STANDS, name="one_standing_document_a_duty"),
            models.UniqueConstraint(
                fields=["kind", "person", "school_class", "school_year"],
                condition=STANDS & Q(person__isnull=False, school_class__isnull=False),
                name="one_standing_pledge_a_teacher_and_class",
            ),
            models.UniqueConstraint(
                fields=["kind", "person", "of_school", "school_year"],
                condition=STANDS & Q(of_school__isnull=False),
                name="one_standing_pledge_a_head_and_school",
            ),
            models.CheckConstraint(
                condition=Q(
                    kind__in=[kind.value for kind in SCHOOL_PLEDGES], school_class=None, of_school__isnull=False
                )
                | ~Q(kind__in=[kind.value for kind in SCHOOL_PLEDGES]) & Q(school_class__isnull=False, of_school=None),
                name="a_document_is_of_a_class_or_a_school",
            ),
            models.CheckConstraint(
                condition=Q(state__in=[state.value for state in DocumentState]), name="document_state_is_known"
            ),
            models.CheckConstraint(
                condition=Q(kind__in=[kind.value for kind in OF_A_CHILD], student__isnull=False, person=None)
                | Q(
                    kind__in=[kind.value for kind in PLEDGES],
                    student=None,
                    person__isnull=False,
                    school_year__isnull=False,
                ),
                name="a_document_is_of_a_child_or_a_teacher",
            ),
            models.CheckConstraint(
                condition=Q(revision=0, number=None, reference="", issued_at=None, issued_by=None)
                | (
                    Q(revision__gte=1, number__gte=1, year__isnull=False)
                    & Q(issued_at__isnull=False, issued_by__isnull=False)
                    & ~Q(reference="")
                ),
                name="an_issued_document_has_its_number",
            ),
            models.CheckConstraint(
                condition=Q(revision=0) | Q(school=None, area__isnull=False) | Q(school__isnull=False, area=None),
                name="an_issued_document_has_one_issuer",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["draft", "voided"]) | Q(revision__gte=1), name="only_a_draft_is_unissued"
            ),
            models.CheckConstraint(
                condition=Q(state="waiting") & ~Q(waiting_for="") | ~Q(state="waiting") & Q(waiting_for=""),
                name="a_document_that_waits_says_for_whom",
            ),
            models.CheckConstraint(
                condition=Q(state="confirmed", confirmed_at__isnull=False, confirmed_by__isnull=False)
                | ~Q(state="confirmed") & Q(confirmed_at=None, confirmed_by=None),
                name="a_confirmed_document_says_by_whom",
            ),
            models.CheckConstraint(
                condition=Q(state="voided", voided_at__isnull=False, voided_by__isnull=False) & ~Q(void_reason="")
                | ~Q(state="voided") & Q(voided_at=None, voided_by=None, void_reason=""),
                name="a_voided_document_says_why",
            ),
        ]
        indexes = [
            models.Index(fields=["school_class", "state"], name="documents_of_a_class"),
            models.Index(fields=["waiting_for"], condition=Q(state="waiting"), name="documents_that_wait"),
        ]

    def __str__(self):
        return f"{self.get_kind_display()} {self.reference}".strip()

    @property
    def of_whom(self) -> str:
        """The child, or the teacher of a 责任书."""
        return self.student.name if self.student_id else self.person.name

    @property
    def place(self):
        """The class, or the school as a whole."""
        return self.school_class or self.of_school

    @property
    def home_school(self):
        """The school to which it belongs."""
        return self.school_class.school if self.school_class else self.of_school

    @property
    def place_words(self) -> str:
        """东坪小学 2023级1班."""
        return f"{self.home_school} {self.school_class}" if self.school_class else str(self.of_school)

    @property
    def next_revision(self) -> int:
        return self.revision + 1

    @property
    def tone(self) -> str:
        return STATE_TONES[DocumentState(self.state)]


DOCUMENT_PATH = {key: f"document__{path}" for key, path in CLASS_PATH.items()}


class OfADocumentQuerySet(ScopedQuerySet):
    """What belongs to documents and is seen with them."""

    def visible_to(self, scope: Scope):
        return self.filter(document__in=Document.objects.visible_to(scope).order_by().values("pk"))


class IssuedPaper(models.Model):
    """定稿: what was issued, as the bytes of its PDF, which the database refuses to change; a reprint is the same."""

    document = models.ForeignKey(Document, models.PROTECT, verbose_name="文书", related_name="papers")
    revision = models.PositiveSmallIntegerField("第几稿")
    values = models.JSONField("内容")
    pdf = models.BinaryField("PDF内容")
    sha256 = models.CharField("内容摘要", max_length=64)
    pages = models.PositiveSmallIntegerField("页数")
    issued_at = models.DateTimeField("签发时间")
    issued_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="签发人", related_name="+")

    scope_path = DOCUMENT_PATH
    objects = OfADocumentQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "定稿"
        ordering = ["document", "revision"]
        constraints = [
            models.UniqueConstraint(fields=["document", "revision"], name="a_revision_is_printed_once"),
            models.CheckConstraint(condition=Q(pages__gte=1, revision__gte=1), name="an_issued_paper_has_pages"),
        ]

    def __str__(self):
        return f"{self.document} 第{self.revision}稿"


class DocumentStep(models.Model):
    """经办记录: one thing done to a document, by whom in which post; never changed."""

    document = models.ForeignKey(Document, models.PROTECT, verbose_name="文书", related_name="steps")
    action = models.CharField("事项", max_length=20, choices=choices(DocumentAction))
    revision = models.PositiveSmallIntegerField("第几稿")
    step = models.PositiveSmallIntegerField("第几步", default=0)
    post = models.CharField("岗位", max_length=20, choices=choices(Post), blank=True)
    verb = models.CharField("办理", max_length=20)
    reason = models.CharField("意见", max_length=200, blank=True)
    at = models.DateTimeField("办理时间")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="办理人", related_name="+")

    scope_path = DOCUMENT_PATH
    objects = OfADocumentQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "经办记录"
        ordering = ["document", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(action__in=["return", "void"]) | ~Q(reason=""), name="a_document_goes_back_for_a_reason"
            ),
            models.UniqueConstraint(
                fields=["document", "revision", "step"], condition=Q(action="sign"), name="a_step_is_signed_once"
            ),
        ]

    def __str__(self):
        return f"{self.document} {self.verb}"


class SignedCopy(StoredFile):
    """签字件: the paper as it was signed and sealed, scanned or photographed."""

    document = models.ForeignKey(Document, models.PROTECT, verbose_name="文书", related_name="copies")

    scope_path = DOCUMENT_PATH
    objects = OfADocumentQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "签字件"
        ordering = ["document", "pk"]
        constraints = [models.UniqueConstraint(fields=["document", "sha256"], name="a_signed_copy_is_kept_once")]


class LetterDelivery(models.Model):
    """送达: how and when a letter was handed over, and by when the child has to be back; a refusal names witnesses."""

    class Method(models.TextChoices):
        IN_PERSON = "in_person", "直接送达"
        HOUSEHOLD = "household", "同住成年家属签收"
        LEFT = "left", "留置送达"
        POST = "post", "邮寄送达"

    document = models.OneToOneField(Document, models.PROTECT, verbose_name="文书", related_name="delivery")
    delivered_on = models.DateField("送达日期")
    method = models.CharField("送达方式", max_length=20, choices=Method)
    place = models.CharField("送达地点", max_length=100, blank=True)
    recipient = models.CharField("签收人", max_length=60, blank=True)
    witnesses = models.CharField("见证人", max_length=100, blank=True)
    note = models.CharField("备注", max_length=200, blank=True)
    limit_on = models.DateField("期限届满日")
    recorded_at = models.DateTimeField("登记时间")
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="登记人", related_name="+")

    scope_path = DOCUMENT_PATH
    objects = OfADocumentQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "送达"
        ordering = ["document"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(method="left") & ~Q(recipient="") | Q(method="left") & ~Q(witnesses=""),
                name="a_delivery_names_who_received_or_witnessed",
            ),
            models.CheckConstraint(
                condition=Q(limit_on__gt=models.F("delivered_on")), name="a_limit_ends_after_the_delivery"
            ),
        ]

    def __str__(self):
        return f"{self.document} {self.get_method_display()}"
