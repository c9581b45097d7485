"""What every connector promises about its settings."""

from __future__ import annotations

from collections.abc import Mapping

import anyio
import pytest

from tremor_tui.connectors.contract import Field, complete, connectors
from tremor_tui.errors import ConfigError
from tremor_tui.model.values import type_name
from tremor_tui.testing.harness import make, sink_of, source_of

FIELDS = (
    Field("path", "string", "Where.", required=True),
    Field("size", "integer", "How much.", default=5, minimum=1),
    Field("rate", "float", "How fast."),
    Field("mode", "string", "How.", choices=("read", "write"), default="read"),
    Field("tls", "bool|record", "Whether."),
)


def test_defaults_are_filled_in_and_others_stay_away() -> None:
    assert complete("x", FIELDS, {"path": "a", "rate": 1}) == {
        "path": "a", "rate": 1, "size": 5, "mode": "read",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("config", "key", "words"),
    [
        ({}, "path", "needs the setting `path`"),
        ({"path": 1}, "path", "must be string, not integer"),
        ({"path": "a", "size": 0}, "size", "at least 1"),
        ({"path": "a", "mode": "raed"}, "mode", "cannot be `raed`"),
        ({"path": "a", "tls": "yes"}, "tls", "must be bool or record, not string"),
        ({"path": "a", "pth": "b"}, "pth", "no setting `pth`"),
        ({"path": "a", "rate": True}, "rate", "must be float"),
    ],
)
def test_a_wrong_setting_is_named(config: Mapping[str, object], key: str, words: str) -> None:
    with pytest.raises(ConfigError, match=words) as caught:
        complete("x", FIELDS, config)

    assert caught.value.key == key


@pytest.mark.parametrize("kind", connectors.names())
def test_every_connector_describes_itself(kind: str) -> None:
    found = connectors.get(kind)

    assert found.kind == kind
    assert found.doc.endswith(".")
    assert found.codec in ("required", "optional", "structured")
    assert (found.default_codec is None) == (found.codec != "optional")
    for field in found.fields:
        assert field.doc.endswith(".")
        assert not (field.required and field.default is not None)
        if field.default is not None:
            assert type_name(field.default) in field.type.split("|")


@pytest.mark.anyio
async def test_null_takes_everything_and_gives_nothing() -> None:
    connector = make("null", {})
    source, sink = source_of(connector), sink_of(connector)
    await source.open()

    with anyio.move_on_after(0.01) as scope:
        await source.pull()

    assert scope.cancelled_caught
    await sink.resume()
