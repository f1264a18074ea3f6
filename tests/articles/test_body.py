"""The text of a story: what cleaning keeps, and how little of it a preview shows."""

import re
from html.parser import HTMLParser

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from articles.body import clean, opening_of, plain
from articles.markup import ATTRIBUTES, CONTAINERS, DROPPED, RENAMED, TAGS

WORDS = st.sampled_from(
    [
        *("word", "two words ", " ", "\n\n", "\xa0", "&nbsp;", "\x0c", "x<y", "漢字", "&#0;"),
        *("&lt;script&gt;", "&amp;amp;", "<!-- c -->", "<!doctype html>", "<![CDATA[x]]>", "]]>"),
    ]
)
OTHERS = {"font", "span", "picture", "source", "option", "xmp", "plaintext", "noframes", "mi"}
NAMES = sorted(TAGS | CONTAINERS | set(RENAMED) | DROPPED | OTHERS)
VALUES = st.sampled_from(
    [
        *("", ' href="/x"', ' src="/a.jpg"', ' width="20"', ' style="x"', ' title="<script>"'),
        *(' src="https://www.youtube.com/embed/x"', " src=x", ' href="javascript:alert(1)"'),
        *(' href=" java\nscript:alert(1)"', ' onerror="alert(1)"', ' srcdoc="<script>"'),
        ' src="data:text/html,x"',
    ]
)
TAG = st.builds("<{}{}>".format, st.sampled_from(NAMES), VALUES)
END = st.builds("</{}>".format, st.sampled_from(NAMES))
TANGLES = st.lists(st.one_of(TAG, END, WORDS), max_size=30).map("".join)
PROSE = st.lists(
    st.one_of(
        st.text("abc ", min_size=1, max_size=90).map("<p>{}</p>".format),
        st.text("漢字。", min_size=1, max_size=60).map("<p>{}</p>".format),
        st.text("abc ", max_size=90).map("{}<br><br>".format),
        st.text("abc ", max_size=90).map("<table><tr><td>{}</table>".format),
        st.text("abc ", max_size=90).map("<ul><li><p>{}</p></ul>".format),
        st.text("abc ", max_size=90).map("<p>a <b>{}</b><img src=/a></p>".format),
        st.text("abc ", max_size=90).map("<!-- {} -->".format),
    ),
    max_size=12,
).map("".join)


