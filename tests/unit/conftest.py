"""Fixtures of unit tests."""

from __future__ import annotations

from pathlib import Path

import pytest

from api.settings import LocalSettings


@pytest.fixture
def no_settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Remove the settings of the machine that runs the tests."""
    for name in LocalSettings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
