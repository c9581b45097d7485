"""What the fake plane answers an editor: a few completions, one word's documentation, and three tests."""

from __future__ import annotations

import json
from dataclasses import dataclass, field

from tremor_tui.control import authoring as ask
from tremor_tui.control.snapshots import Diagnosed, Diagnostic

Question = ask.Complete | ask.Document | ask.CheckPaths | ask.MakeTest | ask.RunTests
Answer = ask.Completed | ask.Documented | Diagnosed | ask.TestMade | ask.TestsRun
QUESTIONS = (ask.Complete, ask.Document, ask.CheckPaths, ask.MakeTest, ask.RunTests)
ITEMS = (
    ask.Suggestion("status", "key", "status", "integer", "404  in 20 of 20"),
    ask.Suggestion("client", "key", "client", "string", '"127.0.157.65"  in 20 of 20'),
    ask.Suggestion("request_time", "key", "request_time", "float", "1.204  in 5 of 20"),
    ask.Suggestion("string", "module", "string::"),
    ask.Suggestion("split", "function", "split(", "split(input, separator) -> array", "Splits a string."),
    ask.Suggestion("select", "keyword", "select"),
)
HINT = ask.Hint("split(input, separator) -> array", ("input", "separator"), 0, "Splits a string.")


@dataclass
class FakeAuthoring:
    """`texts` are those that the last question was about; tests of `failing` names fail on drafts."""

    folder: str
    failing: str = ""
    results: list[ask.TestResult] = field(default_factory=list)
    missing: tuple[Diagnostic, ...] = ()
    items: tuple[ask.Suggestion, ...] = ITEMS

    def answer(self, question: Question) -> Answer:
        """Answers as an engine would."""
        match question:
            case ask.Complete(path=path, offset=offset, texts=texts):
                return self._complete(texts.get(path, ""), offset)
            case ask.Document():
                return ask.Documented(
                    "split", HINT.label, 'Splits a string.\n\n    string::split(event, ",")'
                )
            case ask.CheckPaths():
                return Diagnosed(self.missing)
            case ask.MakeTest():
                return self._make(question)
            case ask.RunTests(texts=texts):
                return ask.TestsRun(tuple(self._result(one, bool(texts)) for one in self.results))

    def _complete(self, text: str, offset: int) -> ask.Completed:
        start = offset
        while start and (text[start - 1].isalnum() or text[start - 1] == "_"):
            start -= 1
        typed = text[start:offset]
        kinds = {"key"} if text[:start].endswith(".") else {"module", "function", "keyword"}
        items = tuple(one for one in self.items if one.kind in kinds and one.label.startswith(typed))
        line = text[text.rfind("\n", 0, offset) + 1 : offset]
        inside = line.rpartition("split(")[2] if "split(" in line else None
        if inside is None or ")" in inside:
            return ask.Completed(items, start, offset)
        return ask.Completed(
            items, start, offset, ask.Hint(HINT.label, HINT.params, min(inside.count(","), 1))
        )

    def _make(self, request: ask.MakeTest) -> ask.TestMade:
        body = {"name": "", "pipeline": request.pipeline, "node": request.node}
        running = {**body, "in": [{"value": json.loads(request.value)}], "out": [{"port": "out"}]}
        made = ask.TestMade(
            self.folder, "parse_line to out", ask.Expectation(json.dumps(running, indent=2), "out {…}")
        )
        if not request.texts:
            return made
        draft = json.dumps({**running, "out": [{"port": "err"}]}, indent=2)
        return ask.TestMade(
            self.folder, "parse_line to err", made.running, ask.Expectation(draft, 'err {"error":"no cust"}')
        )

    def _result(self, result: ask.TestResult, is_draft: bool) -> ask.TestResult:
        if not is_draft or result.name != self.failing:
            return result
        differs = ("expected port out, got err", 'value.class: expected "ok", got nothing')
        expected, came = '[{"port":"out","value":{"class":"ok"}}]', '[{"port":"err","value":{}}]'
        return ask.TestResult(result.file, result.name, result.subject, differs, expected, came)