class Reader(HTMLParser):
    """Collects every tag and attribute, as a browser would see them."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))


@given(TANGLES)
@settings(max_examples=100)
@example('<iframe src="https://www.youtube.com/embed/x"><script>alert(1)</script></iframe>')
@example('<p><iframe src="https://www.youtube.com/embed/x"></p><script>alert(1)</script></iframe>')
@example("<svg><style><img src=x onerror=alert(1)></style></svg>")
@example("<math><mi><table><mglyph><style><img src=x onerror=alert(1)>")
@example("<noscript><p title='</noscript><img src=x onerror=alert(1)>'>")
def test_nothing_that_runs_survives(source: str) -> None:
    for tag, attributes in Reader(clean(source)).tags:
        assert tag in TAGS
        allowed = ATTRIBUTES.get(tag, set()) | ATTRIBUTES["*"] | {"rel", "loading"}
        assert set(attributes) <= allowed
        for name in ("href", "src"):
            address = (attributes.get(name) or "").strip().lower()
            assert not address.startswith(("javascript", "data", "vbscript", "java"))
        if tag == "iframe":
            assert (attributes["src"] or "").startswith("https://www.youtube.com/embed/")


@given(TANGLES)
@settings(max_examples=100)
@example("<pre>\n\n a<hr>\n b</pre>")
@example("<h2><div>a<br><br>b</div><img src=/a.jpg></h2>")
@example("<p><table>text<tr>more<td>a<p>b</table>")
@example("<ul>loose<li>a<ol><li>b</ul>")
@example("<a href=/x><figure><img src=/a.jpg></figure><h2>x</h2></a>")
def test_cleaning_is_done_once(source: str) -> None:
    cleaned = clean(source)
    assert clean(cleaned) == cleaned


@given(st.one_of(TANGLES, PROSE))
@settings(max_examples=100)
def test_an_opening_is_never_more_than_a_third(source: str) -> None:
    text = clean(source)
    opening = opening_of(text)
    assert sum(len(plain(part)) for part in opening) <= len(plain(text)) / 3
    for part in opening:
        assert part.startswith("<p>")
        assert part.count("<p>") == part.count("</p>") == 1
        assert "<img" not in part
        assert "<iframe" not in part


@given(TANGLES)
@settings(max_examples=100)
def test_an_opening_is_as_clean_as_the_text(source: str) -> None:
    for part in opening_of(clean(source)):
        again = clean(part).replace("&nbsp;", "\xa0")
        assert re.sub(r"\s+(?=<|$)", "", again) == re.sub(r"\s+(?=<|$)", "", part)


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("One", "<p>One</p>"),
        ("<div>One</div><div>Two</div>", "<p>One</p>\n<p>Two</p>"),
        ("One<br><br>Two<br>three<br>", "<p>One</p>\n<p>Two<br>three</p>"),
        ("<p>One<br>&nbsp;<br>Two</p>", "<p>One</p>\n<p>Two</p>"),
        ("<b>One<br><br>two</b> three", "<p><b>One</b></p>\n<p><b>two</b> three</p>"),
        ("<h1>One</h1><p>Two</p>", "<h2>One</h2>\n<p>Two</p>"),
        ("<h6>One</h6>", "<h4>One</h4>"),
        ("<p></p><p>&nbsp;</p><p><br></p><p><b> </b></p><p>One</p>", "<p>One</p>"),
        ("<ul><li><p>One</p></li><li> </li></ul>", "<ul><li>One</li></ul>"),
        ("<ul><li><p>a</p><p>b</p></li></ul>", "<ul><li><p>a</p><p>b</p></li></ul>"),
        ("<blockquote>One</blockquote>", "<blockquote><p>One</p></blockquote>"),
        ("<li>One</li>", "<p>One</p>"),
        ("<figure><p>One</p></figure>", "<figure>One</figure>"),
        ("<strike>a</strike> <tt>b</tt>", "<p><s>a</s> <code>b</code></p>"),
        ("<table><tr><td></td><td>a</td></tr></table>", None),
        ("<p><a href='#'></a></p>", ""),
        ("<a>One</a>", "<p>One</p>"),
        ("<script>x</script><style>y</style>", ""),
    ],
)
def test_every_text_becomes_a_row_of_blocks(source: str, expected: str | None) -> None:
    if expected is None:
        expected = "<table><tbody><tr><td></td><td>a</td></tr></tbody></table>"
    assert clean(source) == expected


def test_pictures_stand_by_themselves_with_their_size() -> None:
    picture = '<img src="/a.jpg" width="600" height="400"'
    assert clean(f'<p>{picture} style="x"> Words</p>') == (
        f'<figure>{picture} alt="" loading="lazy"></figure>\n<p>Words</p>'
    )


def test_a_small_picture_stays_among_its_words() -> None:
    sign = '<img src="/sign.png" width="16" alt=":)" loading="lazy">'
    assert clean(f"<p>Hello {sign} there</p>") == f"<p>Hello {sign} there</p>"


def test_a_gallery_written_as_a_list_is_a_row_of_pictures() -> None:
    item = "<li><figure><img src=/{}.jpg></figure></li>"
    html = clean(f"<ul>{item.format(1)}{item.format(2)}</ul>")
    assert "<li>" not in html
    assert html.count("<figure>") == 2


@pytest.mark.parametrize(
    "address",
    [
        "https://www.youtube.com/embed/abc?start=1",
        "https://player.vimeo.com/video/123",
        "https://datawrapper.dwcdn.net/abc/1/",
    ],
)
def test_known_players_may_be_embedded(address: str) -> None:
    html = clean(f'<iframe src="{address}" width="560" onload="x">Words</iframe>')
    assert f'src="{address}"' in html
    assert "Words" not in html
    assert "onload" not in html
    assert 'title="Embedded content"' in html


@pytest.mark.parametrize(
    "address",
    [
        "https://evil.example/embed/",
        "http://www.youtube.com/embed/x",
        "//www.youtube.com/embed/x",
        "https://www.youtube.com/watch?v=x",
        "https://www.youtube.com/embed/../redirect",
        "https://www.youtube.com/embed/%2E%2e/x",
        "https://www.youtube.com@evil.example/embed/x",
        "https://evil.example\\@www.youtube.com/embed/x",
        "https://www.youtube.com:444/embed/x",
        "https://[www.youtube.com/embed/x",
        "https://www.youtube.com/embed/x\ty",
        "javascript:alert(1)",
        "data:text/html,x",
        "",
    ],
)
def test_nothing_else_may_be_embedded(address: str) -> None:
    assert "iframe" not in clean(f'<p>a</p><iframe src="{address}"></iframe>')


def paragraphs(*lengths: int) -> str:
    return "".join(f"<p>{'a' * length}</p>" for length in lengths)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (paragraphs(100, 200), [100]),
        (paragraphs(50, 50, 200), [50, 50]),
        (paragraphs(99, 201), [99]),
        (paragraphs(101, 199), [100]),
        (paragraphs(40, 200, 60), [40]),
        (paragraphs(300), [100]),
        (paragraphs(30), []),
        (paragraphs(*[10] * 60), [10] * 10),
        (f"<h2>Head</h2>{paragraphs(50, 250)}", [50]),
        ("<ul><li>a list and nothing else that would be shown</li></ul>", []),
        (f"{paragraphs(60, 60, 60)}<table><tr><td>{'a' * 900}</td></tr></table>", [60]),
        (f"{paragraphs(60, 60, 60)}<pre>{'a' * 900}</pre>", [60]),
        ("", []),
    ],
)
def test_the_opening_is_of_whole_paragraphs_or_one_that_is_cut(text: str, shown: list[int]) -> None:
    assert [len(plain(part)) for part in opening_of(clean(text))] == shown


def test_a_long_first_paragraph_is_cut_between_words() -> None:
    words = "The harbour wall, it turns out, will cost a good deal more than was planned. " * 5
    opening = opening_of(clean(f"<p><b>{words}</b></p>"))
    assert opening == [
        "<p>The harbour wall, it turns out, will cost a good deal more than was planned. "
        "The harbour wall, it turns out, will cost a good…</p>"
    ]


def test_text_without_spaces_is_cut_too() -> None:
    (opening,) = opening_of(clean("<p>" + "漢字かな" * 60 + "</p>"))
    assert plain(opening) == ("漢字かな" * 20)[:79] + "…"


def test_text_in_comments_counts_for_nothing() -> None:
    assert opening_of(clean(f"<p>{'a' * 90}</p><!-- {'b' * 900} -->")) == [f"<p>{'a' * 29}…</p>"]


def test_links_around_pictures_leave_no_empty_link_in_an_opening() -> None:
    text = f'<p>Words <a href="/b"><img src="/a.jpg" width="9"></a>here</p>{paragraphs(900)}'
    assert opening_of(clean(text)) == ["<p>Words here</p>"]
