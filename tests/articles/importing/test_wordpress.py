from datetime import UTC, datetime

import pytest
from django.conf import LazySettings

from articles.models import Article
from tests.articles.importing.conftest import Import
from tests.articles.importing.making import PARAGRAPH, TEXT, attachment, meta, post, wxr


def only() -> Article:
    return Article.objects.select_related("body").get()


def body_of(import_: Import, text: str, *others: str) -> str:
    import_(wxr(post(text=text, number=7), *others))
    return only().body.html


def test_only_published_posts_without_a_password_come(import_: Import) -> None:
    report = import_(
        wxr(
            post("Yes"),
            post("Draft", status="draft"),
            post("Private", status="private"),
            post("Page", kind="page"),
            post("Menu", kind="nav_menu_item"),
            post("Secret", more="<wp:post_password>x</wp:post_password>"),
            attachment(1, "https://old.example/a.jpg"),
        )
    )
    assert only().headline == "Yes"
    assert "1 created, 0 updated, 0 unchanged, 0 kept, 0 rejected" in report
    skipped = report.split("Skipped, as no published stories: ")[1].strip().split(", ")
    assert sorted(skipped) == [
        "attachment 1",
        "nav_menu_item 1",
        "page 1",
        "post (draft) 1",
        "post (private) 1",
        "post with a password 1",
    ]


@pytest.mark.parametrize("attachment_first", [True, False])
def test_the_featured_picture_is_found_wherever_it_stands(
    import_: Import, attachment_first: bool
) -> None:
    picture = attachment(5, "https://old.example/a.jpg", caption="The <b>wall</b>", alt="A wall")
    parts = [post(more=meta("_thumbnail_id", 5)), picture]
    import_(wxr(*(reversed(parts) if attachment_first else parts)))
    article = only()
    assert article.picture_address == "https://old.example/a.jpg"
    assert (article.picture_caption, article.picture_alt) == ("The wall", "A wall")


def test_the_featured_picture_is_not_shown_twice(import_: Import) -> None:
    text = f'<a href="/x"><img src="https://old.example/a-1024x683.jpg"></a>\n\n{PARAGRAPH}'
    picture = attachment(5, "https://old.example/a-scaled.jpg")
    import_(wxr(post(text=text, more=meta("_thumbnail_id", 5)), picture))
    assert only().picture_address == "https://old.example/a-scaled.jpg"
    assert only().body.html == f"<p>{PARAGRAPH}</p>"


def test_authors_have_their_names(import_: Import) -> None:
    import_(wxr(post()))
    assert only().byline == "Jane Roe"


def test_several_authors_are_all_named(import_: Import) -> None:
    joe = (
        "<wp:author><wp:author_login>joe</wp:author_login>"
        "<wp:author_display_name>Joe Doe</wp:author_display_name></wp:author>"
    )
    terms = "".join(
        f'<category domain="author" nicename="cap-{name}">{name}</category>'
        for name in ("joe", "jane")
    )
    import_(wxr(joe, post(more=terms)))
    assert only().byline == "Joe Doe and Jane Roe"


def test_a_guest_author_is_named_wherever_the_export_has_the_guest(import_: Import) -> None:
    terms = "".join(
        f'<category domain="author" nicename="cap-{name}">{name}</category>'
        for name in ("sam-guest", "jane")
    )
    told = meta("cap-user_login", "sam-guest") + meta("cap-display_name", "Sam Guest")
    import_(wxr(post(more=terms), post("Sam Guest", kind="guest-author", more=told)))
    assert only().byline == "Sam Guest and Jane Roe"


@pytest.mark.parametrize(
    ("dates", "published"),
    [
        (
            "<wp:post_date_gmt>2019-06-03 08:00:00</wp:post_date_gmt>"
            "<wp:post_date>2019-06-03 10:00:00</wp:post_date>",
            datetime(2019, 6, 3, 8, tzinfo=UTC),
        ),
        (
            "<wp:post_date_gmt>0000-00-00 00:00:00</wp:post_date_gmt>"
            "<pubDate>Mon, 03 Jun 2019 08:00:00 +0000</pubDate>",
            datetime(2019, 6, 3, 8, tzinfo=UTC),
        ),
        (
            "<wp:post_date_gmt>0000-00-00 00:00:00</wp:post_date_gmt>"
            "<pubDate>Mon, 30 Nov -0001 00:00:00 +0000</pubDate>"
            "<wp:post_date>2019-06-03 10:00:00</wp:post_date>",
            datetime(2019, 6, 3, 8, tzinfo=UTC),
        ),
    ],
    ids=["UTC", "as the feed says", "in the newspaper's zone"],
)
def test_the_published_moment(
    import_: Import, settings: LazySettings, dates: str, published: datetime
) -> None:
    settings.TIME_ZONE = "Europe/Berlin"
    import_(wxr(post(more=dates)))
    assert only().published_at == published


def test_empty_lines_end_paragraphs_and_ends_of_lines_break_them(import_: Import) -> None:
    text = (
        "One\r\ntwo\r\n\r\n<b>Three\n\nfour</b>\n<ul>\n<li>five</li>\n\n<li>six</li></ul>\n\nSeven"
    )
    assert body_of(import_, text) == (
        "<p>One<br>two</p>\n<p><b>Three</b></p>\n<p><b>four</b></p>\n"
        "<ul><li>five</li><li>six</li></ul>\n<p>Seven</p>"
    )


