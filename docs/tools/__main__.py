"""`make reference`: write the pages of docs/reference that come from the code."""

from __future__ import annotations

from docs.tools import PAGES, REFERENCE


def main() -> None:
    """Write each page."""
    for name, render in PAGES.items():
        (REFERENCE / name).write_text(render())


if __name__ == "__main__":
    main()
