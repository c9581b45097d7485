"""A canvas without an engine: steps on a text, as the compile process makes them."""

from __future__ import annotations

from pathlib import Path

from tremor_tui.control.editing import Edit, Edited, Outline, Outlined, OutlinedNode, Step, applied, inverse
from tremor_tui.engine.compiling.edits import on_canvas
from tremor_tui.engine.compiling.link import Canvas, Unmade

PATH = "/nowhere/main.troy"


class Drawing:
    """A text under edit. `texts` are other files by absolute path."""

    def __init__(self, text: str = "", path: str = PATH, texts: dict[str, str] | None = None) -> None:
        self.text = text
        self.path = path
        self.texts = texts or {}

    def _all(self) -> dict[str, str]:
        return {**self.texts, self.path: self.text}

    def ask(
        self, *steps: Step, inside: str = "", flow: str = "", everywhere: bool = False
    ) -> Edited | Unmade:
        """What becomes of steps; nothing is changed here."""
        base = str(Path(self.path).parent)
        request = Edit(self.path, base, steps, (), self._all(), flow, inside, everywhere)
        answer = on_canvas(Canvas(request)).answer
        assert isinstance(answer, (Edited, Unmade))
        return answer

    def edit(self, *steps: Step, inside: str = "", flow: str = "", everywhere: bool = False) -> Edited:
        """Makes steps, and checks that their changes lead to the texts and back."""
        answer = self.ask(*steps, inside=inside, flow=flow, everywhere=everywhere)
        assert isinstance(answer, Edited), answer
        for path in answer.texts:
            before = self._all().get(path)
            before = Path(path).read_bytes().decode() if before is None else before
            changes = [one for one in answer.changes if one.path == path]
            after = applied(before, changes)
            assert after == answer.texts[path]
            assert applied(after, inverse(before, changes)) == before
        self.text = answer.texts.get(self.path, self.text)
        self.texts.update({path: text for path, text in answer.texts.items() if path != self.path})
        return answer

    def refused(self, *steps: Step, inside: str = "", flow: str = "", everywhere: bool = False) -> str:
        """The sentence that refuses steps."""
        answer = self.ask(*steps, inside=inside, flow=flow, everywhere=everywhere)
        assert isinstance(answer, Unmade), answer
        return answer.message

    def outline(self, *, diagnose: bool = False) -> Outlined:
        """The picture."""
        base = str(Path(self.path).parent)
        request = Outline(self.path, base, (), self._all(), diagnose)
        answer = on_canvas(Canvas(request)).answer
        assert isinstance(answer, Outlined), answer
        return answer

    def node(self, name: str, inside: str = "", flow: int = 0) -> OutlinedNode:
        """A node of the picture."""
        drawn = self.outline().flows[flow]
        graph = drawn.inside[inside] if inside else drawn.graph
        return next(node for node in graph.nodes if node.id == name)

    def edge(self, source: str, target: str, inside: str = "") -> str:
        """The id of an edge between two nodes."""
        drawn = self.outline().flows[0]
        graph = drawn.inside[inside] if inside else drawn.graph
        return next(edge.id for edge in graph.edges if (edge.source, edge.target) == (source, target))
