"""Who sees which rows, and the only place that decides it (domain.md §1).

A ``Scope`` is read once a request from a person's dated postings. Every model with student data declares its
``scope_path``; everything that shows or changes such rows starts from ``.visible_to(scope)``. The default is nothing.
"""

from dataclasses import dataclass, replace
from datetime import date

from django.apps import apps
from django.db import models
from django.db.models import OuterRef, Q, Subquery

COUNTY_ROLES = frozenset({"bureau_officer"})
TOWNSHIP_ROLES = frozenset({"township_officer", "inspector"})
HEAD_ROLES = frozenset({"principal", "deputy_head"})  # who leads a school and signs for it
SCHOOL_ROLES = HEAD_ROLES | {"registry_clerk"}
CLASS_ROLES = frozenset({"homeroom_teacher", "subject_teacher"})
AREA_ROLES = COUNTY_ROLES | TOWNSHIP_ROLES
OFFICE_ROLES = SCHOOL_ROLES | AREA_ROLES
OVERSEER_ROLES = AREA_ROLES | HEAD_ROLES  # who looks over classes, and takes no register
REGISTRY_ROLES = OFFICE_ROLES | {"homeroom_teacher"}  # a 科任教师 has to do with lessons only
KEEPER_ROLES = COUNTY_ROLES | {"registry_clerk"}  # who keeps a registry: their school's, or every one
ACCOUNT_ROLES = frozenset({"bureau_officer", "administrator"})


@dataclass(frozen=True)
class Scope:
    """What a person may see on a day: the county, or townships, schools and classes by id.

    ``homeroom`` are the classes whose 班主任 (or 代班) the person is, ``taught`` those in which they teach a subject;
    ``clerk_of`` and ``led`` are the schools whose registry they keep or which they lead, ``officer_of`` the townships
    whose officer 乡镇干部 they are.
    """

    person: int | None = None
    roles: frozenset[str] = frozenset()
    county: bool = False
    townships: frozenset[int] = frozenset()
    schools: frozenset[int] = frozenset()
    homeroom: frozenset[int] = frozenset()
    taught: frozenset[int] = frozenset()
    clerk_of: frozenset[int] = frozenset()
    led: frozenset[int] = frozenset()
    officer_of: frozenset[int] = frozenset()

    @property
    def classes(self) -> frozenset[int]:
        return self.homeroom | self.taught

    @property
    def is_bureau(self) -> bool:
        """县教育局 itself, which decides; an inspector of the whole county only looks."""
        return bool(self.roles & COUNTY_ROLES)

    @property
    def keeps_all_accounts(self) -> bool:
        """县教育局 and 系统管理员: an inspector of the county reads everything and keeps no account."""
        return bool(self.roles & ACCOUNT_ROLES)

    @property
    def may_reveal(self) -> bool:
        """Who may see full numbers and take children's data out, with a reason and a log row; 科任教师 only look."""
        return bool(self.homeroom or self.roles & OFFICE_ROLES)

    @property
    def keeps_accounts(self) -> bool:
        """Whoever keeps all accounts, and the clerk those of the school."""
        return self.keeps_all_accounts or bool(self.clerk_of)

    def may_take_register(self, school_class) -> bool:
        """班主任, 代班 and 科任教师 of the class; the clerk on their behalf (domain.md §1)."""
        return school_class.pk in self.classes or school_class.school_id in self.clerk_of

    def may_enter_month(self, school_class) -> bool:
        """Who enters a whole month from paper: whoever answers for the marks of the class."""
        return self.may_verify(school_class)

    @property
    def without_lessons(self) -> "Scope":
        """The scope without the classes in which only lessons are taught: a 科任教师 looks, and no further."""
        return replace(self, taught=frozenset())

    @property
    def of_whole_schools(self) -> "Scope":
        """The scope without single classes: what is said of a school is said of all its classes, or not at all."""
        return replace(self, homeroom=frozenset(), taught=frozenset())

    @property
    def of_own_schools(self) -> "Scope":
        """The scope of whoever judges persons: the bureau, and of other areas only the schools where one has a post."""
        return replace(self.of_whole_schools, county=self.is_bureau, townships=frozenset())

    @property
    def over_classes(self) -> "Scope":
        """The scope of whoever looks over classes: no class of one's own, nor the school whose registry one keeps."""
        schools = (self.schools - self.clerk_of) | self.led
        return replace(self, homeroom=frozenset(), taught=frozenset(), schools=schools)

    def may_answer_for(self, school_class) -> bool:
        """Whoever records a contact or files a report: the class's 班主任, the school's clerk or its head."""
        return school_class.pk in self.homeroom or school_class.school_id in self.clerk_of | self.led

    def may_verify(self, school_class) -> bool:
        """Whoever asks why a child was away and writes it into the register: the 班主任, 代班, and the clerk."""
        return school_class.pk in self.homeroom or school_class.school_id in self.clerk_of

    def runs(self, school: int) -> bool:
        """The clerk and the heads: who decides on a school's teachers, substitutes and timetables."""
        return school in self.clerk_of | self.led

    def keeps_calendar_of(self, school: int | None) -> bool:
        """县教育局 the county's calendar (None); a school's clerk and heads its own and that of its classes."""
        return self.is_bureau if school is None else school in self.clerk_of | self.led

    def sets_rules_of(self, school: int | None) -> bool:
        """县教育局 the county's rules 规则 (None) and any school's; the clerk and the heads those of their school."""
        return self.is_bureau or (school is not None and self.runs(school))

    def sets_scheme_of(self, school: int | None) -> bool:
        """县教育局 the county's scheme of scores 考核办法 (None); the heads of a school its own."""
        return self.is_bureau if school is None else school in self.led

    def keeps_channels_of(self, school: int | None, township: int | None) -> bool:
        """县教育局 all, those of the county (neither) too; 乡镇干部 their township's; clerk, heads the school's."""
        return self.is_bureau or school in self.clerk_of | self.led or township in self.officer_of

    def may_allow_names_in(self, school: int | None) -> bool:
        """Whoever decides that a message out of the site may name children: 县教育局, and a school's heads for it."""
        return self.is_bureau or school in self.led

    def may_manage_in(self, township: int | None) -> bool:
        """县教育局 anywhere, 乡镇干部 in their own township: who settles what concerns its residents."""
        return self.is_bureau or township in self.officer_of

    def may_follow_up(self, finding) -> bool:
        """Whoever records what became of a child of a sweep 排查; the clerk and the heads where it has their school."""
        return self.may_manage_in(finding.township_id) or finding.school_id in self.clerk_of | self.led


