import pytest
from django.db import IntegrityError
from django.test import Client

from articles.models import Article, ArticleBody, OldAddress
from articles.writing import write
from tests.making import TEXT, make_article

pytestmark = pytest.mark.django_db


def test_the_text_is_cleaned_and_its_opening_split_off() -> None:
    article = make_article(text=f"<script>alert(1)</script>{TEXT}")
    article.refresh_from_db()
    assert "script" not in article.body.html
    assert len(article.opening) == 3
    assert article.body.html.startswith(article.opening[0])


def test_writing_again_replaces_the_text_and_its_opening() -> None:
    article = make_article()
    write(article, "<p>Short.</p>")
    article.refresh_from_db()
    assert ArticleBody.objects.get().html == "<p>Short.</p>"
    assert article.opening == []


def test_readers_see_the_new_text_at_once(client: Client) -> None:
    article = make_article("wall", access="free", text="<p>Before.</p>")
    assert "Before." in client.get("/stories/wall/").content.decode()
    write(article, "<p>After.</p>")
    assert "After." in client.get("/stories/wall/").content.decode()


def test_a_text_that_cannot_be_saved_leaves_everything_as_it_was() -> None:
    make_article("taken")
    article = make_article("wall", text="<p>Before.</p>")
    article.slug = "taken"
    with pytest.raises(IntegrityError):
        write(article, "<p>After.</p>", old_addresses=["/old/"])
    assert ArticleBody.objects.get(article=article).html == "<p>Before.</p>"
    assert Article.objects.filter(slug="wall").exists()
    assert not OldAddress.objects.exists()
