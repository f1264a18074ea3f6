"""Staff enter the admin with a second factor or not at all, however the address is spelt."""

import time

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value
from django.conf import LazySettings
from django.test import Client
from django.urls import reverse

from accounts.models import Reader
from tests.accounts.doing import PASSWORD, sign_in, words
from tests.accounts.passkey import Passkey, add_passkey, options, sign_in_with
from tests.making import make_reader

pytestmark = pytest.mark.django_db

ADA = "ada@example.com"
SECRET = "JBSWY3DPEHPK3PXP"
SET_UP = reverse("mfa_index")
PATHS = [
    "/admin",
    "/admin/",
    "/admin/login",
    "/admin/login/",
    "/admin/logout",
    "/admin/logout/",
    "/admin/accounts/reader",
    "/admin/accounts/reader/",
    "/admin/accounts/reader/1/change/",
    "/admin/paywall/meterrule/",
    "/admin/paywall/meterrule/add/",
    "/admin/jsi18n/",
    "/admin/autocomplete/",
    "/admin/r/1/1/",
    "/admin/password_change/",
    "/admin/no/such/page",
    "/admin/no/such/page/",
    "/admin/?next=/",
    "/admin%2f",
    "/admin%2Faccounts%2Freader%2F",
    "/%61dmin/",
    "/admin//",
]


@pytest.fixture(autouse=True)
def _as_in_production(settings: LazySettings) -> None:
    settings.STAFF_NEED_SECOND_FACTOR = True


@pytest.fixture
def staff() -> Reader:
    return make_reader(ADA, is_staff=True, is_superuser=True)


def code_of_app() -> str:
    return str(format_hotp_value(hotp_value(SECRET, int(time.time()) // 30)))


def is_inside(client: Client) -> bool:
    return client.get("/admin/").status_code == 200


@pytest.mark.parametrize("method", ["get", "post", "head"])
def test_staff_without_a_second_factor_are_led_to_add_one(
    client: Client, staff: Reader, method: str
) -> None:
    client.force_login(staff)
    for path in PATHS:
        response = getattr(client, method)(path)
        assert (response.status_code, response["Location"]) == (302, SET_UP), path


def test_the_page_says_why(client: Client, staff: Reader) -> None:
    client.force_login(staff)
    assert "add a passkey or an authenticator app" in words(client.get("/admin/", follow=True))


def test_readers_are_told_once_and_not_sent_in_circles(client: Client) -> None:
    client.force_login(make_reader())
    for path in PATHS:
        response = client.get(path)
        assert response.status_code == 403, path
        assert "not yours to open" in words(response)


def test_readers_are_told_in_the_demonstration_too(client: Client, settings: LazySettings) -> None:
    settings.STAFF_NEED_SECOND_FACTOR = False
    client.force_login(make_reader())
    assert client.get("/admin/").status_code == 403


def test_strangers_see_nothing_and_are_led_to_sign_in(client: Client) -> None:
    for path in PATHS:
        response = client.get(path, follow=True)
        assert response.redirect_chain[-1][0].startswith("/accounts/login/"), path
        assert "Email me a code" in words(response)


def test_a_stranger_who_signs_in_is_back_at_the_page_of_the_admin(
    client: Client, staff: Reader
) -> None:
    TOTP.activate(staff, SECRET)
    response = client.get("/admin/accounts/reader/", follow=True)
    page = response.redirect_chain[-1][0]
    assert client.post(page, {"login": ADA, "password": PASSWORD})["Location"] == reverse(
        "mfa_authenticate"
    )
    response = client.post(reverse("mfa_authenticate"), {"code": code_of_app()})
    assert response["Location"] == "/admin/accounts/reader/"
    assert client.get("/admin/accounts/reader/").status_code == 200


def test_staff_with_an_app_enter_after_both_steps(client: Client, staff: Reader) -> None:
    TOTP.activate(staff, SECRET)
    sign_in(client, ADA)
    assert not is_inside(client)
    client.post(reverse("mfa_authenticate"), {"code": code_of_app()})
    assert is_inside(client)


def test_staff_with_a_passkey_enter_with_it(staff: Reader) -> None:
    first = Client()
    sign_in(first, ADA)
    passkey = add_passkey(first)
    client = Client()
    sign_in_with(client, passkey)
    assert is_inside(client)


def test_a_session_from_before_the_second_factor_is_asked_for_it(
    client: Client, staff: Reader
) -> None:
    client.force_login(staff)
    TOTP.activate(staff, SECRET)
    for path in PATHS:
        assert client.get(path)["Location"].startswith(reverse("mfa_reauthenticate")), path


def test_whoever_has_just_added_an_app_shows_it_once_and_is_in(
    client: Client, staff: Reader
) -> None:
    sign_in(client, ADA)
    TOTP.activate(staff, SECRET)
    page = client.get("/admin/accounts/reader/?q=x")["Location"]
    assert client.post(page, {"code": code_of_app()})["Location"] == "/admin/accounts/reader/?q=x"
    assert is_inside(client)


def test_whoever_has_just_added_a_passkey_shows_it_once_and_is_in(staff: Reader) -> None:
    client = Client()
    sign_in(client, ADA)
    passkey: Passkey = add_passkey(client)
    page = client.get("/admin/")["Location"]
    assert page.startswith(reverse("mfa_reauthenticate_webauthn"))
    credential = passkey.get(options(client.get(page), "request_options"))
    assert client.post(page, {"credential": credential})["Location"] == "/admin/"
    assert is_inside(client)


def test_the_password_alone_does_not_stand_in_for_the_second_factor(
    client: Client, staff: Reader
) -> None:
    sign_in(client, ADA)
    TOTP.activate(staff, SECRET)
    client.post(f"{reverse('account_reauthenticate')}?next=/admin/", {"password": PASSWORD})
    assert not is_inside(client)


def test_recovery_codes_alone_are_no_second_factor(client: Client, staff: Reader) -> None:
    RecoveryCodes.activate(staff)
    client.force_login(staff)
    assert client.get("/admin/")["Location"] == SET_UP


def test_whoever_removes_the_second_factor_is_out_again(client: Client, staff: Reader) -> None:
    TOTP.activate(staff, SECRET)
    sign_in(client, ADA)
    client.post(reverse("mfa_authenticate"), {"code": code_of_app()})
    assert is_inside(client)
    Authenticator.objects.all().delete()
    assert client.get("/admin/")["Location"] == SET_UP


def test_somebody_elses_second_factor_in_the_same_browser_does_not_count(
    client: Client, staff: Reader
) -> None:
    TOTP.activate(staff, SECRET)
    sign_in(client, ADA)
    client.post(reverse("mfa_authenticate"), {"code": code_of_app()})
    other = make_reader(is_staff=True)
    TOTP.activate(other, SECRET)
    client.force_login(other)
    assert not is_inside(client)


@pytest.mark.parametrize("mounted_at", ["", "/paper", "/admin"])
@pytest.mark.parametrize(
    "path",
    ["/admin", "/admin/", "/admin/accounts/reader/", "//admin/", "///admin", "/admin//jsi18n/"],
)
def test_a_site_mounted_elsewhere_is_as_closed(
    client: Client, staff: Reader, mounted_at: str, path: str
) -> None:
    client.force_login(staff)
    response = client.get("/", SCRIPT_NAME=mounted_at, PATH_INFO=path)
    assert response["Location"] == SET_UP


def test_what_is_not_the_admin_stays_open_to_staff(client: Client, staff: Reader) -> None:
    client.force_login(staff)
    for path in ("/", "/accounts/email/", "/account/"):
        assert client.get(path).status_code == 200
