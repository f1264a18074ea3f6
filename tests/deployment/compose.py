"""docker-compose.yml as an engine would read it: merged, and with its variables filled in."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[2]
FILE = ROOT / "docker-compose.yml"

# https://github.com/compose-spec/compose-spec/blob/main/12-interpolation.md
VARIABLE = re.compile(r"\$(?:(?P<dollar>\$)|\{(?P<name>\w+)(?::(?P<kind>[-?])(?P<word>[^}]*))?\})")


class MissingVariableError(Exception):
    """A variable that the file calls for is not set, in the file's own words."""


def sample_environment() -> dict[str, str]:
    """Return what tests/deployment/production.env sets, with a password for PostgreSQL."""
    lines = (ROOT / "tests/deployment/production.env").read_text().splitlines()
    sample = dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))
    return sample | {"POSTGRES_PASSWORD": "sample"}


def load(environment: Mapping[str, str]) -> dict[str, Any]:
    """Return the file's services, filled in from this environment."""
    services: dict[str, Any] = filled_in(yaml.safe_load(FILE.read_text()), environment)["services"]
    return services


def filled_in(value: Any, environment: Mapping[str, str]) -> Any:
    """Fill the variables in, in every string; raises MissingVariableError."""
    if isinstance(value, str):
        return VARIABLE.sub(lambda match: _value(match, environment), value)
    if isinstance(value, list):
        return [filled_in(item, environment) for item in value]
    if isinstance(value, dict):
        return {key: filled_in(item, environment) for key, item in value.items()}
    return value


def _value(match: re.Match[str], environment: Mapping[str, str]) -> str:
    if match["dollar"]:
        return "$"
    if value := environment.get(match["name"]):
        return value
    if match["kind"] == "?":
        raise MissingVariableError(f"{match['name']}: {match['word']}")
    return match["word"] or ""
