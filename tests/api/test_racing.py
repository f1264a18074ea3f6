"""Many opens in one moment."""

from collections import Counter
from functools import partial

import pytest
from django.db import connection

from paywall.gate import gatekeeper
from paywall.metering.models import MeteredRead
from tests.api.asking import FACTS, Caller, Server
from tests.making import make_reader
from tests.metering.racing import race, slow_down

pytestmark = pytest.mark.django_db(transaction=True)

AT_A_TIME = 20


def test_two_hundred_opens_leave_at_most_seven(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    if pool := getattr(connection, "pool", None):
        monkeypatch.setattr(pool, "timeout", 60)
    slow_down(monkeypatch, gatekeeper, "look", most=0.002)
    reader = make_reader()
    body = {"reader": server.introduce(reader), "story": FACTS}
    app = Caller.reading(reader)
    server.register("shared")

    def open_ten(number: int) -> list[str]:
        own = Server(server.headers, type(server.client)(), server.site)
        return [own.open(f"story-{number}-{place}", body).json()["outcome"] for place in range(10)]

    seen = Counter(
        word for words in race(partial(open_ten, n) for n in range(AT_A_TIME)) for word in words
    )
    assert seen == {"metered": 7, "meter_spent": 193}
    assert MeteredRead.objects.count() == 7
    assert app.open("shared").json()["outcome"] == "meter_spent"
