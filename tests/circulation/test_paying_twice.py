"""Who pays for a package too is told so, and decides."""

import pytest
from django.test import Client

from paywall.circulation.models import PrintLine
from paywall.circulation.showing import print_of
from paywall.letters import print_writing
from paywall.letters.models import Letter
from tests.circulation.claiming import NOW, claim, make_account, typed
from tests.making import make_reader
from tests.payments.conftest import paper, sandbox
from tests.payments.shop import Newspaper

__all__ = ["paper", "sandbox"]

pytestmark = pytest.mark.django_db


def test_a_holder_who_pays_too_is_told_and_may_cancel(paper: Newspaper) -> None:
    make_account()
    customer = paper.customer("john@example.com")
    assert customer.reader
    claim(make_reader())
    claim(customer.reader)
    paper.subscribe(customer)
    assert not print_of(customer.reader, now=NOW).pays_too, "only the holder is asked"
    make_account("777")
    holder = paper.customer("holder@example.com")
    assert holder.reader
    claim(holder.reader, typed("777"))
    assert not print_of(holder.reader, now=NOW).pays_too
    subscription = paper.subscribe(holder)
    assert print_of(holder.reader, now=NOW).pays_too
    client = Client()
    client.force_login(holder.reader)
    letter = print_writing.write_due(holder.reader.activations.get().pk, now=NOW)
    assert letter == 1
    assert "You pay for a package too" in Letter.objects.get(reader=holder.reader).text
    PrintLine.objects.filter(account__number="777").update(
        status="stopped", paid_through=NOW.date()
    )
    assert not print_of(holder.reader, now=NOW).pays_too, "the paper ends: the package is needed"
    PrintLine.objects.update(status="active")
    answer = client.post(
        "/activate/",
        {"way": "number", "number": "777", "last_name": "Smith", "postal_code": "96813"},
        follow=True,
    )
    assert "your account page says how" in answer.content.decode()
    text = client.get("/account/").content.decode()
    assert "You pay for a package too" in text
    assert 'href="/account/cancel/"' in text
    paper.v1.subscriptions.update(subscription.stripe_id, {"cancel_at_period_end": True})
    paper.update(holder)
    assert not print_of(holder.reader, now=NOW).pays_too, "it is cancelled"
