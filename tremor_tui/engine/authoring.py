"""Authoring: the part of the plane that answers editors; the compile process does the work."""

from __future__ import annotations

import os
from pathlib import Path

import msgspec

from tremor_tui.control import authoring as ask
from tremor_tui.control.base import Command
from tremor_tui.control.commands import Request
from tremor_tui.control.snapshots import Answer, Diagnosed
from tremor_tui.engine.clients import ClientSession
from tremor_tui.engine.compiling import questions as job
from tremor_tui.engine.compiling.link import Found
from tremor_tui.engine.executors.link import Texts
from tremor_tui.engine.flows import Flows
from tremor_tui.errors import ControlError

TESTS = "tests"
"""The folder beside a flow's file that its tests are in."""
MAX_SAMPLES = 200


class Authoring:
    """Answers what `control/authoring.py` asks; none of it changes anything in the engine."""

    takes: tuple[type[Command], ...] = (
        ask.Complete,
        ask.Document,
        ask.CheckPaths,
        ask.MakeTest,
        ask.RunTests,
    )
    looks = takes

    def __init__(self, flows: Flows) -> None:
        self._flows = flows

    async def client_left(self, session: ClientSession) -> None:
        """Nothing is kept for a client."""

    async def answer(self, session: ClientSession, request: Request) -> Answer:
        """The answer to a request. Raises TremorError where it is refused."""
        compiling = self._flows.compiling
        match request:
            case ask.Complete(offset=offset, samples=samples, metas=metas):
                _check(samples)
                asked = job.Complete(_texts(request), offset, samples, metas)
                return await compiling.ask(asked, ask.Completed)
            case ask.Document(offset=offset):
                return await compiling.ask(job.Document(_texts(request), offset), ask.Documented)
            case ask.CheckPaths(line=line, samples=samples):
                _check(samples)
                found = await compiling.ask(job.CheckPaths(_texts(request), line, samples), Found)
                return Diagnosed(found.diagnostics)
            case ask.MakeTest():
                return await self._make(request)
            case ask.RunTests():
                return await self._run(request)
            case _:
                raise ControlError(f"`{type(request).__name__}` is not for an editor")

    async def _make(self, request: ask.MakeTest) -> ask.TestMade:
        runs = self._flows.get(request.flow).source
        running = await self._expected(request, runs)
        if running.problem:
            raise ControlError(f"no test: {running.problem}")
        folder = str(Path(runs.path).parent / TESTS)
        made = ask.TestMade(folder, running.name, ask.Expectation(running.text, running.outcome))
        if not request.texts:
            return made
        _check_paths(request.texts)
        draft = await self._expected(request, msgspec.structs.replace(runs, texts=request.texts))
        if draft.problem or draft.text == running.text:
            return msgspec.structs.replace(made, problem=draft.problem)
        return msgspec.structs.replace(
            made, name=draft.name, draft=ask.Expectation(draft.text, draft.outcome)
        )

    async def _expected(self, request: ask.MakeTest, source: Texts) -> job.Expected:
        asked = job.MakeTest(
            source,
            request.flow,
            request.pipeline,
            request.node,
            request.port,
            request.value,
            request.meta,
            request.ingest_ns,
        )
        return await self._flows.compiling.ask(asked, job.Expected)

    async def _run(self, request: ask.RunTests) -> ask.TestsRun:
        """Asks again for the tests that there was no time for, until all had their turn."""
        _check_paths(request.texts)
        source = msgspec.structs.replace(self._flows.get(request.flow).source, texts=request.texts)
        results: list[ask.TestResult] = []
        only = request.only
        while True:
            ran = await self._flows.compiling.ask(job.RunTests(source, request.flow, only), job.Tested)
            results += ran.results
            if not ran.left or not ran.results:
                return ask.TestsRun(tuple(results), ran.diagnostics)
            only = ran.left


def _texts(request: ask.Complete | ask.Document | ask.CheckPaths) -> Texts:
    _check_paths([request.path, request.base, *request.module_path, *request.texts])
    return Texts(request.path, request.base, request.module_path, request.texts)


def _check_paths(paths: dict[str, str] | list[str]) -> None:
    for path in paths:
        if not os.path.isabs(path) or "\0" in path:
            raise ControlError(f"`{path}` is not an absolute path", "a client resolves paths before it asks")


def _check(samples: tuple[str, ...]) -> None:
    if len(samples) > MAX_SAMPLES:
        raise ControlError(f"up to {MAX_SAMPLES} samples are looked at")
