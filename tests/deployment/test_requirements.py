"""What is pinned against what pyproject.toml asks for, without asking anybody outside."""

import re
import subprocess
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.version import Version

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
DECLARED = PROJECT["project"]["dependencies"]
PIN = re.compile(r"^(?P<name>[a-z0-9-]+)(\[[a-z,]+\])?==(?P<version>[^ ]+)", re.MULTILINE)

# In parts, so that this file names none of them either.
REGISTRIES = [
    ".".join(parts)
    for parts in (
        ("pypi", "org"),
        ("pythonhosted", "org"),
        ("npmjs", "com"),
        ("npmjs", "org"),
        ("docker", "io"),
        ("ghcr", "io"),
        ("quay", "io"),
        ("gcr", "io"),
        ("crates", "io"),
        ("anaconda", "org"),
        ("jsdelivr", "net"),
        ("unpkg", "com"),
    )
]


def pins(name: str) -> list[tuple[str, Version]]:
    """Return what a file pins; a package may have one version for old Pythons, one for new."""
    text = (ROOT / name).read_text()
    return [(match["name"], Version(match["version"])) for match in PIN.finditer(text)]


def project_files() -> Iterator[Path]:
    """Yield the files that are tracked; in a copy without its history, those not hidden."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=False)
    if listed.returncode == 0 and listed.stdout:
        yield from (ROOT / name for name in listed.stdout.decode().split("\0") if name)
        return
    for path in ROOT.rglob("*"):
        parts = path.relative_to(ROOT).parts
        if parts[0] != "var" and not any(part.startswith((".", "__")) for part in parts):
            yield path


@pytest.mark.parametrize(
    ("name", "declared"),
    [
        ("requirements.txt", DECLARED),
        ("requirements-dev.txt", DECLARED + PROJECT["dependency-groups"]["dev"]),
    ],
)
def test_every_declared_range_is_met(name: str, declared: list[str]) -> None:
    pinned = pins(name)
    for requirement in map(Requirement, declared):
        versions = [version for package, version in pinned if package == requirement.name]
        assert versions, f"{requirement}: run `make lock`"
        for version in versions:
            assert requirement.specifier.contains(version), f"{requirement}: run `make lock`"


def test_what_is_tested_is_what_runs() -> None:
    assert set(pins("requirements.txt")) <= set(pins("requirements-dev.txt"))


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-dev.txt"])
def test_a_pin_says_what_and_never_where_from(name: str) -> None:
    lines = (ROOT / name).read_text().splitlines()
    named = [line for line in lines if line and not line.startswith((" ", "#"))]
    assert len(named) == len(pins(name))
    assert all(line.endswith("\\") for line in named), "a pin without a hash"
    for line in lines:
        assert not line.startswith("-"), line
        assert "://" not in line.partition("#")[0], line
        assert " @ " not in line, line


def test_no_file_names_a_registry() -> None:
    for path in project_files():
        if path.is_file():
            text = path.read_text(errors="ignore")
            named = [host for host in REGISTRIES if host in text]
            assert not named, f"{path.relative_to(ROOT)}: {named}"
