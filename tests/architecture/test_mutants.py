"""tests/mutants.md lists only mutants that exist."""

from __future__ import annotations

import re
from pathlib import Path

from bench.mutants.__main__ import LISTED, ROOT
from bench.mutants.operators import mutants


def test_every_listed_mutant_can_be_made() -> None:
    made = {m.name: m for path in (ROOT / "domain").rglob("*.py") for m in mutants(path.relative_to(Path.cwd()))}
    listed = re.findall(r"^- `(.+?)`", LISTED.read_text(), re.MULTILINE)
    assert listed
    assert [name for name in listed if name not in made] == []
    assert all(made[name].code.co_qualname in name for name in listed)
    assert len(listed) == len(set(listed))
