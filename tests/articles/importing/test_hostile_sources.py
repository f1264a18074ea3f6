"""Sources that are broken, or made to break something: one clear sentence, and nothing saved."""

import gzip
import os
import random
from collections.abc import Callable
from pathlib import Path

import feedparser
import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from articles.importing import decoding, elements, feeds, reading, tidying
from articles.models import Article
from paywall.catalog.models import Section
from tests.articles.importing.conftest import Import
from tests.articles.importing.making import TEXT, item, post, rss, wxr

JUNK = random.Random(7).randbytes(3_000)
LAUGHS = "".join(
    f'<!ENTITY {name} "{f"&{inner};" * 10}">'
    for inner, name in zip("abcdefgh", "bcdefghi", strict=True)
)


def doctype(rest: str, *, words: str = "x") -> str:
    return rss(item(words)).replace("<rss", f"<!DOCTYPE rss {rest}><rss", 1)


@pytest.mark.parametrize(
    ("source", "problem"),
    [
        ("", "is empty"),
        ("\ufeff \n ", "is empty"),
        ("just some words", "neither a feed nor a WordPress export: plain text"),
        ('{"version": "https://jsonfeed.org/version/1"}', "JSON is not read"),
        (b"\x89PNG\r\n\x1a\n" + JUNK, "binary data"),
        (b"PK\x03\x04" + JUNK, "ZIP archive"),
        (gzip.compress(gzip.compress(rss().encode())), "binary data"),
        (gzip.compress(rss(item() * 99).encode())[:300], "damaged or cut off"),
        ("<!DOCTYPE html><html><body>Hello</body></html>", "is a web page, not a feed."),
        ('<?xml version="1.0"?><opml><body/></opml>', "XML of another kind (<opml>)"),
        (rss(item() * 9)[:2_000], "it was cut off"),
        (rss(item("a & b").replace("&amp;", "&") * 9)[:-100], "it was cut off"),
        (wxr(post(), post())[:900], "it was cut off"),
        (wxr(post("a & b").replace("&amp;", "&")), "is no well-formed XML in line 1"),
        (doctype(f'[<!ENTITY a "ha">{LAUGHS}]', words="&i;"), "declares XML entities"),
        (doctype(f'[<!ENTITY a "{"a" * 9_999}">]', words="&a;" * 9_999), "declares XML entities"),
        (doctype('[<!ENTITY x SYSTEM "file:///etc/passwd">]', words="&x;"), "XML entities"),
        (doctype('[<!ENTITY % x SYSTEM "http://x.example/x.dtd"> %x;]'), "XML entities"),
        (doctype('[<!ATTLIST item a CDATA "b">]'), "DTD of its own"),
        ("<rss><channel><item>" + "<a>" * 9_999, "levels deep"),
    ],
)
def test_it_is_refused_and_nothing_is_saved(
    import_: Import, source: str | bytes, problem: str
) -> None:
    with pytest.raises(CommandError) as refused:
        import_(source)
    message = str(refused.value)
    assert problem in message
    assert "\n" not in message
    assert not Article.objects.exists()
    assert not Section.objects.exists()


def test_a_page_that_names_a_feed_is_refused_with_its_name(import_: Import) -> None:
    link = '<link rel="Alternate" type="application/atom+xml" href="https://old.example/f.xml">'
    with pytest.raises(CommandError, match=r"It names this feed: https://old\.example/f\.xml"):
        import_(f"<html><head>{link}</head></html>")


@pytest.mark.parametrize(
    ("make", "problem"),
    [
        (lambda folder: folder, "is a directory"),
        (lambda folder: folder / "nothing.xml", "does not exist"),
        (lambda folder: Path(os.devnull), "is no ordinary file"),
        (lambda folder: f"{folder}/\0", "does not exist"),
    ],
    ids=["directory", "missing", "device", "no path"],
)
def test_what_is_no_file_is_refused(
    tmp_path: Path, db: None, make: Callable[[Path], object], problem: str
) -> None:
    with pytest.raises(CommandError, match=problem):
        call_command("import_stories", str(make(tmp_path)))


