"""The pages of cases that ``pages.py`` measures: for the bureau, and for the school that has most of them."""

from collections.abc import Mapping

# Those of cases, where there are any.
OF_CASES = {
    "个案": ("casework:cases", {}),
    "个案：逾期": ("casework:cases", {"tab": "late"}),
    "个案：等待别人": ("casework:cases", {"tab": "waiting"}),
    "个案：全部": ("casework:cases", {"tab": "all"}),
    "个案：已销号": ("casework:cases", {"tab": "closed"}),
    "个案：全部，后面的页": ("casework:cases", {"tab": "all", "page": 120}),
    "个案：查找": ("casework:cases", {"tab": "all", "q": "12"}),
    "个案：一个阶段": ("casework:cases", {"tab": "all", "stage": "absent"}),
    "个案：一个年级": ("casework:cases", {"tab": "all", "grade": "3"}),
    "个案：按缺课天数": ("casework:cases", {"tab": "all", "sort": "days"}),
    "个案：按升级级别": ("casework:cases", {"tab": "all", "sort": "tier"}),
    "个案：按特殊群体": ("casework:cases", {"tab": "all", "sort": "group"}),
    "个案：看板": ("casework:case_board", {}),
    "个案：逾期上交": ("casework:handed_up", {}),
    "个案：逾期上交，全部": ("casework:handed_up", {"post": "all"}),
    "个案：移交": ("casework:hand_offs", {}),
    "个案：联系记录": ("casework:contacts", {}),
    "个案：联系记录，查找": ("casework:contacts", {"q": "12"}),
    "个案：联系记录，后面的页": ("casework:contacts", {"page": 900}),
    "个案：文书": ("casework:documents", {}),
    "个案：发文登记": ("casework:document_register", {}),
    "个案：首页": ("home", {}),
}
# Those that only the bureau has, and those that only a school has.
OF_THE_BUREAU = {
    "个案：县局办理": ("casework:desk", {}),
    "个案：县局办理，待核实复学": ("casework:desk", {"box": "return"}),
    "个案：劝返漏斗": ("casework:funnel", {}),
    "个案：劝返漏斗，按学校": ("casework:funnel", {"by": "school"}),
    "个案：各校家访": ("casework:visits_by_school", {}),
}
OF_A_SCHOOL = {"个案：本周家访": ("casework:visits", {}), "个案：劝返漏斗": ("casework:funnel", {})}


def case_pages(times: int, asked: Mapping[str, tuple[str, dict]], school=None) -> dict[str, list[tuple[str, dict]]]:
    """The lists of cases that ``asked`` names, and the pages of some open ones (of ``school``)."""
    from django.urls import reverse

    from casework.models import Case

    some = Case.objects.open().order_by("-was_lost", "pk").values_list("pk", flat=True)
    some = (some.filter(student__line__school=school) if school else some)[:times]
    pages = {label: [(reverse(name), query)] * times for label, (name, query) in asked.items()}
    return pages | {"个案：一个": [(reverse("casework:case", args=[pk]), {}) for pk in some]}


def clerk_of_the_largest():
    """The clerk of the school with the most open cases; None where no school has a clerk."""
    from django.db.models import Count

    from casework.models import Case
    from students.models import Person

    schools = Case.objects.open().order_by().values_list("student__line__school").annotate(number=Count("pk"))
    largest = [school for school, _ in schools.order_by("-number")]
    clerks = {
        school: pk
        for pk, school in Person.objects.filter(is_active=True, postings__role="registry_clerk").values_list(
            "pk", "postings__school"
        )
    }
    return next((Person.objects.get(pk=clerks[school]) for school in largest if school in clerks), None)
