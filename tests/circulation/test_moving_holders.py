"""An account has one holder, also after a move brought two households together."""

import pytest

from paywall.circulation.claims import Activation
from paywall.circulation.models import PrintAccount
from paywall.circulation.moving import carry_over
from tests.circulation.claiming import NOW, claim, make_account, typed

pytestmark = pytest.mark.django_db


def test_who_comes_from_the_old_account_takes_nobodys_place() -> None:
    make_account("777")
    old, new = claim(what=typed("777")).activation, None
    make_account("900", former_number_key="777")
    new = claim(what=typed("900")).activation
    assert old
    assert new
    assert (old.holder, new.holder) == (True, True)
    PrintAccount.objects.get(number="777").lines.update(status="stopped", paid_through=None)
    assert carry_over([""], as_of=NOW, now=NOW) == 1
    holders = Activation.objects.filter(account=new.account, holder=True)
    assert [one.pk for one in holders] == [new.pk]
    assert new.account.activations.count() == 2
