"""A passkey made of software: what a phone or a security key does, without one."""

import hashlib
import json
import re
import secrets
from dataclasses import dataclass, field
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from django.test import Client
from django.urls import reverse
from fido2 import cbor
from fido2.cose import ES256
from fido2.utils import websafe_encode

from tests.accounts.doing import PASSWORD, words

ADD = reverse("mfa_add_webauthn")
SIGN_IN_WITH_PASSKEY = reverse("mfa_login_webauthn")
USER_PRESENT, USER_VERIFIED, HAS_KEY = 0x01, 0x04, 0x40


@dataclass
class Passkey:
    """One key for one site (W3C Web Authentication, sections 6.1 and 6.5.4)."""

    origin: str = "http://testserver"
    key: ec.EllipticCurvePrivateKey = field(
        default_factory=lambda: ec.generate_private_key(ec.SECP256R1())
    )
    id: bytes = field(default_factory=lambda: secrets.token_bytes(16))
    reader: str = ""

    def create(self, options: dict[str, Any]) -> str:
        """Return what a browser sends for the options to register a key."""
        options = options["publicKey"]
        self.reader = options["user"]["id"]
        cose = ES256.from_cryptography_key(self.key.public_key())  # type: ignore[no-untyped-call]  # theirs
        public = cbor.encode(dict(cose))
        attested = bytes(16) + len(self.id).to_bytes(2, "big") + self.id + public
        data = self._data(options["rp"]["id"], HAS_KEY) + attested
        attestation = cbor.encode({"fmt": "none", "attStmt": {}, "authData": data})
        return self._credential(
            {
                "clientDataJSON": self._client_data("webauthn.create", options),
                "attestationObject": websafe_encode(attestation),
            },
            {"credProps": {"rk": True}},
        )

    def get(self, options: dict[str, Any]) -> str:
        """Return what a browser sends for the options to sign in with a key."""
        options = options["publicKey"]
        data = self._data(options["rpId"])
        client_data = self._client_data("webauthn.get", options)
        raw = json.dumps(self._collected("webauthn.get", options)).encode()
        signed = data + hashlib.sha256(raw).digest()
        return self._credential(
            {
                "clientDataJSON": client_data,
                "authenticatorData": websafe_encode(data),
                "signature": websafe_encode(self.key.sign(signed, ec.ECDSA(hashes.SHA256()))),
                "userHandle": self.reader,
            },
            {},
        )

    def _collected(self, kind: str, options: dict[str, Any]) -> dict[str, str]:
        return {"type": kind, "challenge": options["challenge"], "origin": self.origin}

    def _client_data(self, kind: str, options: dict[str, Any]) -> str:
        return websafe_encode(json.dumps(self._collected(kind, options)).encode())

    def _data(self, site: str, flags: int = 0) -> bytes:
        flags |= USER_PRESENT | USER_VERIFIED
        return hashlib.sha256(site.encode()).digest() + bytes([flags]) + bytes(4)

    def _credential(self, response: dict[str, Any], results: dict[str, Any]) -> str:
        return json.dumps(
            {
                "type": "public-key",
                "id": websafe_encode(self.id),
                "rawId": websafe_encode(self.id),
                "response": response,
                "clientExtensionResults": results,
            }
        )


def add_passkey(client: Client, **more: Any) -> Passkey:
    """Add a passkey, showing the password first, as the pages ask."""
    again = client.get(ADD)["Location"]
    assert client.post(again, {"password": PASSWORD})["Location"] == ADD
    passkey = Passkey()
    credential = passkey.create(options(client.get(ADD), "creation_options"))
    response = client.post(
        ADD, {"name": "My phone", "passwordless": "on", "credential": credential, **more}
    )
    assert response.status_code == 302, words(response)
    return passkey


def options(page: Any, name: str) -> dict[str, Any]:
    found = re.search(r'<script id="passkey_data"[^>]*>(.*?)</script>', page.content.decode())
    assert found
    data: dict[str, Any] = json.loads(found[1])[name]
    return data


def sign_in_with(client: Client, passkey: Passkey, **more: str) -> Any:
    asked = client.get(SIGN_IN_WITH_PASSKEY, headers={"accept": "application/json"}).json()
    credential = passkey.get(asked["request_options"])
    return client.post(SIGN_IN_WITH_PASSKEY, {"credential": credential, **more})
