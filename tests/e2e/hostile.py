"""Text that means harm to a terminal, flows that carry it, and a look at what a program really wrote."""

from __future__ import annotations

import codecs
import json
import re
import unicodedata
from pathlib import Path

MARK = "7777"
"""In the parameters of every sequence of ours, which no driver ever sends."""
SEQUENCES = (
    f"\x1b[{MARK};{MARK}H",
    f"\x1b[{MARK}m",
    f"\x1b]52;c;{MARK}\x07",
    f"\x1b]0;{MARK}\x1b\\",
    f"\x1bP{MARK}q\x1b\\",
    f"\x9b{MARK}J",
    f"\x1b[?{MARK}h",
    "\x1bc",
)
CONTROLS = "\x00\x07\x08\x0b\x0c\r\x7f\x85\x90"
BIDI = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\u061c"
ODD = "\u200b\u2060\ufeff\u00ad\u2028" + "e" + "\u0301" * 40 + "日本語🎉👩\u200d👩\u200d👧🏽" + "\ufff9"
ALL = "".join(SEQUENCES) + CONTROLS + BIDI + ODD
NAME = "n\u202eode\u200b\u009b7777Jx"
"""As far as the lexer lets anything through between backticks."""

FLOW = """\
define flow hostile
flow
  define connector lines from bench
  with codec = "json", config = {{"path": "lines.jsonl", "interval": 20000000}}
  end;
  define connector `{name}` from `null` with codec = "json" end;
  define pipeline work
  pipeline
    define script fails
    script
      match event of
        case %{{ kind == "type" }} => event.text + 1
        case %{{ kind == "emit" }} => emit event => "err"
        case _ => event
      end
    end;
    create script fails;
    select event from in into fails;
    select event from fails into out;
    select event from fails/err into err;
  end;
  create connector lines;
  create connector `{name}`;
  create pipeline work;
  connect /connector/lines to /pipeline/work;
  connect /pipeline/work to /connector/`{name}`;
  connect /pipeline/work/err to /connector/`{name}`;
end;
deploy flow hostile;
"""

_ALLOWED = re.compile(
    r"\x1b\[[0-9;:]*[mHJKABCDGXhlq]"  # colours, places, erasing
    r"|\x1b\[\?[0-9;]+[hl]"  # modes
    r"|\x1b\[[<>=]?[0-9;]*u|\x1b\[\?u"  # Kitty's keyboard
    r"|\x1b\[\?[0-9]+\$p|\x1b\[[0-9;]*[ct]|\x1b\[6n|\x1b\[>[0-9]*q"  # what the driver asks
    r"|\x1b[78=>]|\x1b\([B0]"
    r"|\x1b\]22;[a-z-]*\x07"  # the pointer's shape
)


def write_flow(folder: Path, file: str = "flow.troy", name: str = "nowhere") -> Path:
    """A flow whose events, keys and names mean harm; every third of them fails in one of two ways."""
    events = [
        {"n": n, "kind": kind, "text": ALL * 3, ALL: ALL} for n, kind in enumerate(("ok", "type", "emit"))
    ]
    events.append({"n": 3, "kind": "long", "text": "x" * 70_000, "wide": "日" * 500})
    lines = [json.dumps(event, ensure_ascii=False) for event in events]
    lines.append('{"kind": "lone", "text": "\\ud800\\udfff \\u0000"}')
    (folder / "lines.jsonl").write_text("\n".join(lines) + "\n")
    path = folder / file
    path.write_text(FLOW.format(name=name))
    return path


def assert_screen_is_safe(raw: bytes) -> None:
    """Only the driver's own sequences, and no character that acts on a terminal or turns text round."""
    text = codecs.getincrementaldecoder("utf-8")().decode(raw)  # the last character may be on its way
    assert not re.search(r"\x1b[^a-zA-Z]*" + MARK, text)
    left = _ALLOWED.sub("", text)
    assert "\x1b" not in left, repr(left[left.index("\x1b") - 40 : left.index("\x1b") + 40])
    assert left.count("\x07") < 10, "the workbench rings for a user's keys, never for what an event holds"
    assert_text_is_safe(left.replace("\x07", ""))


def assert_text_is_safe(text: str) -> None:
    """As lines without any control sequence may be."""
    for at, char in enumerate(text):
        if char not in "\r\n\t":
            around = repr(text[max(0, at - 60) : at + 20])
            assert unicodedata.category(char) not in ("Cc", "Cs"), around
            assert char not in BIDI, around
