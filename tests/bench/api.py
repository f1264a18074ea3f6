"""What is asked of the API while it is measured: looks and opens, by readers and by a server."""

import json
from collections.abc import Callable, Sequence
from http import HTTPStatus

from django.test import Client

from accounts.models import Reader
from articles.models import Article
from paywall import clock
from paywall.metering.models import Meter
from paywall.sites import keys
from paywall.sites.models import ApiSite, Scope, SiteReader
from tests.bench.load import Request
from tests.bench.preparing import signed_in

Readers = Callable[[str, int], list[tuple[Reader, Meter]]]
MOST_A_MINUTE = 10_000_000


def api_lists(
    stories: Sequence[Article],
    make_readers: Readers,
    *,
    opened: Callable[[Meter], None],
    readers: int,
    first_readers: int,
) -> dict[str, list[Request]]:
    """Make the readers and the key, and return the requests.

    Those who look have `opened` their stories; those who open do so to all seven, each once; and
    what comes again, under its idempotency key, was answered here before.
    """
    now = clock.now()
    site = ApiSite.objects.create(name="Other", origin="https://other.example")
    _, key = keys.issue(site, "bench", list(Scope), now=now, per_minute=MOST_A_MINUTE)
    by_key = f"Authorization: Bearer {key}"
    back = []
    for reader, meter in make_readers("back", readers):
        opened(meter)
        back.append(reader)
    new = [reader for reader, _ in make_readers("new", first_readers)]
    again = [reader for reader, _ in make_readers("again", readers)]
    named = [reader for reader, _ in make_readers("named", first_readers)]
    served = [reader for reader, _ in make_readers("served", readers)]
    SiteReader.objects.bulk_create(
        SiteReader(site=site, reader=reader, since=now) for reader in (*back, *named, *served)
    )
    paths = [f"/api/v1/stories/article-{story.pk}/access/" for story in stories]
    cookies = [signed_in(reader) for reader in back]
    tokens, bodies = [_token(reader) for reader in new], [_body(reader) for reader in named]
    lists = {
        "look-reader": [Request(path, cookie) for path in paths[:5] for cookie in cookies],
        "look-key": [
            Request(f"{path}?reader={reader.public_id}", headers=by_key)
            for path in paths[:5]
            for reader in back
        ],
        "open-reader": [
            Request(path, headers=token, body="{}") for path in paths for token in tokens
        ],
        "open-key": [Request(path, headers=by_key, body=body) for path in paths for body in bodies],
        "again-reader": [
            Request(paths[0], headers=f"{_token(reader)} | {_key(reader)}", body="{}")
            for reader in again
        ],
        "again-key": [
            Request(paths[0], headers=f"{by_key} | {_key(reader)}", body=_body(reader))
            for reader in served
        ],
    }
    for request in (*lists["again-reader"], *lists["again-key"]):
        _open(request)
    return lists


def _token(reader: Reader) -> str:
    return f"X-Session-Token: {signed_in(reader).partition('=')[2]}"


def _key(reader: Reader) -> str:
    return f"Idempotency-Key: {reader.public_id}"


def _body(reader: Reader) -> str:
    return json.dumps({"reader": str(reader.public_id)})


def _open(request: Request) -> None:
    """Open a story for the first time, so that the request comes again when it is measured."""
    headers = dict(each.split(": ", 1) for each in request.headers.split(" | "))
    client = Client(SERVER_NAME="127.0.0.1")
    kind = "application/json"
    answer = client.post(request.path, request.body, content_type=kind, headers=headers)
    if answer.status_code != HTTPStatus.OK or not answer.json()["spent"]:
        raise RuntimeError(f"{request.path} did not open: {answer.content!r}")
