"""The list of a sweep 排查 as a file: what the page shows, in Excel or on paper."""

from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_http_methods

from reports.queries.campaigns import findings_table
from reports.views.downloads import send_table
from students.forms.fields import filter_words
from students.forms.sweeps import FindingFilter
from students.models import Campaign, Finding
from students.queries import campaigns
from students.queries.residents import areas_of
from students.views.audience import campaign_page
from students.views.lists import same_filters


@require_http_methods(["GET", "HEAD", "POST"])
@campaign_page
def findings_file(request, pk):
    """排查名单, narrowed down as the page was."""
    campaign = get_object_or_404(Campaign, pk=pk)
    visible = Finding.objects.visible_to(request.scope).filter(campaign=campaign)
    townships, villages = areas_of(request.scope)
    form = FindingFilter(request.GET, townships=townships, villages=villages, followers=campaigns.followers(visible))
    chosen = form.cleaned_data if form.is_valid() else {}
    listed = campaigns.filtered(visible, chosen, person=request.user.pk)
    words = filter_words(form) if chosen else ()
    return send_table(
        request,
        name="findings",
        build=lambda reveal: findings_table(campaign, listed, filters=words, reveal=reveal),
        back_url=same_filters(request, "students:findings", pk),
        asked={"campaign": pk} | {name: value for name, value in chosen.items() if value},
    )
