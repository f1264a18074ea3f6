"""The image: what is in it, what is not, and who runs it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.deployment.compose import sample_environment
from tests.deployment.image import instructions, is_ignored


def test_nobody_runs_it_as_root() -> None:
    steps = instructions()
    users = [rest for word, rest in steps if word == "USER"]
    assert users == ["paywall"]
    assert [word for word, _ in steps].index("USER") > max(
        number for number, (word, _) in enumerate(steps) if word in {"COPY", "RUN"}
    )


def test_it_starts_as_production() -> None:
    environment = " ".join(rest for word, rest in instructions() if word == "ENV")
    assert "DEBUG=0" in environment
    assert "SECRET" not in environment


def test_its_packages_are_the_pinned_ones() -> None:
    text = (Path(__file__).parents[2] / "Dockerfile").read_text()
    assert "--require-hashes -r requirements.txt" in text
    assert "requirements-dev" not in text


@pytest.mark.parametrize(
    ("path", "ignored"),
    [
        (".env", True),
        (".git/config", True),
        ("tests/making.py", True),
        ("tests/stripe_sandbox/core.py", True),
        ("var/paywall.sqlite3", True),
        ("config/demo/readers.py", True),
        ("config/management/commands/demo.py", True),
        ("paywall/__pycache__/models.cpython-311.pyc", True),
        ("config/settings.py", False),
        ("paywall/metering/opening.py", False),
        ("manage.py", False),
    ],
)
def test_only_the_site_goes_in(path: str, ignored: bool) -> None:
    assert is_ignored(path) is ignored


def test_the_site_runs_from_what_is_in_it(image: Path) -> None:
    names = {path.name for path in image.iterdir()}
    assert names == {"LICENSE", "manage.py", "accounts", "articles", "config", "paywall", "var"}
    assert not (image / "config/demo").exists()
    assert (image / "var/static/staticfiles.json").exists()
    checked = subprocess.run(
        [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"],
        cwd=image,
        env={"PATH": os.environ["PATH"], **sample_environment(), "DEBUG": "0"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert checked.returncode == 0, checked.stderr


def test_no_word_of_the_demonstration_goes_in(image: Path) -> None:
    for path in image.rglob("*.py"):
        assert "read-all-about-it" not in path.read_text(), path
