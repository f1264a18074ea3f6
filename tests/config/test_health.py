import pytest
from django.conf import LazySettings
from django.db import OperationalError, connection
from django.test import Client


@pytest.mark.django_db
def test_a_probe_asks_by_address_and_without_tls(client: Client, settings: LazySettings) -> None:
    settings.ALLOWED_HOSTS = ["news.example.com"]
    settings.SECURE_SSL_REDIRECT = True
    for path in ("/health/live", "/health/ready"):
        answer = client.get(path, headers={"host": "10.0.0.7:8000"})
        assert answer.status_code == 200
        assert "no-store" in answer["Cache-Control"]
    assert client.get("/", headers={"host": "10.0.0.7:8000"}).status_code in {301, 400}


def test_not_ready_without_a_database(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail() -> None:
        raise OperationalError("gone")

    monkeypatch.setattr(connection, "cursor", fail)
    assert client.get("/health/ready").status_code == 503
    assert client.get("/health/live").status_code == 200


def test_health_is_only_read(client: Client) -> None:
    assert client.post("/health/live").status_code == 405
