"""Old addresses of stories: the form in which they are kept, and the forms that are looked for.

An address is kept as its path, decoded and without a slash at its end, and with the query where
the query names the story (`/story.php?id=7`, WordPress' `/?p=7`).
"""

import hashlib
import re
from collections.abc import Iterator
from unicodedata import normalize
from urllib.parse import parse_qsl, unquote_to_bytes, urlencode, urlsplit

from django.conf import settings
from django.urls import Resolver404, resolve
from django.utils.encoding import repercent_broken_unicode

LONGEST = 500  # characters of OldAddress.path; of a longer address its beginning and a hash
MOST_PARAMETERS = 20
_TRACKING = re.compile(r"utm_\w+|at_\w+|mc_[ce]id|fbclid|gclid|msclkid|cmpid|ocid|ref|rss|source")


def kept_forms(address: str) -> list[str]:
    """Return under what an old address (a URL or a path) is kept; nothing for our own pages.

    An address with capital letters is kept without them too: many a server ignored them.
    """
    try:
        parts = urlsplit(address)
    except ValueError:
        return []
    if parts.scheme not in {"", "http", "https"} or parts.path[:1] not in {"", "/"}:
        return []
    path = repercent_broken_unicode(unquote_to_bytes(parts.path)).decode()
    query = _parameters(parts.query)
    if "\x00" in path or (not query and not path.strip("/")) or _is_ours(path, bool(query)):
        return []
    form = _form(path, query)
    return list(dict.fromkeys([form, form.lower()]))


def looked_for(path: str, query: str) -> list[str]:
    """Return the forms that lead from a request to a story, the most exact first."""
    if "\x00" in path:
        return []
    parameters = _parameters(query)
    forms = [_form(path, parameters)]
    forms += [_form(path, [pair]) for pair in parameters]
    if path.strip("/"):
        forms.append(_form(path, []))
    return list(dict.fromkeys(form for form in _both_cases(forms)))


def _both_cases(forms: list[str]) -> Iterator[str]:
    yield from forms
    yield from (form.lower() for form in forms)


def _parameters(query: str) -> list[tuple[str, str]]:
    try:
        pairs = parse_qsl(query, keep_blank_values=True, max_num_fields=MOST_PARAMETERS)
    except ValueError:
        return []
    return sorted(pair for pair in pairs if not _TRACKING.fullmatch(pair[0]))


def _form(path: str, parameters: list[tuple[str, str]]) -> str:
    form = normalize("NFC", path).rstrip("/") or "/"
    if parameters:
        form = f"{form}?{urlencode(parameters)}"
    if len(form) > LONGEST:
        digest = hashlib.sha256(form.encode()).hexdigest()
        form = f"{form[: LONGEST - len(digest) - 1]}#{digest}"
    return form


def _is_ours(path: str, has_query: bool) -> bool:
    """Tell whether the path is a page of this site, other than a story's or `/?p=7`."""
    if has_query and not path.strip("/"):
        return False
    if path.startswith((settings.STATIC_URL, settings.MEDIA_URL)):
        return True
    for candidate in (path, f"{path}/"):
        try:
            return resolve(candidate).url_name != "story"
        except Resolver404:
            continue
    return False
