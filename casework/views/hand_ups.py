"""逾期上交: the cases in which something overdue has gone to the next post as well."""

from django.core.paginator import Paginator
from django.shortcuts import render
from django.views.decorators.http import require_safe

from casework.queries import hand_ups as queries
from casework.steps import CHAIN, POSTS
from students.access import REGISTRY_ROLES
from students.views.audience import only_for
from students.views.lists import tabs

PAGE_SIZE = 30
TABS = {**{role: f"到{POSTS[role]}" for role in CHAIN[1:]}, queries.ANY: "全部"}


@require_safe
@only_for(REGISTRY_ROLES, "逾期上交的个案由班主任、学校和主管部门查看")
def handed_up(request):
    """The cases that have gone up, by the post that has them; the reader's own first."""
    asked = request.GET.get("post", queries.own_post(request.scope))
    shown = asked if asked in TABS else queries.ANY
    standing = queries.standing_cases(request.scope, request.today)
    page = Paginator(standing.get(shown, []), PAGE_SIZE).get_page(request.GET.get("page"))
    lines = queries.standing_lines(page.object_list, request.today)
    counts = {post: len(standing.get(post, ())) for post in TABS}
    context = {
        "tabs": tabs(request, TABS, name="post", shown=shown, counts=counts),
        "page": page,
        "rows": [(case, lines[case.pk]) for case in queries.cases_of(page.object_list)],
    }
    return render(request, "casework/handed_up.html", context)
