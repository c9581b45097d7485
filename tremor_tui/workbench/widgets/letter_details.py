"""LetterDetails: one event that failed: what it was, where and why it failed, what would become of it now."""

from __future__ import annotations

from tremor_tui.control.letters import Letter, LetterShown, Rehearsal
from tremor_tui.workbench import figures
from tremor_tui.workbench.letters import Mail
from tremor_tui.workbench.store import named
from tremor_tui.workbench.terminal import clean
from tremor_tui.workbench.widgets.painted import Line, Panel, clip, wrap

LABEL = 15
STAGES = {
    "cut": "a preprocessor refused the bytes",
    "decode": "the codec refused the bytes",
    "encode": "the codec cannot write it",
    "write": "the sink refused it",
    "left": "the flow was ended by force",
}


class LetterDetails(Panel):
    """Draws the letter that is selected, the most telling lines first."""

    def __init__(self, mail: Mail, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self.mail = mail

    def heading(self) -> tuple[str, str]:
        """Which event, and where it came in."""
        shown = self.mail.shown
        if shown is None:
            return "Event", ""
        letter = shown.letter
        parent = f" (of {letter.parent})" if letter.parent else ""
        return (
            f"Event {letter.id}{parent}",
            f"into {named(letter.task.partition('/')[2])}/{named(letter.port)}",
        )

    def body(self, width: int, height: int) -> list[Line]:
        """The lines; what was done last stays at the end."""
        shown, said = self.mail.shown, self.mail.said or self.mail.note
        told = wrap(clean(said), max(10, width))[: 3 if height > 9 else 2] if said else []
        last = [Line().add(clip(one, width, self.glyphs.more), self.ink.accent) for one in told]
        if shown is None:
            return [Line().add(clip("What is selected above is shown here.", width), self.ink.dim), *last]
        lines = self._lines(shown, width, roomy=height >= 9)
        return [*lines[: height - len(last)], *last]

    def _lines(self, shown: LetterShown, width: int, roomy: bool) -> list[Line]:
        letter, ink = shown.letter, self.ink
        first = wrap(clean(letter.message.replace("\n", "; ")), max(10, width - LABEL))
        lines = [self._pair("reason", clean(first[0]), width, ink.hot)]
        lines += [self._pair("", more, width, ink.hot) for more in first[1 : 3 if roomy else 1]]
        lines += self._event(letter, width, roomy)
        lines += self._place(letter, width)
        now = f" (now v{shown.now})" if shown.now and shown.now != letter.version else ""
        now = now or ("" if shown.now else " (the flow does not run)")
        when = f"{figures.clock(letter.at_ns, millis=True)}   tries {letter.tries}   {letter.state}"
        version = f"v{letter.version}{now}   at {when}"
        lines.append(self._pair("script version", version, width))
        lines += self._tried(self.mail.tried.get(letter.id), width)
        for label, text in self._more(letter):
            lines.append(self._pair(label, text, width, ink.warn if label == "note" else None))
        return lines

    def _event(self, letter: Letter, width: int, roomy: bool) -> list[Line]:
        cells = max(10, width - LABEL)
        texts = wrap(clean(letter.event[: cells * 4]), cells)
        lines = [self._pair("event", texts[0], width)]
        lines += [self._pair("", text, width) for text in texts[1 : 3 if roomy else 1]]
        if letter.meta:
            lines.append(self._pair("metadata $", clean(letter.meta[: cells * 2]), width))
        return lines

    def _place(self, letter: Letter, width: int) -> list[Line]:
        where = named(letter.place) + (f" line {letter.line}" if letter.line else "")
        if letter.file:
            where += f" of {named(letter.file)}"
        where += f": {STAGES[letter.stage]}" if letter.stage in STAGES else ""
        lines = [self._pair("failed at", where, width, self.ink.strong)]
        if letter.source:
            line = f"{letter.line:>5} | {clean(letter.source.strip())}"
            lines.append(self._pair("", line, width, self.ink.warn))
        return lines

    def _tried(self, tried: Rehearsal | None, width: int) -> list[Line]:
        if tried is None:
            return []
        if tried.error:
            where = f" (line {tried.line})" if tried.line else ""
            return [self._pair("dry run", f"fails{where}: {clean(tried.error)}", width, self.ink.hot)]
        ways = ", ".join(f"-> {named(one.port)} {clean(one.value)}" for one in tried.exits)
        return [
            self._pair("dry run", ways or "it would be dropped, or held by a window", width, self.ink.good)
        ]

    def _more(self, letter: Letter) -> list[tuple[str, str]]:
        found = [("note", f"never replayed: {letter.lasting}")] if letter.lasting else []
        if letter.went_on:
            found.append(("note", "another branch took it, and takes it again when it is replayed"))
        if letter.state == "uncertain":
            found.append(("note", f"it may have arrived: {letter.note or letter.hint or 'nobody knows'}"))
        elif letter.note:
            found.append(("last", letter.note))
        if letter.hint and letter.state != "uncertain":
            found.append(("hint", letter.hint))
        if letter.origin:
            found.append(("from", letter.origin))
        return [(label, clean(text)) for label, text in found]

    def _pair(self, label: str, text: str, width: int, style: object = None) -> Line:
        line = Line().add(f"{label:<{LABEL}}", self.ink.dim)
        return line.add(clip(text, width - LABEL, self.glyphs.more), style or self.ink.text)  # type: ignore[arg-type]
