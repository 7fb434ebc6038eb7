"""The site: Sphinx with MyST, which reads CommonMark as GitHub does, in the theme Furo. `make docs` builds it.

It works offline: no font, script or image comes from elsewhere, and the search is an index in the site.
"""

import re
from pathlib import Path
from typing import Any

from sphinx.errors import ExtensionError

project = "Rollcall"
author = "The Rollcall authors"
root_doc = "index"
html_title = "Rollcall"
extensions = ["myst_parser"]
exclude_patterns = ["examples", "tools", "**/__pycache__"]
nitpicky = True
myst_heading_anchors = 4  # headings up to this depth are targets of links, by the names that GitHub gives them
suppress_warnings = ["myst.header", "misc.highlighting_failure"]
html_theme = "furo"
html_theme_options = {"navigation_with_keys": False}
html_static_path = ["static"]
html_css_files = ["site.css"]
html_show_copyright = False
html_show_sphinx = False
html_copy_source = False
pygments_style = "a11y-high-contrast-light"
pygments_dark_style = "a11y-high-contrast-dark"

SECTION = re.compile(r"^## (.+)\n((?:\n|- .*\n?|  .*\n?)+)", re.MULTILINE)
OUTSIDE = re.compile(r"\[([^\]]+)\]\((?:\.\./)+(?:[a-z]+/)?[A-Z]+\.md[^)]*\)")
ELSEWHERE = re.compile(r"<(?:script|img|iframe|link)\b[^>]*(?:src|href)=[\"'](?:https?:)?//[^>]*>")
PAGE = re.compile(r"^- \[[^\]]+\]\(([^)#:]+)\.md\)", re.MULTILINE)


def leave_out_links(_: object, __: str, source: list[str]) -> None:
    """Links to pages of the repository that are not of the site become text."""
    source[0] = OUTSIDE.sub(r"\1", source[0])


def add_menu(_: object, docname: str, source: list[str]) -> None:
    """Make the menu from the lists of the first page: a caption for each heading, an entry for each page."""
    if docname == root_doc:
        for title, pages in SECTION.findall(source[0]):
            entries = "\n".join(PAGE.findall(pages))
            source[0] += f"\n\n```{{toctree}}\n:hidden:\n:caption: {title}\n\n{entries}\n```\n"


def check_offline(app: Any, failure: Exception | None) -> None:
    """Raises ExtensionError if a page would load anything from elsewhere."""
    pages = [] if failure else sorted(Path(app.outdir).rglob("*.html"))
    loading = {page.name: found for page in pages if (found := ELSEWHERE.findall(page.read_text()))}
    if loading:
        raise ExtensionError(f"Pages load files from elsewhere: {loading}")


def setup(app: Any) -> None:
    """Called by Sphinx."""
    app.connect("source-read", leave_out_links)
    app.connect("source-read", add_menu)
    app.connect("build-finished", check_offline)
