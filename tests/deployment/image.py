"""The files of the image, laid out as the Dockerfile says, without an engine."""

import os
import re
import shlex
import shutil
import subprocess
import sys
from fnmatch import fnmatch
from pathlib import Path

ROOT = Path(__file__).parents[2]


def instructions() -> list[tuple[str, str]]:
    """Return the last stage's instructions: the word in front, and the rest on one line."""
    text = (ROOT / "Dockerfile").read_text().replace("\\\n", " ")
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    split = [(word, rest) for word, _, rest in (line.partition(" ") for line in lines)]
    last_stage = max(number for number, (word, _) in enumerate(split) if word == "FROM")
    return split[last_stage:]


def is_ignored(path: str) -> bool:
    """Tell whether .dockerignore keeps a path out; the last pattern that matches wins."""
    ignored = False
    for line in (ROOT / ".dockerignore").read_text().splitlines():
        pattern = line.strip()
        if pattern and not pattern.startswith("#") and _matches(path, pattern.lstrip("!")):
            ignored = not pattern.startswith("!")
    return ignored


def _matches(path: str, pattern: str) -> bool:
    """Match a path or any folder that it lies in."""
    parts = path.split("/")
    folders = ["/".join(parts[: count + 1]) for count in range(len(parts))]
    if pattern.startswith("**/"):
        return any(fnmatch(part, pattern.removeprefix("**/")) for part in parts)
    return any(
        fnmatch(folder, pattern) and "/" not in folder.removeprefix(pattern) for folder in folders
    )


def lay_out(folder: Path) -> None:
    """Copy what COPY names, and run what RUN says of the site itself."""
    environment = {"PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}
    for word, rest in instructions():
        if word == "COPY" and not rest.startswith("--from"):
            *sources, target = shlex.split(rest)
            for source in sources:
                _copy(source, folder / target / (source if target == "./" else ""))
        elif word == "ENV":
            values = dict(pair.split("=", 1) for pair in shlex.split(rest))
            environment |= {name: value for name, value in values.items() if name != "PATH"}
        elif word == "RUN" and re.search(r"manage\.py|mkdir", rest):
            command = re.sub(r"&& chown .*", "", rest)
            subprocess.run(["sh", "-ec", command], cwd=folder, env=environment, check=True)


def _copy(source: str, target: Path) -> None:
    if (ROOT / source).is_file():
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / source, target)
        return
    for file in (ROOT / source).rglob("*"):
        path = file.relative_to(ROOT).as_posix()
        if file.is_file() and not is_ignored(path):
            copy = target / file.relative_to(ROOT / source)
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(file, copy)
