"""The standfirst is public: nothing of the text may get out through it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from articles.importing.standfirsts import MOST, standfirst_of
from articles.importing.texts import letters
from tests.articles.importing.making import PARAGRAPH, SECOND, THIRD

TEXT = f"{PARAGRAPH} {SECOND} {THIRD}"


@pytest.mark.parametrize(
    "summary",
    [
        "Who is to pay for the wall? Nobody says.",
        "<p>Who is to pay for the wall? Nobody says.</p>",
        "Who is to pay for the wall?&nbsp;Nobody <b>says</b>. <a href='/x'>Continue reading</a>",
        "Who is to pay for the wall? Nobody says. The post Wall appeared first on Old.",
        "Who is to pay for the wall? Nobody says. Read more…",
    ],
)
def test_a_real_summary_is_shown_in_plain_words(summary: str) -> None:
    expected = "Who is to pay for the wall? Nobody says."
    assert standfirst_of(summary, TEXT, headline="Wall") == expected


@pytest.mark.parametrize(
    "summary",
    [
        "",
        TEXT,
        PARAGRAPH,
        PARAGRAPH[:60],
        f"{PARAGRAPH[:80]} […]",
        f"{PARAGRAPH[:80]}&hellip;",
        f"{PARAGRAPH[:80]} [&#8230;] Continue reading Wall",
        SECOND,
        THIRD.upper(),
        f"Our reporter writes: {SECOND}",
        PARAGRAPH.replace(",", " –").replace(" ", "  "),
        "Harbour wall!",
    ],
    ids=lambda summary: summary[:20] or "nothing",
)
def test_what_is_of_the_text_is_not_shown(summary: str) -> None:
    assert standfirst_of(summary, TEXT, headline="Harbour wall") == ""


def test_a_summary_as_long_as_a_short_text_is_not_shown() -> None:
    assert standfirst_of("Quite other words than these.", "A text of few words.", headline="") == ""


def test_a_long_summary_ends_with_a_sentence() -> None:
    sentence = "Nobody in the town can say who is going to pay for any of this in the end. "
    summary = standfirst_of(sentence * 9, TEXT * 9, headline="")
    assert len(summary) <= MOST
    assert summary == (sentence * ((MOST + 1) // len(sentence))).strip()


@given(st.data())
def test_no_third_of_the_text_gets_out(data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(TEXT)))
    end = data.draw(st.integers(start, len(TEXT)))
    around = data.draw(st.sampled_from(["", "Read this. ", "“"]))
    shown = standfirst_of(f"{around}{TEXT[start:end]}", TEXT, headline="")
    assert len(shown) <= MOST
    assert len(letters(shown)) < 60 or letters(shown) not in letters(TEXT)


@given(st.text(max_size=400), st.text(max_size=900))
def test_it_never_shows_more_than_a_third(summary: str, text: str) -> None:
    shown = standfirst_of(summary, text, headline="")
    assert len(shown) <= len(text) / 3
