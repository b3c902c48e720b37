"""Opening a sweep 排查 and drawing its lists anew: both need the absence runs, which are casework's."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from casework.actions import campaigns
from students.actions.campaigns import CampaignRefused
from students.forms.sweeps import CampaignForm
from students.models import Campaign, Finding
from students.views.audience import campaign_step


@require_http_methods(["GET", "HEAD", "POST"])
@campaign_step
def open_campaign(request):
    """启动排查: which season, as of which day, to be done by when."""
    form = CampaignForm(request.POST or None, today=request.today, initial=CampaignForm.usual(request.today))
    if form.is_valid():
        asked = form.cleaned_data
        try:
            campaign, counts = campaigns.open_campaign(by=request.user, year=asked["as_of"].year, **asked)
        except CampaignRefused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, f"{campaign}已启动：{_words(counts)}。")
            return redirect("students:campaign", campaign.pk)
    return render(request, "students/campaign_open.html", {"form": form}, status=422 if form.is_bound else 200)


@require_POST
@campaign_step
def redraw_campaign(request, pk):
    """重新比对: add who belongs on the lists by now; whoever is on them stays."""
    campaign = get_object_or_404(Campaign, pk=pk)
    try:
        counts = campaigns.draw(by=request.user, campaign=campaign)
    except CampaignRefused as refused:
        messages.error(request, str(refused))
    else:
        text = f"新增{_words(counts)}" if any(counts.values()) else "清单没有变化"
        messages.success(request, f"已重新比对：{text}。已登记的情况都保留。")
    return redirect("students:campaign", pk)


def _words(counts: dict[str, int]) -> str:
    return "，".join(f"{Finding.List(which).label}{number}人" for which, number in counts.items())