def test_lines_of_the_block_editor_mean_nothing(import_: Import) -> None:
    text = (
        "<!-- wp:paragraph -->\n<p>One\ntwo</p>\n<!-- /wp:paragraph -->\n\n"
        '<!-- wp:heading {"level":1} -->\n<h1>Three</h1>\n<!-- /wp:heading -->'
    )
    assert body_of(import_, text) == "<p>One\ntwo</p>\n<h2>Three</h2>"


def test_pages_and_more_marks_leave_no_trace(import_: Import) -> None:
    assert body_of(import_, "One\n\n<!--more-->\n\nTwo\n\n<!--nextpage-->Three") == (
        "<p>One</p>\n<p>Two</p>\n<p>Three</p>"
    )


@pytest.mark.parametrize(
    "text",
    [
        '[caption id="a" width="9"]<img src="https://o.example/a.jpg"> At <em>sea</em>[/caption]',
        '[caption caption="At sea"]<img src="https://o.example/a.jpg">[/caption]',
        '[wp_caption]<a href="/b"><img src="https://o.example/a.jpg"></a>At sea[/wp_caption]',
    ],
)
def test_captions_become_figures(import_: Import, text: str) -> None:
    html = body_of(import_, f"Words\n{text}\nMore words")
    assert html.startswith("<p>Words</p>\n<figure>")
    assert "<figcaption>At" in html
    assert html.endswith("</figure>\n<p>More words</p>")


@pytest.mark.parametrize("code", ['[gallery ids="2,1"]', "[gallery]"])
def test_galleries_show_their_pictures(import_: Import, code: str) -> None:
    pictures = [
        attachment(1, "https://old.example/1.jpg", caption="First & last", of=7),
        attachment(2, "https://old.example/2.jpg", of=7),
        attachment(3, "https://old.example/3.jpg", of=8),
    ]
    html = body_of(import_, f"Words\n\n{code}", *pictures)
    shown = [number for number in (1, 2, 3) if f"/{number}.jpg" in html]
    assert shown == [1, 2]
    assert "<figcaption>First &amp; last</figcaption>" in html
    if "ids" in code:
        assert html.index("2.jpg") < html.index("1.jpg")


@pytest.mark.parametrize(
    "text",
    [
        "[embed]https://www.youtube.com/watch?v=abcdefghijk&amp;t=4[/embed]",
        "https://youtu.be/abcdefghijk",
        "[youtube https://www.youtube.com/watch?v=abcdefghijk]",
        '<!-- wp:embed -->\n<figure class="wp-block-embed"><div>\n'
        "https://www.youtube.com/watch?feature=x&amp;v=abcdefghijk\n</div></figure>\n"
        "<!-- /wp:embed -->",
    ],
)
def test_videos_become_players(import_: Import, text: str) -> None:
    html = body_of(import_, f"<p>Words</p>\n\n{text}\n\n<p>More</p>")
    assert 'src="https://www.youtube-nocookie.com/embed/abcdefghijk"' in html


@pytest.mark.parametrize(
    "text",
    ["[embed]https://other.example/a?b=1&amp;c=2[/embed]", "https://other.example/a?b=1&c=2"],
)
def test_other_addresses_become_links(import_: Import, text: str) -> None:
    assert '<a href="https://other.example/a?b=1&amp;c=2"' in body_of(import_, f"Words\n\n{text}")


def test_recordings_become_links(import_: Import) -> None:
    html = body_of(import_, 'Words\n\n[audio src="https://o.example/a.mp3"][/audio]')
    assert '<a href="https://o.example/a.mp3" rel="noopener">Audio recording</a>' in html


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('[row][column width="1/2"]Kept[/column][/row]', "Kept"),
        ('Before [ad_slot] after [button url="x"]', "Before  after"),
        (
            "They “was [sic] there” [1] [the mayor said]",
            "They “was [sic] there” [1] [the mayor said]",
        ),
        ("Write [[gallery]] for it", "Write [gallery] for it"),
        ("[/closed] only", "only"),
        ("[a][b][a]deep[/a]", "[b]deep"),
    ],
)
def test_unknown_shortcodes_leave_their_words(import_: Import, text: str, words: str) -> None:
    assert body_of(import_, text) == f"<p>{words}</p>"


def test_code_stays_as_it_was_written(import_: Import) -> None:
    html = body_of(import_, "Words\n\n[code]if a &lt; b:\n    pass[/code]")
    assert html == "<p>Words</p>\n<pre>if a &lt; b:\n    pass</pre>"


def test_the_excerpt_is_the_standfirst(import_: Import) -> None:
    excerpt = "<excerpt:encoded>Who is to pay for the wall? Nobody says.</excerpt:encoded>"
    import_(wxr(post(more=excerpt)))
    assert only().standfirst == "Who is to pay for the wall? Nobody says."


def test_tags_name_no_section(import_: Import) -> None:
    tag = '<category domain="post_tag" nicename="corrections">Corrections</category>'
    import_(wxr(post(more=tag)))
    assert only().genre == "story"


def test_exports_of_other_versions_are_exports_too(import_: Import) -> None:
    export = wxr(post("Wall"), post("Page", kind="page"))
    import_(export.replace("http://wordpress.org/export/1.2/", "https://wordpress.org/export/1.0/"))
    assert only().headline == "Wall"


def test_old_addresses_are_kept(import_: Import) -> None:
    import_(wxr(post(text=TEXT, number=12), base="https://old.example/blog"))
    paths = set(only().old_addresses.values_list("path", flat=True))
    assert paths == {"/2019/06/12", "/blog?p=12"}
