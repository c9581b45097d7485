"""Completes texts for an editor. One loader is kept from question to question: it remembers the library."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from tremor_tui.control.authoring import Completed, Documented, Hint, Suggestion
from tremor_tui.engine.compiling.questions import Complete, Document
from tremor_tui.engine.executors.link import Texts
from tremor_tui.language.completion import Completion, Signature, complete, described_at, signature_at
from tremor_tui.language.modules import ModuleLoader
from tremor_tui.language.source import Source
from tremor_tui.model.batch import Value
from tremor_tui.model.values import BadJson, from_json

MAX_ITEMS = 200


class Completing:
    """Answers what may be written in a text, and what its words mean."""

    def __init__(self) -> None:
        self._loader: ModuleLoader | None = None
        self._key: object = None
        self._times: dict[Path, int] = {}

    def complete(self, job: Complete) -> Completed:
        """What may be written, and the call around it. Raises CompileError where the file cannot be read."""
        source, loader = self.open(job.source)
        samples, metas = samples_of(job.samples), samples_of(job.metas)
        found = complete(source, job.offset, loader, samples=samples, metas=metas)[:MAX_ITEMS]
        start, end = (found[0].start, found[0].end) if found else (job.offset, job.offset)
        hint = _hint(signature_at(source, job.offset, loader))
        self._note()
        return Completed(tuple(map(_suggestion, found)), start, end, hint)

    def document(self, job: Document) -> Documented:
        """What there is to say about a word. Raises CompileError where the file cannot be read."""
        source, loader = self.open(job.source)
        found = described_at(source, job.offset, loader)
        self._note()
        return Documented(found.name, found.signature, found.doc) if found else Documented()

    def open(self, texts: Texts) -> tuple[Source, ModuleLoader]:
        """The text and what finds its modules: the loader of before, unless something else changed."""
        path = Path(texts.path)
        others = {Path(name): text for name, text in texts.texts.items() if name != texts.path}
        key = (path.parent, texts.base, texts.module_path, others)
        if self._loader is None or key != self._key or self._times != _times(self._times):
            folders = [path.parent, *map(Path, texts.module_path)]
            self._loader = ModuleLoader(folders, overrides=others, base=Path(texts.base))
            self._key, self._times = key, {}
        name = self._loader.shown(path)
        text = texts.texts.get(texts.path)
        return (Source.read(path, name) if text is None else Source(text, name, path)), self._loader

    def _note(self) -> None:
        """Keeps when the files that were read were written."""
        assert self._loader is not None
        self._times = _times(source.path for source in self._loader.sources.values() if source.path)


def _times(paths: Iterable[Path]) -> dict[Path, int]:
    """When files were written; 0 for one that is gone."""
    found = {}
    for path in paths:
        try:
            found[path] = path.stat().st_mtime_ns
        except OSError:
            found[path] = 0
    return found


def samples_of(texts: tuple[str, ...]) -> list[Value]:
    """The values of samples; what is no JSON is left out."""
    found: list[Value] = []
    for text in texts:
        try:
            found.append(from_json(text))
        except BadJson:  # a sample may be cut; it says nothing then
            continue
    return found


def _suggestion(found: Completion) -> Suggestion:
    doc = found.doc.lstrip().partition("\n")[0]
    return Suggestion(found.label, found.kind, found.insert, found.signature, doc)


def _hint(found: Signature | None) -> Hint | None:
    if found is None:
        return None
    return Hint(found.label, found.params, found.active, found.doc.lstrip().partition("\n")[0])
