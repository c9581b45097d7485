"""Plane: what each command of `control/commands.py` does, by itself or by one of its parts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol, assert_never

import msgspec

from tremor_tui.control import commands as ask
from tremor_tui.control.snapshots import (
    Answer,
    Diagnosed,
    Done,
    EngineSnapshot,
    FlowFiles,
    Previewed,
)
from tremor_tui.engine.clients import ClientSession
from tremor_tui.engine.compiling.link import Diagnose, Draft, Drafted, Found, Where
from tremor_tui.engine.executors import link
from tremor_tui.engine.flows import Flows
from tremor_tui.engine.part import Part
from tremor_tui.engine.trials import refresh
from tremor_tui.errors import ControlError

LOOKING = (
    ask.Snapshot,
    ask.Watch,
    ask.Diagnose,
    ask.Compare,
    ask.ListFiles,
    ask.Preview,
)
MAX_SAMPLES = 1000


class Owner(Protocol):
    """What the plane needs of the engine itself."""

    def snapshot(self) -> EngineSnapshot: ...
    def keep(self, keep: bool) -> None: ...
    def end(self, deadline_s: float) -> None: ...


class Plane:
    """Checks a command, sends it where it belongs, and answers."""

    def __init__(
        self, owner: Owner, flows: Flows, log: Callable[[str], None], parts: Sequence[Part] = ()
    ) -> None:
        self._owner = owner
        self._parts = {kind: part for part in parts for kind in part.takes}
        self._looking: tuple[type[ask.Command], ...] = (
            *LOOKING,
            *(kind for part in parts for kind in part.looks),
        )
        self._flows = flows
        self._log = log

    async def answer(self, session: ClientSession, request: ask.Request) -> Answer:
        """The answer to a request. Raises TremorError where it is refused."""
        if session.hello and session.hello.read_only and not isinstance(request, self._looking):
            raise ControlError("this client may only look", "attach without --read-only")
        part = self._parts.get(type(request))
        if part is not None:
            return await part.answer(session, request)
        match request:
            case ask.Diagnose() | ask.Compare() | ask.Preview() | ask.ListFiles():
                return await self._compile(request)
            case ask.Keep(keep):
                self._owner.keep(keep)
                return Done("the engine goes on without clients" if keep else "the engine ends when unused")
            case ask.Shutdown(deadline_s):
                self._owner.end(_seconds(deadline_s))
                return Done("the engine ends")
            case ask.Snapshot():
                return await self._picture()
            case ask.Deploy() | ask.Apply() | ask.StopFlow() | ask.PauseFlow():
                return await self._flow(request)
            case _:
                raise ControlError(f"`{type(request).__name__}` is not for the plane to answer")

    async def _flow(self, request: ask.Deploy | ask.Apply | ask.StopFlow | ask.PauseFlow) -> Answer:
        match request:
            case ask.Deploy():
                _check_paths(request.path, request.base, *request.module_path, *request.texts)
                return await self._flows.deploy(request)
            case ask.Apply():
                _check_paths(*request.texts)
                return await self._flows.apply(request)
            case ask.StopFlow(alias, deadline_s):
                return await self._flows.stop(alias, _seconds(deadline_s))
            case ask.PauseFlow(alias, paused):
                return await self._flows.pause(alias, paused)
            case _:
                assert_never(request)

    async def _compile(self, request: ask.Diagnose | ask.Compare | ask.Preview | ask.ListFiles) -> Answer:
        compiling = self._flows.compiling
        match request:
            case ask.ListFiles(alias):
                return FlowFiles(alias, self._flows.get(alias).files)
            case ask.Compare():
                _check_paths(*request.texts)
                return await self._flows.compare(request)
            case ask.Preview():
                if len(request.samples) > MAX_SAMPLES or not 1 <= request.limit_ms <= 2000:
                    raise ControlError(f"a preview takes up to {MAX_SAMPLES} samples and 2000 ms")
                return await self._preview(request)
            case ask.Diagnose():
                _check_paths(request.path, request.base, *request.module_path, *request.texts)
                source = link.Texts(request.path, request.base, request.module_path, request.texts)
                return Diagnosed((await compiling.ask(self._job(source, request.flow), Found)).diagnostics)
            case _:
                assert_never(request)

    async def _preview(self, request: ask.Preview) -> Previewed:
        ask_for, limit = self._flows.compiling.ask, request.limit_ms
        draft = Draft(request.text, request.samples, limit, request.module_path, request.metas)
        if not request.flow:
            drafted = await ask_for(draft, Drafted)
            return Previewed(drafted.results, drafted.diagnostics)
        _check_paths(*request.texts)
        runs = self._flows.get(request.flow).source
        texts = msgspec.structs.replace(runs, texts=request.texts)
        where = request.flow, request.pipeline, request.node
        made = [
            await ask_for(msgspec.structs.replace(draft, where=Where(source, *where)), Drafted)
            for source in (texts, runs)
        ]
        return Previewed(made[0].results, made[0].diagnostics, made[1].results)

    def _job(self, source: link.Texts, alias: str) -> Diagnose:
        if not alias:
            return Diagnose(source)
        flow = self._flows.get(alias).source
        if flow.path == source.path:
            return Diagnose(source)
        return Diagnose(source, link.Texts(flow.path, flow.base, flow.module_path, source.texts))

    async def _picture(self) -> EngineSnapshot:
        """A fresh picture, or the last one of executors that do not answer at once."""
        await refresh(self._flows.executors)
        return self._owner.snapshot()

    async def client_left(self, session: ClientSession) -> None:
        """Ends what the parts keep for a client that has gone."""
        for part in dict.fromkeys(self._parts.values()):
            await part.client_left(session)


def _seconds(deadline_s: float) -> float:
    if not 0 <= deadline_s <= 3600:
        raise ControlError("a deadline is 0 to 3600 seconds")
    return deadline_s


def _check_paths(*paths: str) -> None:
    for path in paths:
        if not Path(path).is_absolute() or "\0" in path:
            raise ControlError(f"`{path}` is not an absolute path", "a client resolves paths before it asks")
