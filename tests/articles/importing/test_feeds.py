from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from articles.body import plain
from articles.models import Article
from tests.articles.importing.conftest import Import
from tests.articles.importing.making import PARAGRAPH, SECOND, TEXT, atom, item, rss


def only() -> Article:
    return Article.objects.select_related("body").get()


def test_the_whole_text_is_taken_before_the_description(import_: Import) -> None:
    import_(rss(item(more="<description>Who is to pay for the wall? Nobody says.</description>")))
    assert PARAGRAPH in only().body.html
    assert only().standfirst == "Who is to pay for the wall? Nobody says."


def test_a_description_alone_is_the_text_and_no_standfirst(import_: Import) -> None:
    import_(rss(f"<item><title>Wall</title><description><![CDATA[{TEXT}]]></description></item>"))
    assert plain(only().body.html).startswith(PARAGRAPH)
    assert only().standfirst == ""


def test_what_is_said_of_a_picture_or_a_podcast_is_not_the_text(import_: Import) -> None:
    other = (
        '<media:content url="https://old.example/wall.jpg" medium="image">'
        "<media:description>The wall on Monday</media:description>"
        "<media:credit>Ann Lee</media:credit><media:title>A wall in the sea</media:title>"
        "</media:content><itunes:summary>Listen in</itunes:summary>"
        "<dc:description>Another one</dc:description>"
    )
    import_(
        rss(f"<item><title>Wall</title><description><![CDATA[{TEXT}]]></description>{other}</item>")
    )
    article = only()
    assert PARAGRAPH in article.body.html
    assert article.picture_address == "https://old.example/wall.jpg"
    assert article.picture_caption == "The wall on Monday"
    assert article.picture_credit == "Ann Lee"
    assert article.picture_alt == "A wall in the sea"


@pytest.mark.parametrize(
    ("more", "address"),
    [
        (
            '<media:content url="https://a.example/140.jpg" width="140"/>'
            '<media:content url="https://a.example/460.jpg" width="460"/>',
            "https://a.example/460.jpg",
        ),
        (
            '<media:content medium="image" url="https://0.gravatar.com/avatar/x"/>'
            '<media:thumbnail url="https://a.example/t.jpg"/>',
            "https://a.example/t.jpg",
        ),
        ('<enclosure url="https://a.example/x" type="image/jpeg"/>', "https://a.example/x"),
        ('<enclosure url="https://a.example/x.mp3" type="audio/mpeg"/>', ""),
        ('<media:content url="javascript:alert(1)" medium="image"/>', ""),
        ('<media:content url="data:image/png;base64,AAAA" medium="image"/>', ""),
        (f'<media:content url="https://a.example/{"x" * 500}.jpg" medium="image"/>', ""),
    ],
    ids=["largest", "no faces", "enclosure", "sound", "script", "data", "too long"],
)
def test_the_lead_picture(import_: Import, more: str, address: str) -> None:
    import_(rss(item(more=more)))
    assert only().picture_address == address


def test_a_picture_that_the_text_begins_with_leads_it(import_: Import) -> None:
    figure = '<figure><img src="/a.jpg" alt="Boats"><figcaption>In the basin</figcaption></figure>'
    import_(rss(item(text=figure + TEXT, more="<link>https://old.example/s/1/</link>")))
    article = only()
    assert article.picture_address == "https://old.example/a.jpg"
    assert (article.picture_caption, article.picture_alt) == ("In the basin", "Boats")
    assert "<img" not in article.body.html


@pytest.mark.parametrize(
    ("kind", "content"),
    [
        ("html", "&lt;p&gt;One &amp;amp; two&lt;/p&gt;&lt;p&gt;Three&lt;/p&gt;"),
        (
            "xhtml",
            '<div xmlns="http://www.w3.org/1999/xhtml"><p>One &amp; two</p><p>Three</p></div>',
        ),
        (
            "xhtml",
            '<x:div xmlns:x="http://www.w3.org/1999/xhtml"><x:p>One &amp; two</x:p>'
            "<x:p>Three</x:p></x:div>",
        ),
        ("text", "One &amp; two\n\nThree"),
    ],
)
def test_atom_content_of_every_kind(import_: Import, kind: str, content: str) -> None:
    content = f'<content type="{kind}">{content}</content>'
    import_(atom(f"<entry><id>urn:1</id><title>T</title>{content}</entry>"))
    assert only().body.html == "<p>One &amp; two</p>\n<p>Three</p>"


