"""A story is found by its address, however somebody reads it out."""

from datetime import timedelta

import pytest
from django.utils import timezone

from articles.finding import story_at
from articles.models import OldAddress
from tests.making import make_article

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "address",
    [
        "https://gazette.example/stories/the-quay/",
        "/stories/the-quay/",
        "/stories/the-quay",
        "stories/the-quay/?utm_source=x#comments",
        " the-quay ",
        "https://old.example/2019/05/quay.html",
        "/?p=7",
    ],
)
def test_it_is_found(address: str) -> None:
    article = make_article("the-quay")
    for path in ("/2019/05/quay.html", "/?p=7"):
        OldAddress.objects.create(path=path, article=article)
    story = story_at(address, now=timezone.now())
    assert story
    assert story.title == "The quay"


@pytest.mark.parametrize(
    "address", ["", "/", "/sections/news/", "no-such", "http://[", "\x00", "/stories/draft/"]
)
def test_what_is_none_is_none(address: str) -> None:
    make_article("draft", published_at=timezone.now() + timedelta(days=1))
    make_article("news")
    assert story_at(address, now=timezone.now()) is None
