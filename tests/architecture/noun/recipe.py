"""The recipe "A noun" of CONTRIBUTING.md, followed for teams: five new files, and lines where nouns are listed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from string import Template

NEW = Path(__file__).parent / "new"


class RecipeOutOfDateError(AssertionError):
    """A line of the recipe no longer matches the project."""


@dataclass(frozen=True, slots=True)
class Edit:
    """A text added to a file, after another text that the file contains exactly once."""

    path: str
    after: str
    added: str

    def apply(self, root: Path) -> None:
        """Edit the file under `root`. Raises RecipeOutOfDateError unless the file contains the text exactly once."""
        file = root / self.path
        text = file.read_text() if file.is_file() else ""
        if (count := text.count(self.after)) != 1:
            raise RecipeOutOfDateError(
                f'The recipe "A noun" no longer fits {self.path}: {self.added!r} is added after {self.after!r},'
                f" which the file contains {count} times. Change CONTRIBUTING.md if it is wrong now, and this edit."
            )
        file.write_text(text.replace(self.after, self.after + self.added))


EDITS = (
    Edit("domain/models/event_types.py", '    API_KEY = "api_key"\n', '    TEAM = "team"\n'),
    Edit(
        "domain/models/event_types.py",
        "_SESSION_END = Traits(SubjectKind.SESSION, ends_sessions=True)\n",
        '_TEAM = Traits(SubjectKind.TEAM, is_public=True, public_fields=frozenset({"name"}))\n',
    ),
    Edit(
        "domain/models/event_types.py",
        '"An API key was revoked."\n',
        '    TEAM_CREATED = "team_created", _TEAM, "A team was created."\n'
        '    TEAM_RENAMED = "team_renamed", _TEAM, "A team was given another name."\n',
    ),
    Edit(
        "domain/services/unit.py",
        "from domain.models.session import SessionReader, SessionRepository\n",
        "from domain.models.team import TeamReader, TeamRepository\n",
    ),
    Edit(
        "domain/services/unit.py",
        "    def events(self) -> EventReader: ...\n",
        "    @property\n    def teams(self) -> TeamReader: ...\n",
    ),
    Edit(
        "domain/services/unit.py",
        "    def keys(self) -> IdempotencyKeys: ...\n",
        "    @property\n    def teams(self) -> TeamRepository: ...\n",
    ),
    Edit(
        "persistence/store.py",
        "from persistence.session import SqlSessionReader, SqlSessionRepository\n",
        "from persistence.team import SqlTeamReader, SqlTeamRepository\n",
    ),
    Edit(
        "persistence/store.py",
        "        self.events = SqlEventReader(connection)\n",
        "        self.teams = SqlTeamReader(connection)\n",
    ),
    Edit(
        "persistence/store.py",
        "        self.keys = SqlIdempotencyKeys(connection)\n",
        "        self.teams = SqlTeamRepository(connection)\n",
    ),
    Edit(
        "schema/services.py",
        "from domain.services.session import SessionService\n",
        "from domain.services.team import TeamService\n",
    ),
    Edit("schema/services.py", "    log: LogHub\n", "    teams: TeamService\n"),
    Edit(
        "schema/root.py",
        "from schema.subscription import Subscription\n",
        "from schema.team import TeamMutations, TeamQueries\n",
    ),
    Edit("schema/root.py", "class Query(\n    SessionQueries,\n", "    TeamQueries,\n"),
    Edit("schema/root.py", "class Mutation(\n    SessionMutations,\n", "    TeamMutations,\n"),
    Edit(
        "api/bootstrap/container.py",
        "from api.telemetry import Metrics\n",
        "from domain.services.team import TeamService\n",
    ),
    Edit(
        "api/bootstrap/container.py",
        "        return Services(\n",
        "            teams=TeamService(core.store, core.clock),\n",
    ),
    Edit(
        "tests/api/permissions.py",
        "QUERIES = {\n",
        '    "teams": Rule("teams(first: 1) { edges { node { id } } }", SIGNED_IN),\n',
    ),
    Edit(
        "tests/api/permissions.py",
        "MUTATIONS = {\n",
        """    "createTeam": Rule(f'createTeam(name: "$new") {RESULT}', ADMINS),\n"""
        """    "renameTeam": Rule(f'renameTeam(id: "$id", name: "New") {RESULT}', (UNKNOWN, REFUSED, REFUSED, HIDDEN)),\n""",
    ),
    Edit(
        "tests/api/permissions.py",
        "TYPES: dict[str, Fields] = {\n",
        '    "Team": dict.fromkeys(("id", "name", "version", "createdAt"), OPEN),\n'
        '    "TeamPayload": dict.fromkeys(("team", "cursor"), OPEN),\n',
    ),
    Edit("tests/unit/fakes/store.py", "from datetime import UTC, datetime\n", "from typing import Any\n"),
    Edit(
        "tests/unit/fakes/store.py",
        "        self.log = FakeLog(self._copy.log, store.time)\n",
        "        self.teams: Any = None  # no service is tested with a fake of it\n",
    ),
)


def add_files(root: Path) -> Iterator[str]:
    """Write the five files under `root`; yields their paths. The migration follows the newest one."""
    last = max(path.name[:4] for path in (root / "migrations/versions").glob("[0-9]*.py"))
    following = f"{int(last) + 1:04}"
    for source in sorted(NEW.rglob("*.txt")):
        path = source.relative_to(NEW).as_posix().removesuffix(".txt").replace("000N", following)
        if (root / path).exists():
            raise RecipeOutOfDateError(f"{path} already exists: follow the recipe for another noun")
        (root / path).write_text(Template(source.read_text()).safe_substitute(REVISION=following, PREVIOUS=last))
        yield path


def add_noun(root: Path) -> tuple[set[str], set[str]]:
    """Follow the recipe under `root`; returns the paths of the new files and of the edited files."""
    new = set(add_files(root))
    for edit in EDITS:
        edit.apply(root)
    return new, {edit.path for edit in EDITS}
