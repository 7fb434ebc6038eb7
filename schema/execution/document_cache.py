"""A cache of parsed documents with a maximum size in bytes; the least recently used are evicted first."""

from __future__ import annotations

from collections import OrderedDict
from typing import Generic, TypeVar

T = TypeVar("T")


class DocumentCache(Generic[T]):
    """Entries by text. `bytes_max` limits the sum of the sizes given with the entries."""

    def __init__(self, bytes_max: int) -> None:
        self._bytes_max, self.bytes = bytes_max, 0
        self._entries: OrderedDict[str, tuple[T, int]] = OrderedDict()

    def __len__(self) -> int:
        return len(self._entries)

    def get(self, text: str) -> T | None:
        """The value cached for a text, which becomes the most recently used."""
        found = self._entries.get(text)
        if found is None:
            return None
        self._entries.move_to_end(text)
        return found[0]

    def put(self, text: str, value: T, size: int) -> None:
        """Cache a value of `size` bytes, including its text; a value larger than the whole cache is not kept."""
        if text in self._entries:
            self.bytes -= self._entries.pop(text)[1]
        if size > self._bytes_max:
            return
        self._entries[text] = value, size
        self.bytes += size
        while self.bytes > self._bytes_max:
            self.bytes -= self._entries.popitem(last=False)[1][1]
