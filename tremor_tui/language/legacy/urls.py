"""The ends of links in tremor 0.9: `[tremor://HOST]/TYPE/ARTEFACT[/INSTANCE[/PORT]]`, with placeholders."""

from __future__ import annotations

from collections.abc import Mapping

from tremor_tui.errors import CheckError, did_you_mean
from tremor_tui.model.diagnostic import Diagnostic, Span
from tremor_tui.model.record import dataclass

TYPES = ("onramp", "offramp", "pipeline", "binding")


@dataclass(frozen=True, slots=True)
class Url:
    """An end; `instance` and `port` are empty where they are not written."""

    type: str
    artefact: str
    instance: str
    port: str
    span: Span

    @property
    def key(self) -> tuple[str, str, str]:
        """What makes an instance."""
        return self.type, self.artefact, self.instance


def parse_url(text: str, span: Span) -> Url:
    """The parts of a URL. Raises CheckError."""
    path = text
    if "://" in text:
        scheme, _, rest = text.partition("://")
        if scheme != "tremor":
            raise _fault(f"an end begins with `tremor://` or `/`, not with `{scheme}://`", span)
        path = "/" + rest.partition("/")[2]
    parts = path.strip("/").split("/")
    if not 2 <= len(parts) <= 4 or not all(parts):
        raise _fault(
            f"`{text}` is no end", span, "write `/TYPE/NAME/INSTANCE/PORT`, as in `/onramp/file/1/out`"
        )
    if parts[0] not in TYPES:
        raise _fault(f"there is no type of artefact called `{parts[0]}`", span, did_you_mean(parts[0], TYPES))
    kind, artefact, instance, port = (*parts, "", "")[:4]
    return Url(kind, artefact, instance, port, span)


def fill(text: str, values: Mapping[str, str], span: Span) -> str:
    """The text with its `{name}` placeholders filled in. Raises CheckError where one has no value."""
    made, rest = "", text
    while "{" in rest:
        before, _, rest = rest.partition("{")
        name, brace, rest = rest.partition("}")
        if not brace or name not in values:
            known = sorted(values)
            raise _fault(f"the mapping has no value for `{{{name}}}`", span, did_you_mean(name, known))
        made += before + values[name]
    return made + rest


def _fault(message: str, span: Span, hint: str = "") -> CheckError:
    return CheckError([Diagnostic(message, span, hint)])
