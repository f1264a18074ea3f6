"""Importing again, what staff edited, sections, genres, slugs and who may read."""

from datetime import UTC, datetime

import pytest
from django.core.management.base import CommandError
from django.db import IntegrityError
from django.utils import timezone

from articles.access import Genre
from articles.importing import saving
from articles.importing.genres import genre_of
from articles.importing.items import Item
from articles.models import Article, OldAddress
from articles.writing import write
from paywall.catalog.models import Section
from tests.articles.importing.conftest import Import
from tests.articles.importing.making import PARAGRAPH, SECOND, TEXT, THIRD, item, post, rss, wxr
from tests.making import make_article, make_section

NOTHING = "0 created, 0 updated, 0 unchanged, 0 kept, 0 rejected"


def headlines() -> list[str]:
    return list(Article.objects.order_by("pk").values_list("headline", flat=True))


def test_a_second_run_changes_nothing_and_says_so(import_: Import) -> None:
    feed = rss(item("One"), item("Two"))
    assert "2 created, 0 updated, 0 unchanged" in import_(feed)
    before = list(Article.objects.values())
    assert "0 created, 0 updated, 2 unchanged" in import_(feed)
    assert list(Article.objects.values()) == before


def test_what_changed_at_the_source_changes_here_under_the_same_address(import_: Import) -> None:
    import_(rss(item("One", guid="urn:1"), item("Two", guid="urn:2")))
    address = Article.objects.get(headline="One").get_absolute_url()
    report = import_(rss(item("Uno", guid="urn:1", text="<p>New.</p>"), item("Two", guid="urn:2")))
    assert "0 created, 1 updated, 1 unchanged" in report
    article = Article.objects.get(source_guid="urn:1")
    assert (article.headline, article.body.html) == ("Uno", "<p>New.</p>")
    assert article.get_absolute_url() == address


def test_a_summary_in_another_source_never_takes_the_place_of_the_text(import_: Import) -> None:
    guid = "https://old.example/?p=7"
    short = "The harbour wall will cost eleven million […]"
    summary = rss(
        f"<item><title>Harbour wall</title><guid isPermaLink='false'>{guid}</guid>"
        f"<description>{short}</description></item>"
    )
    import_(wxr(post(number=7)), name="export.xml")
    before = Article.objects.get()
    report = import_(summary, name="feed.xml")
    assert "has but a summary of the text that export.xml brought" in report
    after = Article.objects.get()
    assert (after.body.html, after.byline) == (before.body.html, "Jane Roe")

    full = rss(item(text=f"{TEXT}<p>A correction.</p>", guid=guid))
    assert "1 updated" in import_(full, name="feed.xml")
    assert "1 updated" in import_(summary, name="feed.xml")  # it is its own to shorten
    import_(full, name="feed.xml")
    cut = rss(item(text=f"<p>{short}</p>", guid=guid))
    assert "1 updated" in import_(cut, name="other.xml")  # the whole of it, by what it says


def test_what_staff_edited_stays_and_is_named(import_: Import) -> None:
    import_(rss(item("One", guid="urn:1"), item("Two", guid="urn:2")))
    article = Article.objects.get(source_guid="urn:1")
    article.headline, article.edited_at = "Ours", timezone.now()
    write(article, "<p>Our text.</p>")
    report = import_(rss(item("Theirs", guid="urn:1"), item("Two", guid="urn:2")))
    assert "0 created, 0 updated, 1 unchanged, 1 kept, 0 rejected" in report
    assert "Kept as staff edited it: item 1, 'Theirs'" in report
    article.refresh_from_db()
    assert (article.headline, article.body.html) == ("Ours", "<p>Our text.</p>")


def test_staff_who_edit_while_the_import_runs_win(
    import_: Import, monkeypatch: pytest.MonkeyPatch
) -> None:
    import_(rss(item("One", guid="urn:1")))

    def digest_late(self: object, *choices: str) -> str:
        Article.objects.update(headline="Ours", edited_at=timezone.now())
        return "another"

    monkeypatch.setattr(Item, "digest", digest_late)
    assert "1 kept" in import_(rss(item("Theirs", guid="urn:1")))
    assert headlines() == ["Ours"]


def test_one_bad_item_never_stops_the_rest(import_: Import) -> None:
    report = import_(
        rss(
            item("First"),
            item(""),
            item("Silent", text=""),
            item("Long", guid=f"urn:{'x' * 500}"),
            item("y" * 10_000),
            item("Last"),
        )
    )
    assert headlines() == ["First", "Last"]
    assert "2 created, 0 updated, 0 unchanged, 0 kept, 4 rejected" in report
    assert "item 2, 'https://old.example/" in report
    assert "has no headline" in report
    assert "Rejected: item 3, 'Silent': has no text" in report
    assert "Rejected: item 4, 'Long': has a GUID of 504 characters" in report
    assert "has a headline of 10,000 characters" in report


