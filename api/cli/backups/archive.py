"""The file of a backup: a tar archive of the dump, its manifest, and the checksums of both.

It can be used without Rollcall: `tar -xf FILE`, `sha256sum -c SHA256SUMS`, `pg_restore rollcall.dump`. The dump comes first
and its length is written into its header last, so that it can be streamed; a dump has no size before it is complete.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import tarfile
from collections.abc import Callable, Iterator
from pathlib import Path
from types import TracebackType
from typing import Self

from pydantic import ValidationError

from api.cli.backups.manifest import Manifest
from api.files.refused import FileRefused

DUMP, MANIFEST, SUMS = "rollcall.dump", "manifest.json", "SHA256SUMS"
CHUNK = 1 << 20
MANIFEST_BYTES = 1 << 20
"""More than any manifest has: what is larger is not read."""


class NewBackup:
    """A backup that is being written, under a temporary name until `finish`; only its owner can read it.

    `write` takes the dump in order. Whatever leaves the block before `finish` was called removes the file.
    """

    def __init__(self, path: Path) -> None:
        """Raises FileRefused if another process writes a backup to this path, and OSError."""
        self.path, self.bytes = path, 0
        self._digest = hashlib.sha256()
        self._partial = path.with_name(f"{path.name}.partial")
        self._file = os.fdopen(os.open(self._partial, os.O_RDWR | os.O_CREAT, 0o600), "r+b")
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            self._file.close()
            raise FileRefused(f"another process is writing {path}") from None
        self._file.truncate(0)
        self._file.write(_header(DUMP, 0))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._partial.unlink(missing_ok=True)  # still under the lock, so it is ours
        self._file.close()

    def write(self, chunk: bytes) -> None:
        """Append to the dump."""
        self._file.write(chunk)
        self._digest.update(chunk)
        self.bytes += len(chunk)

    @property
    def sha256(self) -> str:
        """The checksum of the dump so far."""
        return self._digest.hexdigest()

    def complete(self, manifest: Manifest) -> Path:
        """Write everything after the dump, to disk; returns the temporary path, which can be verified."""
        text = manifest.model_dump_json(indent=2).encode() + b"\n"
        sums = f"{self.sha256}  {DUMP}\n{hashlib.sha256(text).hexdigest()}  {MANIFEST}\n".encode()
        self._file.write(_padding(self.bytes))
        for name, data in ((MANIFEST, text), (SUMS, sums)):
            self._file.write(_header(name, len(data)) + data + _padding(len(data)))
        self._file.write(bytes(2 * tarfile.BLOCKSIZE))
        self._file.seek(0)
        self._file.write(_header(DUMP, self.bytes))
        self._file.flush()
        os.fsync(self._file.fileno())
        return self._partial

    def finish(self) -> None:
        """Give it its name. An existing file of this name is replaced."""
        self._partial.replace(self.path)
        directory = os.open(self.path.parent, os.O_RDONLY)
        try:
            os.fsync(directory)
        finally:
            os.close(directory)


def _header(name: str, size: int) -> bytes:
    info = tarfile.TarInfo(name)
    info.size, info.mode = size, 0o600
    return info.tobuf(tarfile.GNU_FORMAT)


def _padding(size: int) -> bytes:
    return bytes(-size % tarfile.BLOCKSIZE)


class Backup:
    """A backup that is read. Raises FileRefused for a file that is not a whole backup, and OSError."""

    def __init__(self, path: Path) -> None:
        self._path = path
        try:
            with tarfile.open(path, "r:") as archive:
                members = {member.name: member for member in archive}
                texts = {name: self._small(archive, members[name]) for name in (MANIFEST, SUMS)}
        except (tarfile.TarError, KeyError, EOFError):
            raise FileRefused(f"{path} is not a whole backup of Rollcall") from None
        if list(members) != [DUMP, MANIFEST, SUMS]:
            raise FileRefused(f"{path} is not a backup of Rollcall")
        self._start, self.bytes = members[DUMP].offset_data, members[DUMP].size
        lines = texts[SUMS].decode(errors="replace").splitlines()
        sums = {name: digest for digest, _, name in (line.partition("  ") for line in lines)}
        self._dump_sha256 = sums.get(DUMP)
        if sums.get(MANIFEST) != hashlib.sha256(texts[MANIFEST]).hexdigest():
            raise self._damaged()
        self.manifest = self._parsed(texts[MANIFEST])

    @staticmethod
    def _small(archive: tarfile.TarFile, member: tarfile.TarInfo) -> bytes:
        stream = archive.extractfile(member) if member.size <= MANIFEST_BYTES else None
        if stream is None:
            raise tarfile.ReadError
        return stream.read()

    def _parsed(self, text: bytes) -> Manifest:
        try:
            manifest = Manifest.model_validate_json(text)
        except ValidationError:
            manifest = None
        if manifest is None or not manifest.is_known:
            raise FileRefused(f"{self._path} has a format that this release does not know")
        return manifest

    def _damaged(self) -> FileRefused:
        return FileRefused(f"{self._path} is damaged: its checksum does not match; use another backup")

    def chunks(self) -> Iterator[bytes]:
        """The dump, in order. Raises FileRefused if its checksum does not match, after the last chunk."""
        digest, left = hashlib.sha256(), self.bytes
        with self._path.open("rb") as file:
            file.seek(self._start)
            while left and (chunk := file.read(min(CHUNK, left))):
                digest.update(chunk)
                left -= len(chunk)
                yield chunk
        if left or digest.hexdigest() != self._dump_sha256 or self._dump_sha256 != self.manifest.dump_sha256:
            raise self._damaged()

    def verify(self, seen: Callable[[int], None]) -> None:
        """Compare the checksum of the dump; `seen` gets the size of each chunk. Raises FileRefused."""
        for chunk in self.chunks():
            seen(len(chunk))
