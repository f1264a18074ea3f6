"""docker-compose.yml: a valid file, whose services are kept small and looked after."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.deployment import compose

OURS = ("web", "worker", "beat", "migrate")
SECRETS = (
    "SECRET_KEY",
    "MAILBOX_KEY",
    "POSTGRES_PASSWORD",
    "EMAIL_URL",
    "STRIPE_WEBHOOK_SECRET",
    "SITE_URL",
    "ALLOWED_HOSTS",
)


@pytest.fixture(scope="module")
def services() -> dict[str, Any]:
    return compose.load(compose.sample_environment())


def test_the_file_follows_the_compose_specification() -> None:
    program = Path(sys.executable).with_name("check-jsonschema")
    subprocess.run([program, "--builtin-schema", "vendor.compose-spec", compose.FILE], check=True)


def test_every_part_is_there(services: dict[str, Any]) -> None:
    assert set(services) == {*OURS, "postgres", "redis"}


@pytest.mark.parametrize("name", SECRETS)
def test_a_missing_secret_is_named(name: str) -> None:
    with pytest.raises(compose.MissingVariableError, match=f"{name}: "):
        compose.load(compose.sample_environment() | {name: ""})


@pytest.mark.parametrize("name", OURS)
def test_our_services_have_no_rights_to_spare(services: dict[str, Any], name: str) -> None:
    service = services[name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service["environment"]["DEBUG"] == "0"


def test_what_runs_for_long_is_watched_and_started_again(services: dict[str, Any]) -> None:
    for name in set(services) - {"migrate"}:
        assert services[name]["healthcheck"]["test"], name
        assert services[name]["restart"] == "unless-stopped", name
    assert services["migrate"]["restart"] == "no"


@pytest.mark.parametrize("name", ["web", "worker"])
def test_who_asks_the_database_waits_for_the_migrations(
    services: dict[str, Any], name: str
) -> None:
    waits = services[name]["depends_on"]
    assert waits["migrate"] == {"condition": "service_completed_successfully"}
    assert services["migrate"]["depends_on"]["postgres"] == {"condition": "service_healthy"}


def test_only_the_website_is_reached_and_only_from_this_machine(services: dict[str, Any]) -> None:
    assert [name for name, service in services.items() if "ports" in service] == ["web"]
    assert services["web"]["ports"] == ["127.0.0.1:8000:8000"]


def test_the_example_names_every_variable_that_the_file_calls_for() -> None:
    called = {match["name"] for match in compose.VARIABLE.finditer(compose.FILE.read_text())}
    example = (compose.ROOT / ".env.example").read_text()
    unset = {line.split("=")[0] for line in example.splitlines() if "=" in line}
    documented = {name.lstrip("#") for name in unset}
    optional = {"PREVIEW_PARAGRAPHS", "READS_KEPT_MONTHS", "SIGNED_IN_DAYS", "DATABASE_POOL"}
    assert called - {None} <= documented | optional | {"LOG_LEVEL"}
