import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.mailbox import canonical_mailbox, mailbox_hash

DOMAINS = st.sampled_from(["example.com", "gmail.com", "googlemail.com", "bücher.example"])
WORDS = st.text(string.ascii_lowercase + string.digits, min_size=1, max_size=12)
ANYTHING = st.text() | st.text(st.sampled_from('aB+."\\@ .。İſßΣς\u212a\uff20\uff0b'), max_size=12)


@pytest.mark.parametrize(
    ("spelling", "mailbox"),
    [
        ("Ada@Example.COM", "ada@example.com"),
        ("  ada@example.com\n", "ada@example.com"),
        ("ada+news@example.com", "ada@example.com"),
        ("ada+a+b@example.com", "ada@example.com"),
        ("a.d.a@gmail.com", "ada@gmail.com"),
        ("A.da+x@googlemail.com", "ada@gmail.com"),
        ("a.d.a@example.com", "a.d.a@example.com"),
        ("ada@example.com.", "ada@example.com"),
        ("ada@bücher.example", "ada@xn--bcher-kva.example"),
        ("ada@BÜCHER.example", "ada@xn--bcher-kva.example"),
        ("ada@xn--bcher-kva.example", "ada@xn--bcher-kva.example"),
        ("ada@bücher。example", "ada@xn--bcher-kva.example"),
        ("ａｄａ＠ｇｍａｉｌ．ｃｏｍ", "ada@gmail.com"),
        ("\u212aim@example.com", "kim@example.com"),
        ('"ada"@example.com', "ada@example.com"),
        ('"ada+news"@example.com', "ada@example.com"),
        ('"a\\d\\a"@example.com', "ada@example.com"),
        ('"ada l+x"@example.com', '"ada l+x"@example.com'),
        ('"a@b"@example.com', '"a@b"@example.com'),
        ("+news@example.com", "+news@example.com"),
        ("...@gmail.com", "...@gmail.com"),
        ("ada@[192.0.2.1]", "ada@[192.0.2.1]"),
        ("ada", "@ada"),
        ("", "@"),
    ],
)
def test_one_mailbox_has_one_spelling(spelling: str, mailbox: str) -> None:
    assert canonical_mailbox(spelling) == mailbox


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("ada@example.com", "ada@example.org"),
        ("ada@example.com", "ada.@example.com"),
        ("ada@straße.example", "ada@strasse.example"),
        ("ada@gmail.com", "ada@gmail.com.example"),
        ("ada@gmail.com", "ada@gmaiI.com"),
        ("ada@ex\N{CYRILLIC SMALL LETTER A}mple.com", "ada@example.com"),
        ("ada+x@example.com", '"ada x"@example.com'),
    ],
)
def test_two_mailboxes_are_kept_apart(one: str, other: str) -> None:
    assert canonical_mailbox(one) != canonical_mailbox(other)


@given(ANYTHING)
def test_the_spelling_of_a_spelling_is_itself(email: str) -> None:
    mailbox = canonical_mailbox(email)
    assert canonical_mailbox(mailbox) == mailbox


@given(ANYTHING, st.sampled_from([str.upper, str.lower, str.title, lambda text: f" {text}\t"]))
def test_plain_letters_in_any_case_end_in_the_same_mailbox(email: str, write: object) -> None:
    ascii_email = email.encode("ascii", "ignore").decode()
    assert canonical_mailbox(write(ascii_email)) == canonical_mailbox(ascii_email)  # type: ignore[operator]


@given(WORDS, st.text(string.ascii_letters + "+._-", max_size=12), DOMAINS)
def test_a_plus_tag_ends_in_the_same_mailbox(name: str, tag: str, domain: str) -> None:
    assert canonical_mailbox(f"{name}+{tag}@{domain}") == canonical_mailbox(f"{name}@{domain}")


@given(WORDS, st.data())
def test_gmail_knows_no_dots_and_two_names(name: str, data: st.DataObject) -> None:
    dotted = "".join(letter + data.draw(st.sampled_from(["", "."])) for letter in name)
    assert canonical_mailbox(f"{dotted}@googlemail.com") == f"{name}@gmail.com"


@given(WORDS, WORDS, DOMAINS)
def test_different_names_are_different_mailboxes(one: str, other: str, domain: str) -> None:
    same = canonical_mailbox(f"{one}@{domain}") == canonical_mailbox(f"{other}@{domain}")
    assert same == (one == other)


@given(ANYTHING)
def test_a_hash_is_made_of_whatever_was_typed(email: str) -> None:
    hashed = mailbox_hash(email, key="a key")
    assert len(hashed) == 64
    assert hashed != mailbox_hash(email, key="another key")
