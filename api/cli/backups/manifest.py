"""What a backup says of itself. It contains no address, no key and no personal data."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from pydantic import BaseModel, ConfigDict

FORMAT = "rollcall-backup"


class LogPosition(BaseModel):
    """The log at the moment of the backup: its newest number, and the newest number that was pruned."""

    model_config = ConfigDict(frozen=True)

    epoch: UUID
    position: int
    horizon: int


class Manifest(BaseModel):
    """Written as JSON. A later release may add fields; a change that an earlier one cannot read gets another `version`."""

    model_config = ConfigDict(frozen=True)

    format: str = FORMAT
    version: int = 1
    rollcall_version: str
    schema_revision: str
    taken_at: datetime
    server_version: str
    programs_version: str
    log: LogPosition
    rows: Mapping[str, int]
    dump_bytes: int
    dump_sha256: str

    @property
    def is_known(self) -> bool:
        """Whether this release can read the backup's format."""
        return (self.format, self.version) == (FORMAT, 1)

    def describe(self) -> str:
        """The backup in one line."""
        return (
            f"{self.rows.get('users', 0):,} users and the log up to position {self.log.position:,}, "
            f"schema revision {self.schema_revision}, taken at {self.taken_at:%Y-%m-%d %H:%M:%S} UTC"
        )