def test_an_atom_entry_without_an_author_has_that_of_the_feed(import_: Import) -> None:
    entries = [
        f"<entry><id>urn:{name}</id><title>{name}</title><content>Words</content>{author}</entry>"
        for name, author in [("a", ""), ("b", "<author><name>Own</name></author>")]
    ]
    import_(atom("<author><name>Whole</name><email>x@y.example</email></author>", *entries))
    bylines = Article.objects.order_by("headline").values_list("byline", flat=True)
    assert list(bylines) == ["Whole", "Own"]


@pytest.mark.parametrize(
    ("more", "byline"),
    [
        ("<dc:creator>Jane Roe</dc:creator>", "Jane Roe"),
        ("<dc:creator>By Jane Roe</dc:creator>", "Jane Roe"),
        (
            "<dc:creator>A</dc:creator><dc:creator>B</dc:creator><dc:creator>C</dc:creator>",
            "A, B and C",
        ),
        ("<author>desk@old.example (Jane Roe)</author>", "Jane Roe"),
        ("<author>desk@paper.media (Jane Roe)</author>", "Jane Roe"),
        ("<author>Jane Roe &lt;desk@old.example&gt;</author>", "Jane Roe"),
        ("<author>desk@old.example</author>", ""),
    ],
)
def test_the_byline_has_names_and_no_addresses(import_: Import, more: str, byline: str) -> None:
    import_(rss(item(more=more)))
    assert only().byline == byline


@pytest.mark.parametrize(
    ("title", "headline"),
    [
        ("<![CDATA[Mayor &#8220;sorry&#8221; &amp; tired]]>", "Mayor “sorry” & tired"),
        ("AT&amp;amp;T comes", "AT&T comes"),
        ("The &lt;em&gt;Gazette&lt;/em&gt; wins", "The Gazette wins"),
        ("  Spaces\n and\tlines ", "Spaces and lines"),
        ("1 &lt; 2", "1 < 2"),
        ("Soft\u00adhyphen", "Softhyphen"),
    ],
)
def test_the_headline_is_plain(import_: Import, title: str, headline: str) -> None:
    import_(rss(f"<item><title>{title}</title><description>Words.</description></item>"))
    assert only().headline == headline


def test_published_moments_have_zones(import_: Import) -> None:
    import_(rss(item(more="<pubDate>Mon, 03 Jun 2019 10:00:00 -0500</pubDate>")))
    assert only().published_at == datetime(2019, 6, 3, 15, tzinfo=UTC)


def test_a_story_of_tomorrow_waits_until_then(import_: Import) -> None:
    tomorrow = timezone.now() + timedelta(days=1)
    import_(rss(item(more=f"<pubDate>{tomorrow:%a, %d %b %Y %H:%M:%S} +0000</pubDate>")))
    assert not Article.objects.published(timezone.now()).exists()
    assert Article.objects.published(tomorrow).exists()


@pytest.mark.parametrize(
    "moment",
    [
        "",
        "yesterday",
        "Mon, 03 Jun 9999 10:00:00 +0000",
        "Mon, 03 Jun 0019 10:00:00 +0000",
        "Thu, 01 Jan 1970 00:00:00 +0000",
    ],
)
def test_a_moment_that_nobody_can_mean_is_that_of_the_import(import_: Import, moment: str) -> None:
    before = timezone.now()
    feed = rss(item(guid="urn:1", more=f"<pubDate>{moment}</pubDate>"))
    import_(feed)
    published = only().published_at
    assert before <= published <= timezone.now()
    import_(feed.replace("Harbour", "Sea"))
    assert (only().headline, only().published_at) == ("Sea wall", published)