@pytest.mark.parametrize(
    "rest",
    ['SYSTEM "http://x.example/x.dtd"', 'PUBLIC "-//Netscape//DTD RSS 0.91//EN" "http://x/x.dtd"'],
)
def test_a_dtd_elsewhere_is_not_fetched(import_: Import, rest: str) -> None:
    assert "1 created" in import_(doctype(rest))


def test_a_packed_file_is_unpacked(import_: Import) -> None:
    assert "1 created" in import_(gzip.compress(rss(item()).encode()), name="feed.xml.gz")


def test_a_bomb_of_zip_is_refused_before_it_bursts(
    import_: Import, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(elements, "LARGEST", 200_000)
    bomb = gzip.compress(b"<rss><channel><item>" + b" " * 5_000_000)
    with pytest.raises(CommandError, match="has one element of more than"):
        import_(bomb)
    monkeypatch.setattr(reading, "LARGEST", 1_000_000)
    with pytest.raises(CommandError, match="split it"):
        import_(bomb)


@pytest.mark.parametrize(
    ("encode", "declared"),
    [
        (lambda text: text.encode("utf-16"), "UTF-16"),
        (lambda text: text.encode("utf-16-le"), "UTF-16"),
        (lambda text: text.encode("utf-16-be"), "utf-8"),
        (lambda text: text.encode("utf-32"), "UTF-32"),
        (lambda text: text.encode("utf-8-sig"), "utf-16"),
        (lambda text: text.encode("utf-8"), "ISO-8859-1"),
        (lambda text: text.encode("utf-8"), "no-such-encoding"),
        (lambda text: text.encode("utf-8"), "punycode"),
        (lambda text: text.encode("cp1252"), "ISO-8859-1"),
        (lambda text: text.encode("cp1252"), "utf-8"),
        (lambda text: text.encode("iso8859-15"), "iso-8859-15"),
    ],
)
def test_texts_of_every_encoding_are_read_as_meant(
    import_: Import, encode: Callable[[str], bytes], declared: str
) -> None:
    feed = rss(item("Café für 5 €")).replace("?>", f' encoding="{declared}"?>', 1)
    import_(encode(feed))
    assert Article.objects.get().headline == "Café für 5 €"


def test_text_that_is_mostly_utf_8_keeps_its_stray_bytes(import_: Import) -> None:
    import_(rss(item("Zażółć @")).encode().replace(b"@", b"caf\xe9"))
    assert Article.objects.get().headline == "Zażółć café"


def test_characters_that_no_xml_may_hold_are_left_out(import_: Import) -> None:
    import_(rss(item("One\0\x08\x0b\x1f\ufffe two")).replace("two", "two&#0;&#x1f;&#11; three"))
    assert Article.objects.get().headline == "One two three"


@pytest.mark.parametrize("halves", ["&#xD83D;&#xDE00;", "&#xd83d;&#xde00;", "&#55357;&#56832;"])
@pytest.mark.parametrize("before", range(0, 40, 3))
def test_characters_written_in_two_halves_are_put_together(
    import_: Import, monkeypatch: pytest.MonkeyPatch, halves: str, before: int
) -> None:
    monkeypatch.setattr(decoding, "PIECE", 40)  # so that the halves come in different pieces
    import_(rss(item("Tea").replace("Tea", f"Tea{'a' * before} {halves} x &#xDE00;y&#xFFFF;")))
    assert Article.objects.get().headline == f"Tea{'a' * before} 😀 x y"


def test_an_export_with_characters_in_halves_is_read(import_: Import) -> None:
    source = wxr(post(more="<wp:tag>&#xD83D;&#xDE00;</wp:tag>"), post("Two"))
    assert "2 created" in import_(source)


@pytest.mark.parametrize("before", ["\ufeff\ufeff", "\n\ufeff", " \ufeff\n\ufeff "])
def test_what_stands_before_the_xml_is_passed_over(import_: Import, before: str) -> None:
    import_(before + rss(item("Café")))
    assert Article.objects.get().headline == "Café"


def test_tens_of_thousands_of_categories_are_but_some(import_: Import) -> None:
    many = "".join(f"<category>c{number}</category>" for number in range(30_000))
    assert "2 created" in import_(rss(item(more=many), item()))


def test_an_item_of_thousands_of_parts_is_read(import_: Import) -> None:
    assert "1 created" in import_(rss(item(more="<author>a@b.example (A)</author>" * 30_000)))


@pytest.mark.parametrize(
    "text",
    [
        f"a{' ' * 900_000}b",
        f"[gallery {'a' * 900_000}] words",
        f"{'[a b=' * 90_000} words",
        f"{'[a]' * 90_000} words [/a]",
        f"https://youtu.be/{'a' * 900_000}",
    ],
    ids=["spaces", "attributes", "brackets", "shortcodes", "address"],
)
def test_texts_that_would_keep_a_pattern_busy_are_read(import_: Import, text: str) -> None:
    assert "1 created" in import_(wxr(post(text=text)))


def test_a_headline_of_ten_million_characters_is_rejected(import_: Import) -> None:
    report = import_(rss(item("x" * 10_000_000), item("Tea")))
    assert "has a headline of 10,000,000 characters" in report
    assert "1 created, 0 updated, 0 unchanged, 0 kept, 1 rejected" in report


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("<div>" * 60_000, "has a text with 60,000 tags"),
        ("&a" * 200_000, "ampersands"),
        ("x" * 6_000_000, "has a text of 6,000,000 characters"),
        ("x\n" * 60_000, "has a text of 59,999 lines"),
        ('<b id="<">' * 200, "tags cannot be made out"),
    ],
)
def test_a_text_that_would_keep_a_parser_busy_is_rejected(
    import_: Import, text: str, problem: str
) -> None:
    report = import_(rss(item("Bad", text=text), item("Tea")))
    assert problem in report
    assert "1 created, 0 updated, 0 unchanged, 0 kept, 1 rejected" in report


