"""From the syntax of Rust's `regex` to that of RE2, or a ConfigError with construct and offset.

One pass over the pattern, which writes two texts at once: `full` for any text and `ascii` for ASCII texts,
where the Unicode classes shrink to RE2's own. A stack of open groups carries the flags `x` and `u`.
"""

from __future__ import annotations

from typing import Final, NoReturn

from tremor_tui.errors import ConfigError
from tremor_tui.model.record import dataclass
from tremor_tui.model.regex_classes import NOT_SPACE, SPACE, WORD, inside, property_name, whole

_FLAGS: Final = "imsUux-"
_PLAIN_ESCAPES: Final = "afntrvAzB"
_MAX_REPEAT: Final = 1000


@dataclass(frozen=True, slots=True)
class Translation:
    """A pattern in RE2's syntax: for any text, and for texts of ASCII alone."""

    full: str
    ascii: str

    @property
    def same(self) -> bool:
        """Whether one program serves both."""
        return self.full == self.ascii


def translate(pattern: str) -> Translation:
    """The pattern in RE2's syntax. Raises ConfigError."""
    return _Translator(pattern).run()


@dataclass(slots=True)
class _Flags:
    """What holds in the group at hand: `x` blanks and comments are skipped, `u` classes know Unicode."""

    x: bool = False
    u: bool = True