def test_an_updated_moment_stands_in_for_a_published_one(import_: Import) -> None:
    import_(
        atom(
            "<entry><id>urn:1</id><title>T</title><updated>2020-02-02T02:02:02Z</updated>"
            "<content>Words</content></entry>"
        )
    )
    assert only().published_at == datetime(2020, 2, 2, 2, 2, 2, tzinfo=UTC)


def test_a_guid_that_is_but_a_number_is_that_of_its_site(import_: Import) -> None:
    for site in ("one.example", "two.example"):
        import_(rss(item(guid="7", more=f"<link>https://{site}/7</link>")))
    guids = Article.objects.order_by("pk").values_list("source_guid", flat=True)
    assert list(guids) == ["one.example:7", "two.example:7"]


def test_a_feed_that_breaks_the_rules_a_little_is_read(import_: Import) -> None:
    report = import_(rss(item("Fish & chips").replace("&amp;", "&"), item("Tea")))
    assert "2 created" in report
    headlines = Article.objects.order_by("pk").values_list("headline", flat=True)
    assert list(headlines) == ["Fish & chips", "Tea"]


def test_prefixes_that_nobody_declared_are_known(import_: Import) -> None:
    text = f"<content:encoded><![CDATA[{TEXT}]]></content:encoded>"
    import_(f"<rss version='2.0'><channel><item><title>T</title>{text}</item></channel></rss>")
    assert SECOND in only().body.html


def test_rss_1_0_is_read(import_: Import) -> None:
    import_(
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" '
        'xmlns="http://purl.org/rss/1.0/"><channel><title>C</title></channel>'
        "<item><title>T</title><link>https://old.example/1</link><description>Words</description>"
        "</item></rdf:RDF>"
    )
    assert only().headline == "T"


def test_of_a_blogger_export_only_published_posts_come(import_: Import) -> None:
    kind = "http://schemas.google.com/blogger/2008/kind#"
    entries = [
        f"<entry><id>tag:b,{name}</id><title>{name}</title><content>Words</content>"
        f'<category scheme="http://schemas.google.com/g/2005#kind" term="{kind}{name}"/></entry>'
        for name in ("post", "comment", "settings")
    ]
    draft = (
        '<entry xmlns:app="http://purl.org/atom/app#"><id>tag:b,d</id><title>Draft</title>'
        "<content>Words</content><app:control><app:draft>yes</app:draft></app:control></entry>"
    )
    report = import_(atom(*entries, draft))
    assert only().headline == "post"
    assert "Skipped, as no published stories: comment 1, settings 1, draft 1" in report


def test_farewells_of_the_feed_are_left_out(import_: Import) -> None:
    farewell = '<hr><p>The post <a href="https://x.example">Wall</a> appeared first on Old.</p>'
    import_(rss(item(text=TEXT + farewell)))
    assert only().body.html.endswith("an east wind.</p>")


@pytest.mark.parametrize(
    ("around", "link", "address"),
    [
        ("<link>https://old.example/news/</link>", "<link>1/</link>", "https://old.example/a.jpg"),
        ("<link>https://old.example/news/</link>", "", "https://old.example/a.jpg"),
        ("", "<link>https://other.example/1/</link>", "https://other.example/a.jpg"),
        ("<link>https://old.example/</link>", "<link>http://[</link>", "https://old.example/a.jpg"),
    ],
)
def test_relative_addresses_are_of_the_story_or_its_site(
    import_: Import, around: str, link: str, address: str
) -> None:
    import_(rss(around, item(text=f"{TEXT}<img src='/a.jpg'>", more=link)))
    assert f'src="{address}"' in only().body.html


def test_xml_base_is_what_relative_addresses_begin_with(import_: Import) -> None:
    import_(
        atom(
            '<entry><id>urn:1</id><title>T</title><content type="html" '
            'xml:base="https://base.example/x/">Words &lt;img src="a.jpg"&gt;</content></entry>'
        )
    )
    assert 'src="https://base.example/x/a.jpg"' in only().body.html
