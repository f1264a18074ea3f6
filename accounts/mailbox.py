"""One mailbox, one key: the many spellings of an address that end in the same mailbox."""

import hashlib
import hmac
import unicodedata

DOTLESS_DOMAINS = frozenset(
    {"gmail.com"}
)  # Gmail ignores dots: support.google.com/mail/answer/7436150
SAME_DOMAINS = {"googlemail.com": "gmail.com"}


def canonical_mailbox(email: str) -> str:
    """Return the one spelling of the mailbox that an address delivers to.

    Folds case, drops a plus tag (RFC 5233) on every domain and Gmail's dots, and writes
    international domains as ASCII. It finds meters; it never decides who signs in.
    """
    address = unicodedata.normalize("NFKC", email).strip().casefold()
    local, _, domain = address.rpartition("@")
    domain = _ascii_domain(domain.rstrip("."))
    domain = SAME_DOMAINS.get(domain, domain)
    local = local.split("+", 1)[0] or local
    if domain in DOTLESS_DOMAINS:
        local = local.replace(".", "") or local
    return f"{local}@{domain}"


def mailbox_hash(email: str, *, key: str) -> str:
    """Return the canonical mailbox's HMAC-SHA256 under the key, as 64 hex digits."""
    mailbox = canonical_mailbox(email).encode()
    return hmac.new(key.encode(), mailbox, hashlib.sha256).hexdigest()


def _ascii_domain(domain: str) -> str:
    try:
        return domain.encode("idna").decode()
    except UnicodeError:
        return domain
