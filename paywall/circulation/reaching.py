"""Reaching a circulation file wherever fsspec does: how each kind of server is spoken to."""

import base64
import hashlib
import hmac
import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any, cast

from django.conf import settings
from fsspec.core import url_to_fs

PATIENCE = 60  # seconds that a server may say nothing; a large file takes as long as it takes

logger = logging.getLogger(__name__)


@contextmanager
def reached(source: str) -> Iterator[tuple[Any, str, Mapping[str, Any]]]:
    """Give the file system of a source, the path in it and what is known of the file.

    Each time with a connection of its own: last night's is dead by now. Raises what that file
    system does, and ImportError where its package is not installed.
    """
    protocols = {part.partition("://")[0].lower() for part in source.split("::") if "://" in part}
    found, path = url_to_fs(source, **{each: _options(each) for each in protocols})
    try:
        if channel := getattr(getattr(found, "ftp", None), "sock", None):
            channel.settimeout(PATIENCE)
        yield found, path, cast("Mapping[str, Any]", found.info(path))
    finally:
        with suppress(Exception):
            found.client.close()


def _options(protocol: str) -> dict[str, Any]:
    if protocol in {"http", "https"}:
        from aiohttp import ClientTimeout

        waits = ClientTimeout(total=None, sock_connect=PATIENCE, sock_read=PATIENCE)
        # In one piece: a file that is replaced meanwhile would be put together from two.
        return {"client_kwargs": {"timeout": waits}, "block_size": 0, "skip_instance_cache": True}
    if protocol in {"sftp", "ssh"}:
        return {
            "timeout": PATIENCE,
            "banner_timeout": PATIENCE,
            "auth_timeout": PATIENCE,
            "host_key_policy": _host_key_policy(),
            "skip_instance_cache": True,
        }
    return {}


def _host_key_policy() -> Any:
    """Return what accepts the server that CIRCULATION_HOST_KEY names, before a password is sent.

    Without one every server is accepted, and its fingerprint is logged, to be set there.
    """
    from paramiko import MissingHostKeyPolicy, PKey, SSHClient, SSHException

    class Known(MissingHostKeyPolicy):
        def missing_host_key(self, client: SSHClient, hostname: str, key: PKey) -> None:
            digest = base64.b64encode(hashlib.sha256(key.asbytes()).digest()).decode()
            fingerprint = f"SHA256:{digest.rstrip('=')}"
            wanted = settings.CIRCULATION_HOST_KEY
            if not wanted:
                logger.warning(
                    "Circulation: any server that calls itself %s is believed: set "
                    "CIRCULATION_HOST_KEY=%s to accept this one alone",
                    hostname,
                    fingerprint,
                )
            elif not hmac.compare_digest(fingerprint, wanted.strip().rstrip("=")):
                raise SSHException(
                    f"the server's key is {fingerprint}, and CIRCULATION_HOST_KEY names another"
                )

    return Known()