def test_an_item_that_the_database_refuses_is_rejected(
    import_: Import, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(article: Article, *args: object, **options: object) -> Article:
        if article.headline == "Bad":
            raise IntegrityError("no")
        return write(article, TEXT)

    monkeypatch.setattr(saving, "write", refuse)
    report = import_(rss(item("Good"), item("Bad"), item("Better")))
    assert headlines() == ["Good", "Better"]
    assert "Rejected: item 2, 'Bad': cannot be saved: no" in report


def test_two_different_stories_of_one_guid_are_not_one_after_the_other(import_: Import) -> None:
    feed = rss(item("One", guid="urn:1"), item("Two", guid="urn:1"), item("One", guid="urn:1"))
    for summary in ("1 created, 0 updated, 1 unchanged", "0 created, 0 updated, 2 unchanged"):
        report = import_(feed)
        assert summary in report
        assert "Rejected: item 2, 'Two': has the GUID of an earlier item" in report
    assert headlines() == ["One"]


@pytest.mark.parametrize(
    ("category", "slug"),
    [
        ("sport", "sport"),
        ("Town Hall", "town-hall"),
        ("TOWN HALL", "town-hall"),
        ("News &gt; Town Hall", "town-hall"),
        ("Gardening", "news"),
    ],
)
def test_a_category_names_the_section(import_: Import, category: str, slug: str) -> None:
    make_section("sport")
    make_section("town-hall", name="Town Hall")
    import_(rss(item(more=f"<category>Other</category><category>{category}</category>")))
    assert Article.objects.get().section.slug == slug


def test_what_names_no_section_goes_where_it_is_told(import_: Import) -> None:
    make_section("sport")
    import_(rss(item()), "--section", "sport")
    assert Article.objects.get().section.slug == "sport"
    assert not Section.objects.filter(slug="news").exists()


def test_a_section_made_later_is_found_when_importing_again(import_: Import) -> None:
    feed = rss(item(more="<category>Sport</category>"))
    import_(feed)
    make_section("sport")
    assert "1 updated" in import_(feed)
    assert Article.objects.get().section.slug == "sport"


def test_an_unknown_section_is_refused(import_: Import) -> None:
    make_section("sport")
    with pytest.raises(CommandError, match="There is no section 'spot'; there are: sport"):
        import_(rss(item()), "--section", "spot")
    assert not Article.objects.exists()


@pytest.mark.parametrize(
    ("categories", "genre"),
    [
        (["Obituaries"], Genre.OBITUARY),
        (["Death Notices"], Genre.OBITUARY),
        (["Legal notices"], Genre.PUBLIC_NOTICE),
        (["News", "Public Safety"], Genre.PUBLIC_SAFETY),
        (["Corrections & Clarifications"], Genre.CORRECTION),
        (["News/Corrections"], Genre.CORRECTION),
        (["Correction & clarification"], Genre.CORRECTION),
        (["Obituary notices"], Genre.OBITUARY),
        (["Sponsored Content", "Obituaries"], Genre.SPONSORED),
        (["Advertorial"], Genre.SPONSORED),
        (["Department of Corrections"], Genre.STORY),
        (["Sport"], Genre.STORY),
        ([], Genre.STORY),
    ],
)
def test_a_category_names_the_genre(categories: list[str], genre: Genre) -> None:
    assert genre_of(categories) is genre


def test_who_may_read_is_as_told_and_what_its_genre_makes_free_stays_free(import_: Import) -> None:
    obituary = item("Ada Lee", more="<category>Obituaries</category>")
    import_(rss(item("Wall"), obituary), "--access", "subscribers")
    access = {
        article.headline: article.as_story(timezone.now()).access
        for article in Article.objects.select_related("section")
    }
    assert access == {"Wall": "subscribers", "Ada Lee": "free"}


def test_choosing_another_access_updates(import_: Import) -> None:
    import_(rss(item("Wall", guid="urn:1")))
    assert "1 updated" in import_(rss(item("Wall", guid="urn:1")), "--access", "free")


def test_slugs_are_unique_and_say_the_headline(import_: Import) -> None:
    monday = "<pubDate>Mon, 03 Jun 2019 10:00:00 +0000</pubDate>"
    import_(rss(*[item("Obituaries", guid=f"urn:{number}", more=monday) for number in range(3)]))
    slugs = list(Article.objects.order_by("pk").values_list("slug", flat=True))
    assert slugs[:2] == ["obituaries", "obituaries-2019-06-03"]
    assert slugs[2].startswith("obituaries-")
    assert len(set(slugs)) == 3


@pytest.mark.parametrize(
    ("headline", "slug"),
    [
        ("Año Nuevo: ¡más!", "ano-nuevo-mas"),
        ("港の壁", "story-"),
        ("!!!", "story-"),
        ("word " * 60, "word-word-"),
        ("x" * 300, "xxx"),
    ],
)
def test_a_slug_is_never_empty_nor_too_long(import_: Import, headline: str, slug: str) -> None:
    import_(rss(item(headline)))
    article = Article.objects.get()
    assert article.slug.startswith(slug)
    assert len(article.slug) <= 120
    assert not article.slug.endswith("-")
    assert len(article.headline) <= 200


def test_no_slug_takes_an_address_that_leads_elsewhere(import_: Import) -> None:
    OldAddress.objects.create(path="/stories/harbour-wall", article=make_article("moved"))
    import_(rss(item("Harbour wall", more="<pubDate>Mon, 03 Jun 2019 10:00:00 GMT</pubDate>")))
    assert Article.objects.filter(slug="harbour-wall-2019-06-03").exists()


def test_where_it_was_imported_from_is_kept(import_: Import) -> None:
    import_(rss(item()), name="gazette.rss")
    assert Article.objects.get().source == "gazette.rss"


def test_a_story_can_be_read_and_has_its_opening(import_: Import) -> None:
    import_(wxr(post(text=TEXT * 3)))
    article = Article.objects.get()
    assert article.opening == [f"<p>{words}</p>" for words in (PARAGRAPH, SECOND, THIRD)]
    assert article.published_at <= datetime.now(UTC)


def test_an_empty_feed_says_so(import_: Import) -> None:
    report = import_(rss())
    assert NOTHING in report
    assert "holds no items" in report
