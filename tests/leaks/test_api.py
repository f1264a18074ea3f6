"""No answer of the API has a paid sentence in it, whoever asks and whatever for."""

import pytest

from tests.api.asking import Caller, Server, make_site
from tests.leaks.canaries import leaked, make_premium
from tests.making import make_reader

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("access", ["metered", "subscribers", "free"])
def test_no_answer_holds_it(access: str) -> None:
    article = make_premium("paid", access=access)
    key = f"article-{article.pk}"
    reader = make_reader()
    server = Server.of(make_site())
    server.introduce(reader)
    callers: list[tuple[Caller, dict[str, str]]] = [
        (Caller.stranger(), {}),
        (Caller.reading(reader), {}),
        (server, {"reader": str(reader.public_id)}),
    ]
    for caller, named in callers:
        answers = [
            caller.look(key, named),
            caller.open(key, named),
            caller.ask("HEAD", f"stories/{key}/access/", query=named),
            caller.ask("PUT", f"stories/{key}/", {"title": "x"}),
            caller.ask("GET", f"stories/{key}/"),
            caller.ask("GET", "me/", query=named),
            caller.ask("GET", "me/export/"),
            caller.ask("GET", "packages/"),
        ]
        for answer in answers:
            assert not leaked(answer), answer.content


def test_no_error_holds_what_was_sent_as_a_text() -> None:
    """A site that sends its text by mistake finds it in no answer of ours."""
    server = Server.of(make_site())
    refused = server.open(body={"story": {"title": "x", "text": "canary7x is paid for"}})
    assert refused.status_code == 422
    assert not leaked(refused)
