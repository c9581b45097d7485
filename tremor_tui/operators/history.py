"""`debug::history`: notes in an event's metadata that it passed here."""

from __future__ import annotations

from collections.abc import Mapping

from tremor_tui.model.batch import Batch, Meta, Value
from tremor_tui.model.context import Context
from tremor_tui.model.port import OUT
from tremor_tui.operators.contract import Field, Operator, Outputs, Quiet, check_config, describe, operator

KIND = "debug::history"


class History(Quiet):
    """Appends `evt: OP(SOURCE:STREAM:ID:PULL)` to the list in the metadata under `name`.

    Events and pulls have the same number.
    """

    def __init__(self, op: str, name: str) -> None:
        super().__init__()
        self._op = op
        self._name = name

    def on_batch(self, port: str, batch: Batch) -> Outputs:
        """The events with one more note each."""
        metas: list[Meta | None] = [
            self._noted(
                batch.meta(row), f"evt: {self._op}({batch.source}:{batch.stream}:{event_id}:{event_id})"
            )
            for row, event_id in enumerate(batch.ids)
        ]
        made = batch.replace(range(len(batch)), batch.values, metas)
        made.raws = batch.raws
        return ((OUT, made),)

    def _noted(self, meta: Meta, note: str) -> Meta:
        notes = meta.get(self._name)
        if notes is not None and type(notes) is not list:
            return meta
        return {**meta, self._name: [*(notes or ()), note]}


describe(
    KIND,
    "Notes in an event's metadata that it passed here.",
    Field("op", "string", "What the note calls this place.", required=True, example="here"),
    Field(
        "name", "string", "The key of the metadata that the notes go to.", required=True, example="history"
    ),
)


@operator(KIND)
def make(config: Mapping[str, Value], ctx: Context) -> Operator:
    """Makes one. Raises ConfigError."""
    given = check_config(KIND, config)
    return History(given["op"], given["name"])
