"""Counting function calls in place of time: the same input takes the same calls on every machine, busy or not."""

from __future__ import annotations

import gc
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType


class Calls:
    """How many calls of functions, in Python or C, were counted."""

    count = 0


@contextmanager
def counted(*left_out: str) -> Iterator[Calls]:
    """Count the calls of this thread during the block, without those made in files whose path contains a part."""
    calls = Calls()

    def note(frame: FrameType, event: str, _: object) -> None:
        if event in ("call", "c_call") and not any(part in frame.f_code.co_filename for part in left_out):
            calls.count += 1

    gc.disable()
    sys.setprofile(note)
    try:
        yield calls
    finally:
        sys.setprofile(None)
        gc.enable()
