"""Folders of tests: which of them there are (`meta.yaml`), and which of them are asked for (`tags.yaml`).

Both files are JSON, or the small part of YAML that such files use: `key: value` lines, and lists with `- `
or in brackets. Anything else in them is refused.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from tremor_tui.errors import CompileError, ConfigError
from tremor_tui.language.source import Source
from tremor_tui.model.values import BadJson, from_json

META, TAGS = "meta.yaml", "tags.yaml"
KINDS = ("All", "Bench", "Command", "Integration", "Unit")


@dataclass(frozen=True, slots=True)
class Filter:
    """The tags that were asked for and those that were not wanted. With both empty everything runs."""

    includes: frozenset[str] = frozenset()
    excludes: frozenset[str] = frozenset()

    def takes(self, tags: Iterable[str]) -> bool:
        """Whether a test with these tags runs: what is included runs, whatever excludes it."""
        own = frozenset(tags)
        if own & self.includes:
            return True
        return not self.includes and not own & self.excludes


@dataclass(frozen=True, slots=True)
class TestFolder:
    """A folder with tests of one kind; `includes` is a pattern of the names of their files."""

    __test__ = False  # is none of pytest's
    path: Path
    kind: str
    includes: str

    def files(self) -> list[Path]:
        """The files that `includes` names, in this folder and below."""
        return sorted(path for path in self.path.rglob(self.includes) if path.is_file())


def find_folders(root: Path) -> list[TestFolder]:
    """The folder and all below it that have a `meta.yaml`, sorted. Raises ConfigError for a bad one."""
    return [_folder(path) for path in sorted(root.rglob(META))]


def tags_between(root: Path, folder: Path) -> tuple[str, ...]:
    """The tags of a folder: those of every `tags.yaml` from the root down to it, and its own name.

    Raises ConfigError for a `tags.yaml` that is no list.
    """
    root, folder = root.resolve(), folder.resolve()
    below = folder.relative_to(root).parts if folder.is_relative_to(root) else ()
    places = [root.joinpath(*below[:depth]) for depth in range(len(below) + 1)]
    found = [tag for place in places for tag in _tags(place / TAGS)]
    return tuple(dict.fromkeys([*found, folder.name]))


def _folder(file: Path) -> TestFolder:
    meta = read_settings(file)
    kind, includes = meta.get("kind"), meta.get("includes")
    if not isinstance(kind, str) or kind.capitalize() not in KINDS:
        hint = "kinds are " + ", ".join(KINDS)
        raise ConfigError(f"{file}: `kind` says which tests are in this folder", hint, "kind")
    if not isinstance(includes, str) or not includes or includes.startswith("/"):
        hint = "as in `includes: all.tremor`"
        raise ConfigError(f"{file}: `includes` is a pattern of file names", hint, "includes")
    return TestFolder(file.parent, kind.capitalize(), includes)


def _tags(file: Path) -> list[str]:
    if not file.is_file():
        return []
    text = _read(file).strip()
    value = _json(text)
    if value is None:
        value = list(_items(text, file)) if text else []
    if not isinstance(value, list) or not all(isinstance(tag, str) for tag in value):
        raise ConfigError(f"{file}: tags are a list of names", 'as in `["one", "two"]`')
    return value


def read_settings(file: Path) -> dict[str, object]:
    """The keys and values of a file. Raises ConfigError."""
    text = _read(file).strip()
    value = _json(text)
    if isinstance(value, dict):
        return value
    return dict(_pairs(text, file))


def _read(file: Path) -> str:
    try:
        return Source.read(file).text
    except CompileError as error:
        raise ConfigError(error.message, error.hint) from None


def _json(text: str) -> object:
    try:
        return from_json(text)
    except BadJson:
        return None


def _lines(text: str) -> Iterator[tuple[int, str]]:
    for number, line in enumerate(text.splitlines(), 1):
        bare = line.split(" #")[0].rstrip()
        if bare and not bare.startswith("#") and bare != "---":
            yield number, bare


def _pairs(text: str, file: Path) -> Iterator[tuple[str, object]]:
    for number, line in _lines(text):
        key, colon, value = line.partition(":")
        if not colon or key != key.strip() or key.startswith("-"):
            raise ConfigError(f"{file}:{number}: `{line.strip()}` is not `key: value`", "or write it as JSON")
        yield _plain(key), _plain(value)


def _items(text: str, file: Path) -> Iterator[str]:
    if text.startswith("[") and text.endswith("]"):
        yield from filter(None, (_plain(item) for item in text[1:-1].split(",")))
        return
    for number, line in _lines(text):
        dash, space, item = line.strip().partition(" ")
        if dash != "-" or not space:
            raise ConfigError(f"{file}:{number}: `{line.strip()}` is not `- tag`", "or write it as JSON")
        yield _plain(item)


def _plain(text: str) -> str:
    """A scalar without its spaces and quotes."""
    bare = text.strip()
    is_quoted = len(bare) > 1 and bare[0] == bare[-1] and bare[0] in "\"'"
    return bare[1:-1] if is_quoted else bare
