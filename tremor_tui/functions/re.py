"""`std::re`: regular expressions. The expression comes first, then the text."""

from __future__ import annotations

from tremor_tui.errors import ConfigError
from tremor_tui.functions.contract import FunctionError, Module, sized, text_of
from tremor_tui.model import regex
from tremor_tui.model.batch import Value

re = Module("re")


def _compiled(pattern: Value) -> regex.Regex:
    try:
        return regex.compile(text_of(pattern, 0))
    except ConfigError as error:
        raise FunctionError(f"{error.message}{f' ({error.hint})' if error.hint else ''}", 0) from None


@re.function("regex", "input", returns="bool", examples=[('re::is_match("^b+$", "bbb")', True)])
def is_match(pattern: Value, given: Value) -> Value:
    """Whether the expression occurs in the text."""
    return _compiled(pattern).matches(text_of(given, 1))


@re.function(
    "regex", "input", "to", returns="string", examples=[('re::replace("(b)(c)", "abcbc", "$2$1")', "acbbc")]
)
def replace(pattern: Value, given: Value, to: Value) -> Value:
    """The text with the first match replaced; in `to`, `$1` and `${name}` stand for groups."""
    return sized(_compiled(pattern).sub(text_of(to, 2), text_of(given, 1), 1))


@re.function(
    "regex", "input", "to", returns="string", examples=[('re::replace_all("[bc]", "abcbc", "x")', "axxxx")]
)
def replace_all(pattern: Value, given: Value, to: Value) -> Value:
    """The text with every match replaced; in `to`, `$1` and `${name}` stand for groups."""
    return sized(_compiled(pattern).sub(text_of(to, 2), text_of(given, 1)))


@re.function("regex", "input", returns="array", examples=[('re::split(" *, *", "a , b,c")', ["a", "b", "c"])])
def split(pattern: Value, given: Value) -> Value:
    """The pieces of the text between the matches."""
    return _compiled(pattern).split(text_of(given, 1))
