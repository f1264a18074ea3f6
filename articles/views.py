"""The pages of the paper."""

from collections.abc import Mapping

from django.conf import settings
from django.contrib.messages import get_messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.template.loader import render_to_string
from django.views.decorators.http import require_safe

from articles import fronts, stories
from articles.access import is_free_for_now
from articles.redirects import redirect_from
from articles.stories import Remembered
from articles.structured_data import news_article
from paywall import clock
from paywall.catalog.models import Section
from paywall.gate import gatekeeper
from paywall.gate.admission import Admission, share_or_keep, stamp
from paywall.gate.wall import wall_for


@require_safe
def show_front(request: HttpRequest) -> HttpResponseBase:
    """Show the front page; `/?p=` and the like are where other systems had their stories."""
    if request.GET and (redirect := redirect_from(request)):
        return redirect
    now = clock.now()
    context = {"front": fronts.front_page(now=now), "now": now}
    return _page(request, "articles/front.html", context)


@require_safe
def show_section(request: HttpRequest, slug: str) -> HttpResponse:
    """Show a section's stories, newest first."""
    section = get_object_or_404(Section, slug=slug)
    page = fronts.section_page(section, number=request.GET.get("page", "1"), now=clock.now())
    context = {"section": section, "page": page}
    return _page(request, "articles/section.html", context)


@require_safe
def show_story(request: HttpRequest, slug: str) -> HttpResponse:
    """Show the story, or its opening and our offers."""
    now = clock.now()
    signed_in = settings.SESSION_COOKIE_NAME in request.COOKIES
    story = stories.find(
        slug, now=now, with_text=signed_in, drafts=signed_in and request.user.is_staff
    )
    admission = gatekeeper.admit(request, story.article.as_story(now), now=now)
    if admission.postponed:
        request.is_postponed = True  # type: ignore[attr-defined]  # for the log
        response = HttpResponse("Ask again when somebody reads.", "text/plain", status=503)
    else:
        response = HttpResponse(_story_page(request, story, admission))
    return stamp(response, admission, passing=is_free_for_now(story.article.free_until, now))


def _page(request: HttpRequest, template: str, context: Mapping[str, object]) -> HttpResponse:
    signed_in = settings.SESSION_COOKIE_NAME in request.COOKIES
    return share_or_keep(render(request, template, dict(context)), shareable=not signed_in)


def _story_page(request: HttpRequest, story: Remembered, admission: Admission) -> bytes:
    """Render the story or its preview, once for all readers who are told the same of it."""
    if get_messages(request):  # those are for one reader, once
        return _render(request, story, admission)
    told = admission.told
    page = story.pages.get(told)
    if page is None:
        page = story.pages[told] = _render(request, story, admission)
    return page


def _render(request: HttpRequest, story: Remembered, admission: Admission) -> bytes:
    context = {
        "article": story.article,
        "admission": admission,
        "wall": wall_for(admission),
        "structured_data": news_article(story.article, admission.story),
    }
    template = "articles/preview.html"
    if admission.opens:
        template = "articles/story.html"
        context["text"] = stories.text_of(story)
    return render_to_string(template, context, request).encode()
