import re

import pytest
from allauth.mfa.models import Authenticator
from django.contrib.staticfiles import finders
from django.core import mail
from django.test import Client
from django.urls import reverse

from accounts.models import Reader
from tests.accounts.doing import (
    ASK_FOR_CODE,
    PASSWORD,
    SIGN_IN,
    TYPE_CODE_TO_SIGN_IN,
    is_signed_in,
    sign_in,
    type_code,
    who,
    words,
)
from tests.accounts.passkey import (
    ADD,
    SIGN_IN_WITH_PASSKEY,
    Passkey,
    add_passkey,
    options,
    sign_in_with,
)
from tests.making import make_article, make_reader

pytestmark = pytest.mark.django_db

ADA = "ada@example.com"


SECOND_STEP = reverse("mfa_authenticate")


@pytest.fixture
def reader() -> Reader:
    return make_reader(ADA)


@pytest.fixture
def passkey(reader: Reader) -> Passkey:
    return add_passkey(signed_in(reader))


def signed_in(reader: Reader) -> Client:
    client = Client()
    sign_in(client, reader.email)
    return client


def test_a_reader_adds_a_passkey_and_is_told_by_letter(reader: Reader) -> None:
    client = signed_in(reader)
    add_passkey(client)
    assert "My phone" in words(client.get(reverse("mfa_list_webauthn")))
    assert mail.outbox[-1].subject == "A passkey was added at The Brackwater Gazette"
    assert "Recovery codes" in words(client.get(reverse("mfa_view_recovery_codes")))


def test_a_passkey_signs_in_and_leads_back_to_the_story(
    client: Client, reader: Reader, passkey: Passkey
) -> None:
    story = make_article().get_absolute_url()
    assert sign_in_with(client, passkey, next=story)["Location"] == story
    assert who(client) == reader
    assert client.get(story)["Paywall-Outcome"] == "metered"


def test_a_passkey_leads_to_no_other_site(client: Client, passkey: Passkey) -> None:
    assert sign_in_with(client, passkey, next="//evil.example")["Location"] == "/"


def test_somebody_elses_passkey_does_not_sign_in(client: Client, passkey: Passkey) -> None:
    stranger = Passkey(id=passkey.id, reader=passkey.reader)
    response = sign_in_with(client, stranger, next="/stories/one/")
    assert response["Location"] == f"{SIGN_IN}?next=%2Fstories%2Fone%2F"
    assert "That did not work" in words(client.get(response["Location"]))
    assert not is_signed_in(client)


def test_an_answer_is_good_for_one_question(client: Client, passkey: Passkey) -> None:
    asked = client.get(SIGN_IN_WITH_PASSKEY, headers={"accept": "application/json"}).json()
    credential = passkey.get(asked["request_options"])
    client.post(SIGN_IN_WITH_PASSKEY, {"credential": credential})
    client.post(reverse("account_logout"))
    client.post(SIGN_IN_WITH_PASSKEY, {"credential": credential})
    assert not is_signed_in(client)


def test_a_passkey_is_bound_to_the_papers_name(reader: Reader) -> None:
    client = signed_in(reader)
    client.post(client.get(ADD)["Location"], {"password": PASSWORD})
    site = options(client.get(ADD), "creation_options")["publicKey"]["rp"]
    assert site == {"id": "testserver", "name": "The Brackwater Gazette"}


@pytest.mark.parametrize("by_code", [False, True], ids=["a password", "a code"])
def test_with_a_passkey_a_password_or_a_code_is_the_first_of_two_steps(
    client: Client, passkey: Passkey, by_code: bool
) -> None:
    story = "/stories/one/"
    if by_code:
        page = client.post(ASK_FOR_CODE, {"email": ADA, "next": story})["Location"]
        assert page.startswith(TYPE_CODE_TO_SIGN_IN)
        response = type_code(client, page)
    else:
        response = sign_in(client, ADA, next=story)
    assert response["Location"] == SECOND_STEP
    assert not is_signed_in(client)
    credential = passkey.get(options(client.get(SECOND_STEP), "request_options"))
    assert client.post(SECOND_STEP, {"credential": credential})["Location"] == story
    assert is_signed_in(client)


def test_a_recovery_code_stands_in_for_a_lost_passkey_once(
    client: Client, reader: Reader, passkey: Passkey
) -> None:
    kept = Authenticator.objects.get(type="recovery_codes").wrap().get_unused_codes()
    for expected in (True, False):
        sign_in(client, ADA)
        client.post(SECOND_STEP, {"code": kept[0]})
        assert is_signed_in(client) == expected
        client.post(reverse("account_logout"))


def test_a_passkey_is_renamed_and_removed_by_its_reader_alone(reader: Reader) -> None:
    client = signed_in(reader)
    add_passkey(client)
    key = Authenticator.objects.get(type="webauthn")
    edit = reverse("mfa_edit_webauthn", args=[key.pk])
    remove = reverse("mfa_remove_webauthn", args=[key.pk])

    stranger = signed_in(make_reader("bob@example.com"))
    stranger.post(stranger.get(ADD)["Location"], {"password": PASSWORD})
    assert stranger.post(remove).status_code == 404
    assert stranger.post(edit, {"name": "Mine"}).status_code == 404

    client.post(edit, {"name": "<b>My old phone</b>"})
    page = client.get(reverse("mfa_list_webauthn")).content.decode()
    assert "&lt;b&gt;My old phone&lt;/b&gt;" in page
    assert "<b>My old" not in page
    client.post(remove)
    assert not Authenticator.objects.exists()
    assert mail.outbox[-1].subject == "A passkey was removed at The Brackwater Gazette"


def test_somebody_who_shows_the_wrong_passkey_again_stays_on_the_page(reader: Reader) -> None:
    client = signed_in(reader)
    add_passkey(client)
    page = f"{reverse('mfa_reauthenticate_webauthn')}?next=%2Faccount%2F"
    asked = options(client.get(page), "request_options")
    response = client.post(page, {"credential": Passkey().get(asked)})
    assert response["Location"] == page


def test_what_passkeys_run_is_our_own_and_in_files(client: Client) -> None:
    page = client.get(SIGN_IN).content.decode()
    scripts = re.findall(r"<script([^>]*)>(.*?)</script>", page, re.DOTALL)
    sources = [re.search(r'src="/static/([^"]+)"', attributes) for attributes, _ in scripts]
    assert [source[1] for source in sources if source] == [
        "mfa/js/webauthn-json.js",
        "mfa/js/webauthn.js",
        "accounts/passkeys.js",
        "account/js/onload.js",
    ]
    assert all(finders.find(source[1]) for source in sources if source)
    for (attributes, text), source in zip(scripts, sources, strict=True):
        assert source or 'type="application/json"' in attributes
        assert not (source and text.strip())
