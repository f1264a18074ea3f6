"""What becomes of HTML from anywhere before it is cleaned."""

import pytest

from articles.body import clean
from articles.importing.items import Item, Picture
from articles.importing.tidying import tidy


def tidied(html: str, *, headline: str = "Wall", newlines: bool = False) -> str:
    item = Item(
        number=1,
        guid="urn:1",
        headline=headline,
        html=html,
        newlines=newlines,
        base="https://old.example/2019/wall/",
        picture=Picture("https://old.example/lead.jpg"),
    )
    return tidy(item).html


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ('<a href="/a">x</a>', '<p><a href="https://old.example/a">x</a></p>'),
        ('<a href="b">x</a>', '<p><a href="https://old.example/2019/wall/b">x</a></p>'),
        ('<a href="//c.example/">x</a>', '<p><a href="https://c.example/">x</a></p>'),
        ('<a href="mailto:a@b.example">x</a>', '<p><a href="mailto:a@b.example">x</a></p>'),
        ('<a href="#note">x</a>', "<p>x</p>"),
        ('<a href="http://[">x</a>', "<p>x</p>"),
    ],
)
def test_links_are_whole(html: str, expected: str) -> None:
    assert tidied(html) == expected


@pytest.mark.parametrize(
    ("address", "cleaned"),
    [
        ("//www.youtube.com/embed/abc", "https://www.youtube.com/embed/abc"),
        ("http://www.youtube.com/embed/abc", "https://www.youtube.com/embed/abc"),
        ("https://youtube.com/embed/abc", "https://www.youtube.com/embed/abc"),
        ("//player.vimeo.com/video/1", "https://player.vimeo.com/video/1"),
        ("//youtube.com.evil.example/embed/abc", ""),
        ("http://evil.example/embed/", ""),
        ("/embed/abc", ""),
    ],
)
def test_embeds_of_older_pages_stay(address: str, cleaned: str) -> None:
    html = clean(tidied(f'<p>Words</p><iframe src="{address}"></iframe>'))
    assert (f'src="{cleaned}"' in html) if cleaned else ("<iframe" not in html)


@pytest.mark.parametrize(
    ("picture", "address"),
    [
        ('<img src="/a.jpg" width="600">', "https://old.example/a.jpg"),
        ('<img src="data:image/gif;base64,R0" data-src="/b.jpg">', "https://old.example/b.jpg"),
        ('<img src="/small.gif" data-lazy-src="/c.jpg">', "https://old.example/c.jpg"),
        ('<img srcset="/d.jpg 2x, /e.jpg">', "https://old.example/d.jpg"),
        ('<img src="https://count.example/x" width="1" height="1">', ""),
        ('<img src="file:///etc/passwd">', ""),
        ('<img alt="none">', ""),
    ],
)
def test_pictures_are_found_and_counters_left_out(picture: str, address: str) -> None:
    html = tidied(f"<p>Words</p>{picture}")
    assert (f'src="{address}"' in html) if address else ("<img" not in html)


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ("One\ntwo\n\nThree", ["One\ntwo", "Three"]),
        ("One.\nTwo!\r\nThree", ["One.", "Two!", "Three"]),
        ("hard\nwrapped\nwords", ["hard\nwrapped\nwords"]),
        ("One <b>bold</b>\n\nTwo", ["One <b>bold</b>", "Two"]),
    ],
)
def test_plain_lines_become_paragraphs(html: str, expected: list[str]) -> None:
    assert tidied(html) == "\n".join(f"<p>{words}</p>" for words in expected)


def test_what_repeats_the_headline_is_left_out() -> None:
    assert tidied("<h1>The  “wall”</h1><p>Words</p>", headline="The wall") == "<p>Words</p>"


def test_what_repeats_the_lead_picture_is_left_out() -> None:
    html = '<a href="/x"><img src="/uploads/lead-300x200.jpg?w=300"></a><p>Words</p>'
    assert tidied(html) == "<p>Words</p>"


def test_another_picture_at_the_beginning_stays() -> None:
    assert "/other.jpg" in tidied('<img src="/other.jpg"><p>Words</p>')


def test_a_story_of_one_picture_keeps_it() -> None:
    item = Item(number=1, guid="urn:1", headline="Wall", html='<img src="https://x.example/a.jpg">')
    assert "a.jpg" in tidy(item).html


@pytest.mark.parametrize(
    "farewell",
    [
        '<p>The post <a href="/x">Wall</a> appeared first on <a href="/">Old</a>.</p>',
        '<hr><p><a href="/x">Wall</a> was originally published in <a href="/">Old</a>.</p>',
        '<a href="/x">Continue reading...</a>',
        "<p>Read more</p><hr>",
    ],
)
def test_farewells_are_left_out(farewell: str) -> None:
    assert tidied(f"<p>Words</p>{farewell}") == "<p>Words</p>"


@pytest.mark.parametrize(
    "player",
    [
        '<video src="/a.mp4" controls>Your browser is old.</video>',
        '<video><source src="/a.mp4" type="video/mp4">Your browser is old.</video>',
    ],
)
def test_players_become_links(player: str) -> None:
    html = tidied(f"<p>Words</p>{player}")
    assert '<a href="https://old.example/a.mp4">Video recording</a>' in html
    assert "browser" not in html
