"""Texts with damage: tokens left out, put in, doubled, swapped and spliced, noise, deep nesting, cut off."""

from __future__ import annotations

import re
from pathlib import Path
from random import Random

from tests.language.query_texts import HERE
from tests.language.test_script_errors import AT_RUN_TIME
from tests.language.test_scripts import FACTS
from tests.language.texts import PROGRAMS
from tremor_tui.language.lex.tokens import KEYWORDS, PUNCTUATION
from tremor_tui.language.modules import LIBRARY
from tremor_tui.language.parse.parser import Start

PIECE = re.compile(r'"""|"|#\{|\w+|\s+|%[({\[]|[=!<>~:]=?|.', re.DOTALL)
ROOT = HERE.parent.parent
EXTRA = (
    '"',
    '"""\n',
    "#{",
    "}",
    "|",
    "`",
    "## x\n",
    "### x\n",
    "#!config a = 1\n",
    "\\",
    "1.0e400",
    "0x",
    "\ufeff",
)
NOISE = "\x00\x07\r\u2028\u200b\u0301\ufffd\U0001f600é\t$#\"\\'`|"
NESTS = (
    ("(", "1", ")"), ("[", "", "]"), ('{"a":', "1", "}"), ("-", "1", ""), ("not ", "true", ""),
    ('"#{', "1", '}"'), ("match 1 of case _ => ", "1", " end"), ("1 + (", "1", ")"),
    ("for [1] of case (k, v) => ", "v", " end"), ("merge {} of ", "{}", " end"), ("f(", "1", ")"),
    ("event[", "0", "]"), ("1 + ", "1", ""), ("patch {} of merge => ", "{}", " end"),
    ("match event of case %{ a ~= ", "%{}", " } => 1 end"), ("", "event", ".a"), ("", "event", "[0]"),
    ("a::", "b()", ""), ("<< (", "1", ") >>"), ("let x = ", "1", ""),
    ("match event of case x = ", "_", " => 1 end"),
)  # fmt: skip


def _files() -> list[tuple[Start, str]]:
    found: list[tuple[Start, str]] = [(start, text) for start, text in PROGRAMS.values()]
    folders: tuple[Path, ...] = (LIBRARY, ROOT / "pipelines", ROOT / "tests" / "golden")
    kinds: dict[str, Start] = {".tremor": "script", ".trickle": "query", ".troy": "deploy"}
    for file in sorted(file for folder in folders for file in folder.rglob("*") if file.suffix in kinds):
        start: Start = "module" if file.is_relative_to(LIBRARY) else kinds[file.suffix]
        found.append((start, file.read_text()[:2000]))
    return found


SCRIPTS: list[tuple[Start, str]] = [("script", text) for text, *_ in [*FACTS, *AT_RUN_TIME]]
TEXTS = [*_files(), *SCRIPTS]
WORDS = [*KEYWORDS, *PUNCTUATION, *EXTRA]


def mutant(random: Random) -> tuple[Start, str]:
    """A damaged text of any of the four kinds."""
    start, text = random.choice(random.choice((TEXTS, SCRIPTS)))
    pick = random.random()
    if pick < 0.03:
        return start, _nested(random)
    if pick < 0.13:
        return start, _noisy(random, text)
    if pick < 0.18:
        return start, text[: random.randint(0, len(text))]
    if pick < 0.2:
        return random.choice(("script", "query", "deploy", "module")), text
    return start, damaged(random, text)


def damaged(random: Random, text: str) -> str:
    """The text with one to three changes of tokens."""
    pieces = PIECE.findall(text)
    for _ in range(random.randint(1, 3)):
        index, width = random.randrange(len(pieces) + 1), random.randint(0, 2)
        change = random.choice((_nothing, _word, _double, _splice, _swap))
        pieces[index : index + width] = change(random, pieces[index : index + width])
    return "".join(pieces)


def _nothing(random: Random, old: list[str]) -> list[str]:
    return []


def _word(random: Random, old: list[str]) -> list[str]:
    return [" ", random.choice(WORDS), " "]


def _double(random: Random, old: list[str]) -> list[str]:
    return [*old, *old]


def _swap(random: Random, old: list[str]) -> list[str]:
    return old[::-1]


def _splice(random: Random, old: list[str]) -> list[str]:
    other = PIECE.findall(random.choice(TEXTS)[1])
    start = random.randrange(len(other))
    return other[start : start + random.randint(1, 12)]


def _noisy(random: Random, text: str) -> str:
    """The text with some bytes changed, as far as it still is text, or odd characters put in."""
    if random.random() < 0.5:
        octets = bytearray(text.encode())
        for _ in range(random.randint(1, 4)):
            octets[random.randrange(len(octets))] = random.randrange(256)
        return octets.decode(errors="replace")
    for _ in range(random.randint(1, 3)):
        at = random.randrange(len(text) + 1)
        text = text[:at] + random.choice(NOISE) + text[at:]
    return text


def _nested(random: Random) -> str:
    before, inside, after = random.choice(NESTS)
    count = random.choice((3, 20, 100, 300, 511, 600, 2000))
    text = before * count + inside + after * random.choice((count, count, count - 1))
    return random.choice(("{}", "let x = {}", "select {} from in into out", "const X = {}")).replace(
        "{}", text
    )
