"""The pages of the paper."""

from collections.abc import Mapping

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.template.loader import render_to_string
from django.views.decorators.http import require_safe

from articles import fronts, stories
from articles.access import is_free_for_now
from articles.models import Article
from articles.redirects import redirect_from
from articles.structured_data import news_article
from paywall import clock
from paywall.catalog.models import Section
from paywall.gate import gatekeeper
from paywall.gate.admission import Admission, share_or_keep, stamp
from paywall.gate.wall import wall_for

PREVIEW = "articles/preview.html"


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
    article = stories.find(
        slug, now=now, with_text=signed_in, drafts=signed_in and request.user.is_staff
    )
    admission = gatekeeper.admit(request, article.as_story(now), now=now)
    if admission.postponed:
        request.is_postponed = True  # type: ignore[attr-defined]  # for the log
        response = HttpResponse("Ask again when somebody reads.", "text/plain", status=503)
    elif admission.opens:
        context = _context(request, article, admission) | {"text": stories.text_of(article)}
        response = render(request, "articles/story.html", context)
    else:
        response = HttpResponse(_preview(request, article, admission))
    return stamp(response, admission, passing=is_free_for_now(article.free_until, now))


def _page(request: HttpRequest, template: str, context: Mapping[str, object]) -> HttpResponse:
    signed_in = settings.SESSION_COOKIE_NAME in request.COOKIES
    return share_or_keep(render(request, template, dict(context)), shareable=not signed_in)


def _context(request: HttpRequest, article: Article, admission: Admission) -> dict[str, object]:
    return {
        "article": article,
        "admission": admission,
        "wall": wall_for(admission),
        "structured_data": news_article(article, admission.story),
    }


def _preview(request: HttpRequest, article: Article, admission: Admission) -> str:
    """Render the opening and the wall; once in a while for all strangers together."""
    if not admission.shareable:
        return render_to_string(PREVIEW, _context(request, article, admission), request)
    key = stories.preview_key(article.slug)
    made_under, page = cache.get(key) or ("", "")
    if not page or made_under != admission.rules:
        page = str(render_to_string(PREVIEW, _context(request, article, admission), request))
        cache.set(key, (admission.rules, page), stories.PREVIEW_REMEMBERED_FOR)
    return page