NOBODY = Scope()


WHOLE_COUNTY = Scope(county=True)  # what commands and the night see


def scope_of(person, postings) -> Scope:
    """The scope that a person's postings in force give."""

    def ids(roles, column):
        return frozenset(getattr(p, column) for p in postings if p.role in roles) - {None}

    return Scope(
        person=person.pk,
        roles=frozenset(posting.role for posting in postings),
        # An inspector without a township or school has been given the whole county.
        county=any(
            p.role in COUNTY_ROLES or (p.role == "inspector" and not (p.township_id or p.school_id)) for p in postings
        ),
        townships=ids(TOWNSHIP_ROLES, "township_id"),
        schools=ids(SCHOOL_ROLES | {"inspector"}, "school_id"),
        homeroom=ids({"homeroom_teacher"}, "school_class_id"),
        taught=ids({"subject_teacher"}, "school_class_id"),
        clerk_of=ids({"registry_clerk"}, "school_id"),
        led=ids(HEAD_ROLES, "school_id"),
        officer_of=ids({"township_officer"}, "township_id"),
    )


def in_force(postings, day: date):
    """The postings that hold ``day``."""
    return postings.filter(Q(until=None) | Q(until__gt=day), since__lte=day)


class ScopedQuerySet(models.QuerySet):
    """A queryset whose model says, in ``scope_path``, how it hangs on school, township and class."""

    def visible_to(self, scope: Scope):
        """The rows that ``scope`` holds; none by default."""
        if scope.county:
            return self
        path = self.model.scope_path
        allowed = [
            (path["township"], scope.townships),
            (path["school"], scope.schools),
            (path["school_class"], scope.classes),
        ]
        condition = Q()
        for field, ids in allowed:
            if field and ids:
                condition |= Q(**{f"{field}__in": ids})
        if not condition:
            return self.none()
        if day := getattr(self.model, "scope_day", None):
            return self._of_the_class_then(scope, day)
        if getattr(self.model, "scope_is_many", False):
            # A path through many rows (a child's enrolments) must not show one row twice.
            return self.filter(pk__in=self.model._base_manager.filter(condition).values("pk"))
        return self.filter(condition)

    def done_in(self, scope: Scope):
        """Rows that speak of a day, of children who were in a class of ``scope`` then: what was done counts once, for
        the school of its day, wherever the child is now."""
        if scope.county:
            return self
        classes = _classes(scope)
        return self._with_classes(self.model.scope_day, classes).filter(class_then__in=classes)

    def _of_the_class_then(self, scope: Scope, day: str):
        """Rows that speak of a day belong to the class that the child was in by then, and to the one it is in now.

        So the case travels with the child, while the old school keeps what was written in its time and does not read
        what the new one writes.
        """
        classes = _classes(scope)
        found = self._with_classes(day, classes)
        return found.filter(Q(class_then__in=classes) | Q(class_now__in=classes))

    def _with_classes(self, day: str, classes):
        """``class_then``: the child's class by the day of a row; ``class_now``: its latest. Only of a child who has
        been in one of ``classes``: the others need not be looked at day by day."""
        enrolments = apps.get_model("students", "Enrolment").objects
        latest = enrolments.filter(student=OuterRef("student")).order_by("-since").values("school_class")
        been = enrolments.filter(school_class__in=classes).order_by().values("student")
        return self.filter(student__in=been).alias(
            class_then=Subquery(latest.filter(since__lte=OuterRef(day))[:1]), class_now=Subquery(latest[:1])
        )


def _classes(scope: Scope):
    return apps.get_model("students", "SchoolClass").objects.visible_to(scope).values("pk")