class _Translator:
    def __init__(self, pattern: str) -> None:
        self.pattern = pattern
        self.at = 0
        self.full: list[str] = []
        self.ascii: list[str] = []
        self.flags = _Flags()
        self.outer: list[_Flags] = []
        self.names: set[str] = set()
        self.in_class = False
        self.repeated = False

    def run(self) -> Translation:
        pattern = self.pattern
        while self.at < len(pattern):
            character = pattern[self.at]
            if self.flags.x and (character.isspace() or character == "#"):
                self.skip_blank(character)
                continue
            self.step(character)
        return Translation("".join(self.full), "".join(self.ascii))

    def step(self, character: str) -> None:
        repeats = False
        match character:
            case "\\":
                self.escape()
            case "[":
                self.character_class()
            case "(":
                self.open_group()
            case ")":
                if self.outer:
                    self.flags = self.outer.pop()
                self.put(1)
            case "*" | "+" | "?" | "{":
                self.repetition(character)
                repeats = True
            case _:
                self.put(1)
        self.repeated = repeats

    def put(self, length: int) -> None:
        """Takes over so many characters as they are."""
        self.write(self.pattern[self.at : self.at + length])
        self.at += length

    def write(self, full: str, ascii_too: str | None = None) -> None:
        self.full.append(full)
        self.ascii.append(full if ascii_too is None else ascii_too)

    def refuse(self, construct: str, why: str, hint: str = "") -> NoReturn:
        raise ConfigError(f"`{construct}` at offset {self.at} of the regular expression {why}", hint)

    def skip_blank(self, character: str) -> None:
        if character == "#":
            end = self.pattern.find("\n", self.at)
            self.at = end if end >= 0 else len(self.pattern)
        else:
            self.at += 1

    # -- repetition ------------------------------------------------------------------------------------

    def repetition(self, character: str) -> None:
        if self.repeated:
            self.refuse(character, "repeats a repetition", "put the inner one into a group: `(?:…)`")
        if character == "{":
            self.counted()
        else:
            self.put(1)
        self.skip_blanks()
        if self.pattern.startswith("?", self.at):
            self.put(1)

    def skip_blanks(self) -> None:
        while self.flags.x and self.at < len(self.pattern) and self.pattern[self.at].isspace():
            self.at += 1

    def counted(self) -> None:
        close = self.pattern.find("}", self.at)
        body = self.pattern[self.at + 1 : close] if close >= 0 else ""
        low, comma, high = (part.strip() for part in body.partition(","))
        if not (low or high) or not all(n.isdecimal() and n.isascii() for n in (low, high) if n):
            self.refuse("{", "does not start a repetition", "write a brace as `\\{`")
        if any(len(n) > 4 or int(n) > _MAX_REPEAT for n in (low, high) if n):
            self.refuse("{" + body + "}", f"repeats more than {_MAX_REPEAT} times")
        self.write("{" + (low or "0") + comma + high + "}")
        self.at = close + 1

    # -- groups ----------------------------------------------------------------------------------------

    def open_group(self) -> None:
        rest = self.pattern[self.at : self.at + 4]
        for opener in ("(?=", "(?!", "(?<=", "(?<!"):
            if rest.startswith(opener):
                self.refuse(opener, "looks around, which is not supported")
        if rest.startswith("(?>"):
            self.refuse("(?>", "is an atomic group, which is not supported")
        if rest.startswith(("(?P<", "(?<")):
            self.named_group(rest.index("<") + 1)
        elif rest.startswith("(?"):
            self.flag_group()
        else:
            self.put(1)
            self.enter()

    def named_group(self, opener: int) -> None:
        end = self.pattern.find(">", self.at)
        name = self.pattern[self.at + opener : end] if end > 0 else ""
        if name in self.names:
            self.refuse(self.pattern[self.at : end + 1], "names a group that there is already")
        self.names.add(name)
        self.put(opener)
        self.enter()

    def enter(self) -> None:
        self.outer.append(_Flags(self.flags.x, self.flags.u))

    def flag_group(self) -> None:
        end = self.at + 2
        while end < len(self.pattern) and self.pattern[end] in _FLAGS:
            end += 1
        flags = self.pattern[self.at + 2 : end]
        closer = self.pattern[end : end + 1]
        if closer not in (":", ")") or not closer:
            self.refuse(self.pattern[self.at : end + 1], "is a group of an unknown kind")
        if closer == ":":
            self.enter()
        self.set_flags(flags)
        self.write_flags(flags, closer)
        self.at = end + 1

    def set_flags(self, flags: str) -> None:
        on, _, off = flags.partition("-")
        self.flags = _Flags(
            (self.flags.x or "x" in on) and "x" not in off,
            (self.flags.u or "u" in on) and "u" not in off,
        )

    def write_flags(self, flags: str, closer: str) -> None:
        on, _, off = ("".join(c for c in flags if c not in "xu")).partition("-")
        kept = on + ("-" + off if off else "")
        if kept or closer == ":":
            self.write(f"(?{kept}{closer}")

    # -- escapes ---------------------------------------------------------------------------------------

    def escape(self) -> None:
        letter = self.pattern[self.at + 1 : self.at + 2]
        if not letter:
            self.refuse("\\", "escapes nothing")
        if letter in "dDwWsS":
            self.perl_class(letter)
        elif letter == "b":
            self.word_boundary()
        elif letter in "xuU":
            self.code_point()
        elif letter in "pP":
            self.property()
        elif letter in _PLAIN_ESCAPES:
            self.put(2)
        else:
            self.other_escape(letter)

    def other_escape(self, letter: str) -> None:
        if letter.isdecimal():
            self.refuse("\\" + letter, "refers back to a group, which is not supported")
        if letter.isalpha() or not letter.isascii() or letter in "<>":
            self.refuse("\\" + letter, "is an unknown escape")
        if letter.isspace():
            self.write(self.literal(letter))
            self.at += 2
        else:
            self.put(2)

    def literal(self, letter: str) -> str:
        return f"\\x{{{ord(letter):x}}}"

    def word_boundary(self) -> None:
        if self.pattern.startswith("{", self.at + 2):
            end = self.pattern.find("}", self.at)
            shown = self.pattern[self.at : end + 1] if end > 0 else "\\b{"
            self.refuse(shown, "is a half boundary, which is not supported")
        self.put(2)

    def perl_class(self, letter: str) -> None:
        if not self.flags.u:
            self.put(2)
            return
        full = {
            "d": r"\p{Nd}", "D": r"\P{Nd}", "w": f"[{WORD}]", "W": f"[^{WORD}]",
            "s": f"[{SPACE}]", "S": f"[^{SPACE}]",
        }[letter]  # fmt: skip
        self.write(full, self.small_class(letter))
        self.at += 2

    def small_class(self, letter: str) -> str:
        """What the class is among ASCII; RE2's `\\s` lacks the vertical tab."""
        return {"s": r"[\s\x0b]", "S": r"[^\s\x0b]"}.get(letter, "\\" + letter)

    def code_point(self) -> None:
        letter = self.pattern[self.at + 1]
        start = self.at + 2
        if self.pattern.startswith("{", start):
            end = self.pattern.find("}", start)
            digits, after = self.pattern[start + 1 : end], end + 1
        else:
            width = {"x": 2, "u": 4, "U": 8}[letter]
            digits, after = self.pattern[start : start + width], start + width
            if len(digits) < width:
                digits = ""
        try:
            number = int(digits, 16) if digits.isalnum() else -1
        except ValueError:
            number = -1
        if not 0 <= number <= 0x10FFFF or 0xD800 <= number <= 0xDFFF:
            self.refuse("\\" + letter, "names no character", "write `\\x{…}` with a hexadecimal number")
        self.write(f"\\x{{{number:x}}}")
        self.at = after

    def property(self) -> None:
        sign = self.pattern[self.at : self.at + 2]
        if not self.pattern.startswith("{", self.at + 2):
            self.put(3)
            return
        end = self.pattern.find("}", self.at)
        if end < 0:
            self.refuse(sign + "{", "has no closing brace")
        name = self.pattern[self.at + 3 : end]
        negated = "^" if name.startswith("^") else ""
        key = name.removeprefix("^").lower().replace(" ", "_").replace("-", "_")
        for prefix in ("general_category=", "gc=", "script=", "sc="):
            key = key.removeprefix(prefix)
        if key in ("any", "ascii"):
            content = whole(key, (sign == "\\P") != bool(negated))
            self.write(content if self.in_class else f"[{content}]")
        else:
            self.write(f"{sign}{{{negated}{property_name(key)}}}")
        self.at = end + 1

    # -- classes ---------------------------------------------------------------------------------------

    def character_class(self) -> None:
        start = self.at
        self.put(1)
        if self.pattern.startswith("^", self.at):
            self.put(1)
        if self.pattern.startswith("]", self.at):
            self.write("\\]")
            self.at += 1
        self.in_class = True
        while not self.pattern.startswith("]", self.at):
            if self.at >= len(self.pattern):
                self.at = start
                self.refuse("[", "is not closed")
            self.class_item(self.pattern[self.at])
        self.in_class = False
        self.put(1)

    def class_item(self, character: str) -> None:
        two = self.pattern[self.at : self.at + 2]
        if two in ("&&", "--", "~~"):
            self.refuse(two, "is a set operation in a class, which is not supported")
        if self.flags.x and (character.isspace() or character == "#"):
            self.skip_blank(character)
        elif character == "[":
            self.nested()
        elif character == "\\":
            self.class_escape(two[1:])
        else:
            self.put(1)

    def nested(self) -> None:
        if not self.pattern.startswith("[:", self.at):
            self.refuse("[", "is a class within a class, which is not supported", "write a bracket as `\\[`")
        end = self.pattern.find(":]", self.at)
        if end < 0:
            self.refuse("[:", "has no closing `:]`")
        self.put(end + 2 - self.at)

    def class_escape(self, letter: str) -> None:
        if not letter or letter not in "dDwWsSb":
            self.escape()
        elif letter == "b":
            self.refuse("\\b", "does not stand for a character in a class", "write backspace as `\\x08`")
        elif not self.flags.u:
            self.put(2)
        else:
            self.write(inside(letter), self.small_inside(letter))
            self.at += 2

    def small_inside(self, letter: str) -> str:
        return {"s": r"\s\x0b", "S": NOT_SPACE}.get(letter, "\\" + letter)
