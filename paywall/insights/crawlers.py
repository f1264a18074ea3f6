"""Telling readers from machines: by the list of crawlers that the whole web keeps."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import crawleruseragents

REMEMBERED = 4096  # agents; to look one up takes a fifth of a millisecond


@lru_cache(REMEMBERED)
def is_crawler(agent: str) -> bool:
    """Tell whether a User-Agent is a machine's; so is one that says nothing."""
    return not agent or bool(crawleruseragents.is_crawler(agent[:500]))


def is_somebody(meta: Mapping[str, Any]) -> bool:
    """Tell from a request's META whether a person is about to see the page.

    Not for HEAD, for what a browser fetches ahead or in parts, nor for a crawler. A system that
    asks for its own readers has authorised itself, and its agent says nothing of them.
    """
    if (
        meta.get("REQUEST_METHOD") == "HEAD"
        or "HTTP_SEC_PURPOSE" in meta
        or "HTTP_PURPOSE" in meta
        or "HTTP_X_PURPOSE" in meta
        or "HTTP_X_MOZ" in meta
        or "HTTP_RANGE" in meta
    ):
        return False
    return "HTTP_AUTHORIZATION" in meta or not is_crawler(meta.get("HTTP_USER_AGENT", ""))
