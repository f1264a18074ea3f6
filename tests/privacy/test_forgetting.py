"""A reader who is erased is named nowhere any more; money records stay without them."""

from io import StringIO
from typing import Any

import pytest
from allauth.usersessions.models import UserSession
from django.apps import apps
from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.core.management import CommandError, call_command

from accounts.models import Reader
from paywall.circulation import cases, seats
from paywall.circulation.claims import Activation, WrongTries
from paywall.circulation.locking import BusyError
from paywall.circulation.models import PrintAccount
from paywall.letters import print_invitation
from paywall.payments import gateway
from paywall.payments.gateway import GatewayUnavailable
from paywall.privacy import closing, forgetting
from paywall.subscriptions.models import Invoice, Subscription
from tests.circulation.claiming import claim, make_account, typed
from tests.making import make_reader
from tests.payments.conftest import NOW
from tests.payments.shop import Newspaper

ADDRESS = "ada@example.com"
NAMES = (ADDRESS, "Lovelacena", "99887766")


def where_named() -> set[str]:
    """Return the tables, and their columns, that still name the reader."""
    found = set()
    for model in apps.get_models(include_auto_created=True):
        for row in model._default_manager.values():
            found |= {
                f"{model._meta.label}.{column}"
                for column, value in row.items()
                if any(name.lower() in str(value).lower() for name in NAMES)
            }
    return found


def forget(email: str = ADDRESS) -> str:
    output = StringIO()
    call_command("forget_reader", email, "--yes", stdout=output)
    return output.getvalue()


@pytest.fixture
def ada(paper: Newspaper, monkeypatch: pytest.MonkeyPatch) -> Reader:
    """Give a reader who left traces everywhere."""
    customer = paper.customer(ADDRESS)
    paper.subscribe(customer)
    monkeypatch.setattr(gateway, "from_settings", lambda: paper.stripe)
    reader, desk = customer.reader, make_reader("desk@example.com", is_staff=True)
    assert reader
    make_account("99887766", last_name="Lovelacena", email=ADDRESS)
    claim(reader, typed("99887766", "Lovelacena"), now=NOW)
    claim(reader, typed("4711", "Lovelacena"), now=NOW)
    case = cases.open_case(reader, now=NOW)
    other = make_reader("other@example.com")
    theirs = make_account("1234")
    claim(other, typed("1234"), now=NOW)
    print_invitation.write(seats.invite(theirs.pk, ADDRESS, by=other, now=NOW), now=NOW)
    UserSession.objects.create(user=reader, ip="192.0.2.7", user_agent="F", session_key="k")
    for thing, message in ((reader, "Changed."), (case, "Approved for 99887766.")):
        assert thing
        LogEntry.objects.create(
            user=desk,
            content_type=ContentType.objects.get_for_model(thing),
            object_id=str(thing.pk),
            object_repr=str(thing),
            action_flag=2,
            change_message=message,
        )
    return reader


def test_nothing_names_them_any_more_and_the_invoices_stay(paper: Newspaper, ada: Reader) -> None:
    assert len(where_named()) > 10
    assert "Invoices are kept, without the person." in forget()
    assert where_named() == set()
    assert Invoice.objects.get().amount_paid == 1200
    assert Invoice.objects.get().subscription.status == "canceled"
    assert LogEntry.objects.count() == 2
    assert Activation.objects.get().reader.email == "other@example.com"
    assert WrongTries.objects.filter(tries=1).count() == 2, "by number and network alone"


def test_where_stripe_cannot_be_reached_nobody_is_erased(
    ada: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: Any, **__: Any) -> None:
        raise GatewayUnavailable("Stripe is away.")

    with monkeypatch.context() as patch:
        patch.setattr(closing, "end_payments", fails)
        with pytest.raises(CommandError, match="was not erased"):
            forget()
    assert PrintAccount.objects.filter(number="99887766").exists()
    forget()
    assert where_named() == set()


def test_while_a_file_is_read_nobody_is_erased(
    ada: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    def busy() -> None:
        raise BusyError("Another circulation file is being taken in.")

    monkeypatch.setattr(forgetting, "one_at_a_time", busy)
    with pytest.raises(CommandError, match="Another circulation file"):
        forget()
    assert Reader.objects.filter(email=ADDRESS).exists()
    assert Subscription.objects.get().status == "active", "nothing was ended either"


@pytest.mark.django_db
def test_staff_stay_and_the_question_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    make_reader("desk@example.com", is_staff=True)
    with pytest.raises(CommandError, match="ask a colleague"):
        forget("desk@example.com")
    make_reader(ADDRESS)
    monkeypatch.setattr("builtins.input", lambda _: "no")
    with pytest.raises(CommandError, match="Nothing was erased"):
        call_command("forget_reader", ADDRESS)
    assert Reader.objects.count() == 2


@pytest.mark.django_db
def test_closing_an_account_leaves_what_is_on_file_of_the_paper() -> None:
    make_account()
    reader = make_reader()
    claim(reader)
    closing.close(gateway.from_settings, reader, now=NOW)
    assert PrintAccount.objects.exists()
    assert claim(make_reader()).activation, "it can be turned on again"
