"""Every link in the Markdown of the repository leads to a file, and to a heading in it; the menu has every page."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.architecture.sources import ROOT, tracked

PAGES = [path for path in tracked() if path.suffix == ".md" and (len(path.parts) == 1 or path.parts[0] == "docs")]
LINK = re.compile(r"\]\((?!https?:)([^)#\s]*)(?:#([^)\s]+))?\)")


def without_code(text: str) -> str:
    """The text without its blocks of code, in which nothing is a link or a heading."""
    return re.sub(r"^( *)```.*?^\1```", "", text, flags=re.DOTALL | re.MULTILINE)


def anchors(text: str) -> set[str]:
    """The names that headings have as targets of links, as GitHub and the site make them."""
    headings = re.findall(r"^#+ (.+)$", without_code(text), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def broken(page: Path) -> list[str]:
    """The links of a page that lead nowhere."""
    found = []
    for name, anchor in LINK.findall(without_code((ROOT / page).read_text())):
        target = (ROOT / page).parent / name if name else ROOT / page
        if not target.exists() or (anchor and anchor not in anchors(target.read_text())):
            found.append(f"{name}#{anchor}")
    return found


@pytest.mark.parametrize("page", PAGES, ids=str)
def test_every_link_leads_somewhere(page: Path) -> None:
    assert broken(page) == []


def test_the_menu_has_every_page() -> None:
    listed = {name for name, _ in LINK.findall((ROOT / "docs/index.md").read_text())}
    pages = {path.relative_to("docs").as_posix() for path in PAGES if path.parts[0] == "docs"} - {"index.md"}
    assert pages - listed == set(), "Add it to docs/index.md, in docs/tutorial, how-to, reference or explanation"
