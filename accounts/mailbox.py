"""One mailbox, one key: the many spellings of an address that end in the same mailbox."""

import hashlib
import hmac
import re
import unicodedata

# Gmail ignores dots: support.google.com/mail/answer/7436150
DOTLESS_DOMAINS = frozenset({"gmail.com"})
SAME_DOMAINS = {"googlemail.com": "gmail.com"}

QUOTED = re.compile(r'"(?:[^"\\]|\\.)*"', re.DOTALL)  # RFC 5321, section 4.1.2
NEEDS_NO_QUOTES = re.compile(r'[^\s"\\(),:;<>@\[\]]+')
AROUND = re.compile(r"\A[\s.]+|[\s.]+\Z")
DOTS = str.maketrans({"。": ".", "．": ".", "｡": "."})  # RFC 3490, section 3.1


def canonical_mailbox(email: str) -> str:
    """Return the one spelling of the mailbox that an address delivers to.

    Folds case, drops a plus tag (RFC 5233) on every domain and Gmail's dots, and writes
    international domains as ASCII. It finds meters; it never decides who signs in.
    """
    local, _, domain = _folded(email).rpartition("@")
    domain = _ascii_domain(domain)
    domain = SAME_DOMAINS.get(domain, domain)
    local = _without_quotes(local.strip())
    if not local.startswith('"'):
        local = local.split("+", 1)[0].strip() or local
        if domain in DOTLESS_DOMAINS:
            local = local.replace(".", "").strip() or local
    return f"{local}@{domain}"


def mailbox_hash(email: str, *, key: str) -> str:
    """Return the canonical mailbox's HMAC-SHA256 under the key, as 64 hex digits."""
    mailbox = canonical_mailbox(email).encode(errors="surrogatepass")
    return hmac.new(key.encode(), mailbox, hashlib.sha256).hexdigest()


def _folded(text: str) -> str:
    """Fold width, compatibility and case until nothing changes.

    Lower case, not `casefold`: straße.de and strasse.de are two domains (RFC 5894, section
    7.2), and whoever has one must not share a meter with whoever has the other.
    """
    folded = unicodedata.normalize("NFKC", text).lower().strip()
    return folded if folded == text else _folded(folded)


def _without_quotes(local: str) -> str:
    """Take off quotes that an address does not need: "ada"@ is ada@."""
    if not QUOTED.fullmatch(local):
        return local
    content = re.sub(r"\\(.)", r"\1", local[1:-1], flags=re.DOTALL)
    return content if NEEDS_NO_QUOTES.fullmatch(content) else local


def _ascii_domain(domain: str) -> str:
    """Write each label as DNS has it (RFC 5891), whether or not anybody could register it."""
    labels = AROUND.sub("", domain.translate(DOTS)).split(".")
    return ".".join(_ascii_label(label) for label in labels)


def _ascii_label(label: str) -> str:
    if label.isascii():
        return label
    return "xn--" + label.encode("punycode", errors="surrogatepass").decode()
