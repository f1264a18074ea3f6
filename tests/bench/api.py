"""What is asked of the API while it is measured: looks and opens, by readers and by a server."""

import json
from collections.abc import Callable, Sequence

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

    Those who look have `opened` their stories; the others open all seven, each once.
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
    named = [reader for reader, _ in make_readers("named", first_readers)]
    SiteReader.objects.bulk_create(
        SiteReader(site=site, reader=reader, since=now) for reader in (*back, *named)
    )
    paths = [f"/api/v1/stories/article-{story.pk}/access/" for story in stories]
    cookies = [signed_in(reader) for reader in back]
    tokens = [f"X-Session-Token: {signed_in(reader).partition('=')[2]}" for reader in new]
    bodies = [json.dumps({"reader": str(reader.public_id)}) for reader in named]
    return {
        "look-reader": [Request(path, cookie) for path in paths[:5] for cookie in cookies],
        "look-key": [
            Request(f"{path}?reader={reader.public_id}", header=by_key)
            for path in paths[:5]
            for reader in back
        ],
        "open-reader": [
            Request(path, header=token, body="{}") for path in paths for token in tokens
        ],
        "open-key": [Request(path, header=by_key, body=body) for path in paths for body in bodies],
    }
