"""What is wrong with a page for those who see, read or move differently, or have a small phone."""

from collections.abc import Iterable

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]  # of axe-core
SMALLEST = 320  # pixels
Broken = list[tuple[str, list[str]]]  # the rule, and the elements that break it


def broken_rules(page: Page) -> Broken:
    """Return what breaks a rule: all of them in light, that of contrast in dark, no scrolling."""
    broken = _run(page, {"runOnly": {"type": "tag", "values": RULES}})
    page.emulate_media(color_scheme="dark", reduced_motion="reduce")
    in_dark = _run(page, {"runOnly": {"type": "rule", "values": ["color-contrast"]}})
    page.emulate_media(color_scheme="light")
    broken += [(f"{rule} in dark", elements) for rule, elements in in_dark]
    if size := page.viewport_size:
        page.set_viewport_size({"width": SMALLEST, "height": size["height"]})
        width = page.evaluate("document.documentElement.scrollWidth")
        page.set_viewport_size(size)
        broken += [("scrolls sideways", [f"{width} px"])] if width > SMALLEST else []
    return broken


def broken_on(page: Page, paths: Iterable[str]) -> dict[str, Broken]:
    """Return what breaks a rule, by the page that it is on."""
    broken = {}
    for path in paths:
        page.goto(path)
        if found := broken_rules(page):
            broken[path] = found
    return broken


def _run(page: Page, options: dict[str, object]) -> Broken:
    if not page.evaluate("'axe' in window"):
        page.evaluate(Axe().axe_script)
    only_violations = {**options, "resultTypes": ["violations"]}
    violations = page.evaluate("options => axe.run(options)", only_violations)["violations"]
    return [(found["id"], [node["html"] for node in found["nodes"]]) for found in violations]
