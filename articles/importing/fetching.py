"""Fetching a source from the web, and from nowhere else.

The address comes from an operator, but what it leads to (a name, a redirect) is decided by
others, who must not reach through us what is inside our network. So every address that a name
stands for has to be global, and the connection goes to the very address that was checked.
"""

import time
from dataclasses import dataclass
from email.message import Message
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from socket import SOCK_STREAM, getaddrinfo
from typing import IO
from urllib.parse import urljoin

import urllib3
from urllib3.exceptions import HTTPError, LocationParseError, SSLError
from urllib3.response import BaseHTTPResponse
from urllib3.util import Timeout, Url, parse_url

from articles.importing.errors import SourceError

LARGEST = 512 * 1024**2  # bytes, as they are sent
MOST_REDIRECTS = 5
CONNECT_WITHIN = 5.0  # seconds
ANSWER_WITHIN = 20.0  # seconds of silence
FINISH_WITHIN = 900.0  # seconds in all
PIECE = 64 * 1024
PORTS = {"http": 80, "https": 443}
# What the internet gives out of IPv6: https://www.iana.org/assignments/ipv6-address-space
GIVEN_OUT = IPv6Network("2000::/3")
NAT64 = IPv6Network("64:ff9b::/96")  # RFC 6052: the last 32 bits are an IPv4 address
HEADERS = {
    "Accept": "application/rss+xml, application/atom+xml, application/xml;q=0.9, */*;q=0.1",
    "Accept-Encoding": "gzip",
    "User-Agent": "paywall-import/1.0",
}

Address = IPv4Address | IPv6Address


@dataclass(frozen=True, slots=True)
class Fetched:
    """Where it was found in the end, and the encoding that the server named, or ""."""

    address: str
    charset: str


def fetch(address: str, file: IO[bytes]) -> Fetched:
    """Write what is at the address to the file, gzip left packed. Raises SourceError."""
    finish_by = time.monotonic() + FINISH_WITHIN
    for _ in range(MOST_REDIRECTS + 1):
        url = _checked(address)
        response = _ask(url, global_addresses(url), address)
        try:
            if (target := response.get_redirect_location()) is not False:
                address = _joined(address, target)
                continue
            _check_answer(response, address)
            _save(response, file, address, finish_by)
            return Fetched(address, _charset(response))
        except (HTTPError, OSError) as error:
            raise SourceError(f"{address} broke off: {error}.") from error
        finally:
            response.release_conn()
            response.close()
    raise SourceError(f"{address} is the end of more than {MOST_REDIRECTS} redirects.")


def _joined(address: str, target: str | None) -> str:
    try:
        if target:
            return urljoin(address, target)
    except ValueError:
        pass
    raise SourceError(f"{address} redirects to nowhere.")


def _checked(address: str) -> Url:
    try:
        url = parse_url(address)
    except LocationParseError as error:
        raise SourceError(f"{address} is no valid address.") from error
    if url.scheme not in PORTS or not url.host:
        raise SourceError(f"{address} is no http or https address.")
    if url.auth:
        raise SourceError(f"{url.host}: an address with a name and password in it is not read.")
    return url


def global_addresses(url: Url) -> list[Address]:
    """Return every address that the URL's host stands for. Raises SourceError unless all are
    on the public internet.
    """
    host = (url.host or "").strip("[]")
    try:
        found = getaddrinfo(host, url.port or PORTS[url.scheme or ""], type=SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise SourceError(f"{host} was not found: {error}.") from error
    addresses = list(dict.fromkeys(ip_address(str(entry[4][0])) for entry in found))
    if not addresses:
        raise SourceError(f"{host} was not found.")
    for address in addresses:
        if not is_global(address):
            raise SourceError(
                f"{host} is inside a private network ({address}), where nothing is fetched from: "
                "save the file and import that."
            )
    return addresses


def is_global(address: Address) -> bool:
    """Tell whether the address is on the public internet, and so is any that it carries."""
    if isinstance(address, IPv6Address):
        carried = [address.ipv4_mapped, address.sixtofour, *(address.teredo or ())]
        if address in NAT64:
            carried.append(IPv4Address(address.packed[-4:]))
        if address.ipv4_mapped is None and (
            not address.is_global or (address not in GIVEN_OUT and address not in NAT64)
        ):
            return False
        if not all(is_global(each) for each in carried if each is not None):
            return False
        return not address.is_multicast
    return address.is_global and not address.is_multicast


def _ask(url: Url, addresses: list[Address], shown: str) -> BaseHTTPResponse:
    """Connect to the first of the checked addresses that answers, and ask it for the URL."""
    failure: Exception | None = None
    for address in addresses:
        pool = _pool(url, address)
        try:
            return pool.urlopen(
                "GET",
                url.request_uri,
                headers={**HEADERS, "Host": url.netloc or ""},
                redirect=False,
                retries=False,
                preload_content=False,
                decode_content=False,
            )
        except SSLError as error:
            raise SourceError(f"{shown} has no valid certificate: {error}.") from error
        except (HTTPError, OSError) as error:
            failure = error
    raise SourceError(f"{shown} does not answer: {failure}.") from failure


def _pool(url: Url, address: Address) -> urllib3.HTTPConnectionPool:
    timeout = Timeout(connect=CONNECT_WITHIN, read=ANSWER_WITHIN)
    port = url.port or PORTS[url.scheme or ""]
    if url.scheme == "http":
        return urllib3.HTTPConnectionPool(str(address), port, timeout=timeout)
    host = (url.host or "").strip("[]")
    return urllib3.HTTPSConnectionPool(
        str(address), port, timeout=timeout, server_hostname=host, assert_hostname=host
    )


def _check_answer(response: BaseHTTPResponse, address: str) -> None:
    if response.status != 200:
        raise SourceError(
            f"{address} answers {response.status} {response.reason or ''}".strip() + "."
        )
    packing = response.headers.get("Content-Encoding", "identity").lower()
    if packing not in {"identity", "gzip", "x-gzip", ""}:
        raise SourceError(f"{address} is packed with {packing}, which was not asked for.")


def _save(response: BaseHTTPResponse, file: IO[bytes], address: str, finish_by: float) -> None:
    size = 0
    # What has come is looked at as it comes: a server that sends a byte now and then never fills
    # a piece.
    while piece := response.read1(PIECE, decode_content=False):
        size += len(piece)
        if size > LARGEST:
            raise SourceError(
                f"{address} is larger than {LARGEST // 1024**2} MB: save the file and import that."
            )
        if time.monotonic() > finish_by:
            raise SourceError(f"{address} takes longer than {FINISH_WITHIN / 60:.0f} minutes.")
        file.write(piece)


def _charset(response: BaseHTTPResponse) -> str:
    header = Message()
    header["Content-Type"] = response.headers.get("Content-Type", "")
    return header.get_content_charset("") or ""