def test_styles_left_open_do_not_multiply(import_: Import) -> None:
    styles = "".join(f"<b id={number}>" for number in range(2_000))
    import_(rss(item(text=f"<p>{styles}</p>{'<p>x</p>' * 2_000}")))
    assert len(Article.objects.get().body.html) < 100_000


def test_large_feeds_are_not_repaired(import_: Import, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feeds, "LARGEST_BROKEN", 1_000)
    with pytest.raises(CommandError, match="no well-formed XML, and over"):
        import_(rss(item("a & b").replace("&amp;", "&"), item(text=TEXT * 9)))


def test_broken_items_of_no_sensible_size_are_refused(import_: Import) -> None:
    many = "<category>c</category>" * 200
    with pytest.raises(CommandError, match="no sensible feed"):
        import_(rss(item("a & b", more=many).replace("&amp;", "&")))


def test_what_feedparser_stumbles_over_is_rejected(
    import_: Import, monkeypatch: pytest.MonkeyPatch
) -> None:
    parse = feedparser.parse

    def stumble(stream: object, **options: object) -> object:
        if b"Bad" in stream.getvalue():  # type: ignore[attr-defined]  # a BytesIO
            raise IndexError("list index out of range")
        return parse(stream, **options)

    monkeypatch.setattr(feedparser, "parse", stumble)
    report = import_(rss(item("Bad"), item("Good")))
    assert "Rejected: item 1, 'Bad': cannot be read: list index out of range" in report
    assert "1 created" in report


def test_limits_leave_room_for_any_story() -> None:
    assert tidying.LONGEST >= 1_000_000
    assert tidying.MOST_TAGS >= 20_000
    assert elements.LARGEST > tidying.LONGEST * 4
