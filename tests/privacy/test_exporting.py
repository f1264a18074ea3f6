"""A reader gets everything that is kept about them, and no secret."""

import json
from datetime import date
from io import StringIO
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.core.management import CommandError, call_command

from accounts.models import Reader
from paywall.circulation import seats
from paywall.circulation.claims import Activation
from paywall.circulation.matching import Proof
from paywall.letters import print_invitation, print_writing
from paywall.metering.models import Meter, MeteredRead, MeterKey
from tests.circulation.claiming import claim, make_account, typed
from tests.making import make_reader
from tests.payments.conftest import NOW
from tests.payments.shop import Newspaper

# Tables that point to a reader, and where the document has them.
EXPORTED = {
    "accounts.Reader_groups": "account",
    "accounts.Reader_user_permissions": "account",  # by its groups
    "account.EmailAddress": "account",
    "admin.LogEntry": "account",
    "mfa.Authenticator": "account",
    "usersessions.UserSession": "sessions",
    "paywall.Activation": "printed_paper",
    "paywall.Invitation": "printed_paper",
    "paywall.PrintCase": "printed_paper",
    "paywall.CirculationImport": "account",  # what staff decided: in their log
    "paywall.CheckoutAttempt": "payments",
    "paywall.Customer": "payments",
    "paywall.Entitlement": "access",
    "paywall.Letter": "letters",
    "paywall.Unsubscribed": "letters",
    "paywall.MeterKey": "reading",
    "paywall.CourtesyBatch": "account",
    "paywall.FreeMode": "account",
    "paywall.WallVersion": "account",
    "paywall.RefusedVisit": "reading",
    "paywall.Seen": "reading",
    "paywall.PrintReaderDay": "reading",
    "paywall.StaffAction": "done_by_staff",
    "paywall.SiteReader": "other_sites",
    "paywall.KeptAnswer": "other_sites",
}


def export(email: str) -> Any:
    output = StringIO()
    call_command("export_reader", email, stdout=output)
    return json.loads(output.getvalue())


def test_every_table_that_points_to_a_reader_is_in_it_or_a_reason_is_given() -> None:
    related = (
        field.related_model
        for field in Reader._meta.get_fields(include_hidden=True)
        if field.is_relation and field.auto_created
    )
    pointing = {model._meta.label for model in related if model}
    assert pointing == set(EXPORTED), "say in paywall/privacy what becomes of it"


def test_all_that_is_kept_is_in_it(paper: Newspaper) -> None:
    customer = paper.customer("ada@example.com")
    paper.subscribe(customer)
    reader = customer.reader
    assert reader
    meter = Meter.objects.create(period=date(2026, 11, 1), used=1)
    MeterKey.objects.create(kind="reader", value="r", reader=reader, meter=meter)
    MeteredRead.objects.create(
        meter=meter, period=meter.period, story_key="1", title="One", address="/1/", opened_at=NOW
    )
    account = make_account(email="ada@example.com")
    claim(reader, now=NOW)
    activation = Activation.objects.get()
    print_writing.write_due(activation.pk, now=NOW)
    print_invitation.write(
        seats.invite(account.pk, "guest@example.com", by=reader, now=NOW), now=NOW
    )
    claim(reader, typed("4711", "Secretname"), now=NOW)
    Authenticator.objects.create(
        user=reader, type="webauthn", data={"name": "Ada's key", "credential": "SECRET-1"}
    )
    UserSession.objects.create(
        user=reader, ip="192.0.2.7", user_agent="Firefox", session_key="SECRET-2"
    )
    told = export("ADA@example.com")
    assert told["account"]["email"] == "ada@example.com"
    assert told["account"]["second_factors"][0]["name"] == "Ada's key"
    assert told["sessions"][0]["ip"] == "192.0.2.7"
    assert told["reading"]["stories"][0]["title"] == "One"
    assert told["reading"]["meters"] == [{"month": "2026-11-01", "used": 1}]
    assert {each["source"] for each in told["access"]} == {"Subscription", "Printed paper"}
    assert told["payments"]["customer"]["email"] == "ada@example.com"
    assert told["payments"]["subscriptions"][0]["package"]
    assert told["payments"]["invoices"][0]["amount_paid"] == 1200
    assert told["printed_paper"]["seats"][0]["on_file"]["street"] == "12 Harbour Street"
    assert told["printed_paper"]["seats"][0]["on_file"]["lines"][0]["status"] == "active"
    assert told["printed_paper"]["invitations"][0]["address"] == "guest@example.com"
    assert told["printed_paper"]["cases"][0]["last_name"] == "Secretname"
    assert told["wrong_tries"][0]["tries"] == 1
    kinds = {letter["kind"] for letter in told["letters"]["written"]}
    assert {"print_activated", "print_invitation"} <= kinds
    text = json.dumps(told)
    assert "SECRET" not in text
    assert reader.password not in text
    assert "/activate/invitation/" not in text


@pytest.mark.django_db
def test_who_was_only_invited_gets_nothing_of_the_subscribers() -> None:
    make_account()
    claim()
    guest = make_reader("guest@example.com")
    claim(guest)
    Activation.objects.filter(reader=guest).update(proof=Proof.INVITED)
    told = export("guest@example.com")
    assert told["printed_paper"]["seats"][0]["on_file"] is None
    assert "Harbour" not in json.dumps(told)


@pytest.mark.django_db
def test_nobody_has_the_address() -> None:
    with pytest.raises(CommandError, match="Nobody here has the address"):
        export("nobody@example.com")
