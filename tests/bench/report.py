"""What the benchmark found, for people and for programs."""

import json
import os
import platform
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path

from tests.bench.pages import Heat, Page

FIRST = 0.5  # the first targets are half of the whole ones

HEAD = (
    f"{'':28}{'a second':>10}{'p50 ms':>9}{'p99 ms':>9}{'bytes':>9}{'ratio':>8}"
    f"{'first target':>16}{'whole':>14}"
)


def machine() -> dict[str, str]:
    """Return what the figures depend on."""
    return {
        "processor": _processor(),
        "cores": str(len(os.sched_getaffinity(0))),
        "load": f"{os.getloadavg()[0]:.2f}",
        "Linux": platform.release(),
        "Python": platform.python_version(),
        "Django": version("django"),
        "Granian": version("granian"),
    }


def _processor() -> str:
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    models = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return models[0] if models else platform.machine()


def as_text(title: str, heats: Sequence[Heat]) -> str:
    """Return one store's table."""
    lines = [title, HEAD]
    for heat in heats:
        lines += [_line(heat, page) for page in heat.pages]
    return "\n".join(lines)


def _line(heat: Heat, page: Page) -> str:
    line = (
        f"{page.name:28}{page.median('per_second'):>10,.0f}{page.median('p50'):>9.2f}"
        f"{page.median('p99'):>9.2f}{page.median('size'):>9,.0f}"
    )
    if not page.target:
        return line
    ratio = heat.ratio(page)
    first, whole = _verdict(ratio, page.target * FIRST), _verdict(ratio, page.target)
    return f"{line}{ratio:>8.2f}{first:>16}{whole:>14}"


def _verdict(ratio: float, target: float) -> str:
    return f"{target:.2f} {'met' if ratio >= target else 'missed'}"


def as_json(facts: Mapping[str, str], results: Mapping[str, Sequence[Heat]]) -> str:
    """Return everything measured, every round of it."""
    stores = {
        title: [
            {
                "page": page.name,
                "ratio": heat.ratio(page) if page.target else None,
                "target": page.target or None,
                "rounds": [asdict(figures) for figures in page.rounds],
            }
            for heat in heats
            for page in heat.pages
        ]
        for title, heats in results.items()
    }
    return json.dumps({"machine": facts, "stores": stores}, indent=2) + "\n"
