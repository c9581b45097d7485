"""Applying: what becomes of a running flow whose texts changed, and of a version that has to go back."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Callable, Sequence

import anyio.to_thread
import msgspec

from tremor_tui.control.commands import Apply
from tremor_tui.control.snapshots import Applied, FileText, Receipt, Severity
from tremor_tui.engine.compiling.link import FlowPlan
from tremor_tui.engine.deployed import OVER, Deployed, Version
from tremor_tui.engine.difference import compare
from tremor_tui.engine.executors.link import StartFlow, SwapFlow, Swapped, Texts
from tremor_tui.engine.shape import Shape, shape_of
from tremor_tui.engine.trials import Clock, Trial, Trials, refresh, restore
from tremor_tui.errors import ControlError, EngineLost

Notify = Callable[[str, Severity, str], None]


class Applying:
    """Puts versions live and takes them back; who calls has the flow's turn. `watch_ns` 0 watches none.

    `taps_ended` hears of taps whose edge is gone.
    """

    def __init__(
        self,
        log: Callable[[str], None],
        notify: Notify,
        clock: Clock,
        watch_ns: int,
    ) -> None:
        self.taps_ended: Callable[[Sequence[int]], None] = lambda taps: None
        self._log = log
        self._notify = notify
        self._clock = clock
        self._watch_ns = watch_ns

    async def apply(self, flow: Deployed, made: Version, request: Apply, trials: Trials) -> Applied:
        """Makes the flow what a version says, and has it watched."""
        accept, shape = request.accept, shape_of(flow.plan, made.plan)
        changed = changed_pipelines(flow.plan, made.plan)
        if not changed and not shape:
            return self._keep(flow, made, accept)
        if flow.gone and flow.gone.source.texts == made.source.texts:
            made, accept = dataclasses.replace(made, number=flow.gone.number), True
        earlier = flow.now()
        await refresh([flow.executor])
        judged = judged_tasks(flow.plan, made.plan, changed, shape)
        before, stalls = flow.tally.lately(judged), flow.stalls.lately()
        until, wall = self._clock.monotonic_ns(), self._clock.wall_ns()
        trial = Trial(earlier, judged, before, flow.tally.total(judged), until, wall, stalls)
        is_watched = not accept and bool(self._watch_ns)
        receipt = flow.last_apply = await self._try(flow, made, trial if is_watched else None, trials)
        self._log(f"applied version {flow.version} of {flow.alias}: {', '.join(changed) or 'its shape'}")
        if not is_watched:
            flow.say(f"v{flow.version} was applied and accepted{_left(receipt)}")
            return Applied((receipt,), f"v{flow.version} is accepted and not watched{_left(receipt)}")
        await self._begin_trial(flow, trials)
        flow.say(f"v{flow.version} was applied and is watched{_left(receipt)}")
        return Applied((receipt,), _left(receipt).removeprefix("; "))

    async def _try(self, flow: Deployed, made: Version, trial: Trial | None, trials: Trials) -> Receipt:
        """Puts a version live; where its executor ends by that, the one before begins anew with its texts."""
        flow.is_changing = True
        trials.begin()
        try:
            return await self.put_live(flow, made, trial)
        except EngineLost:
            flow.gone, flow.newest = made, max(flow.newest, made.number)
            why = f"v{made.number} went back to v{flow.version}: executor {flow.executor.number} ended by it"
            files = await anyio.to_thread.run_sync(restore, made.source.texts, flow.source.texts)
            flow.went_back = f"{why}; {files}" if files else why
            flow.last_apply = Receipt(
                flow.alias, flow.version, at_ns=time.time_ns(), went_back_from=made.number
            )
            raise ControlError(flow.went_back, "the flow begins anew as it was before") from None
        finally:
            flow.is_changing = False

    async def _begin_trial(self, flow: Deployed, trials: Trials) -> None:
        """Time counts from now; what came before the new version ran is not counted against it."""
        await refresh([flow.executor])
        if flow.trial is None:  # its executor has ended meanwhile
            return
        flow.trial = dataclasses.replace(
            flow.trial,
            start=flow.tally.total(flow.trial.judged),
            stalls=flow.stalls.total,
            until_ns=self._clock.monotonic_ns() + self._watch_ns,
            until_wall_ns=self._clock.wall_ns() + self._watch_ns,
        )
        trials.begin()

    def _keep(self, flow: Deployed, made: Version, accept: bool) -> Applied:
        """Answers an apply that changes nothing that runs; the same texts again accept what is watched."""
        if flow.trial and (accept or flow.source.texts == made.source.texts):
            flow.trial = None
            flow.say(f"v{flow.version} was accepted")
            self._log(f"{flow.alias} {flow.note}")
            return Applied((), f"v{flow.version} is accepted")
        flow.become(dataclasses.replace(made, number=flow.version))
        return Applied((), "nothing that runs has changed")

    async def put_live(self, flow: Deployed, made: Version, trial: Trial | None = None) -> Receipt:
        """Makes the running flow what a version says. Raises ControlError; it is as it was then."""
        pipelines = changed_pipelines(flow.plan, made.plan)
        result = await flow.executor.order(SwapFlow(made.source, flow.alias, pipelines, made.number))
        assert isinstance(result, Swapped)
        words = compare(flow.plan, made.plan).text
        flow.become(made)
        flow.trial = trial
        self.taps_ended(result.taps)
        return msgspec.structs.replace(
            result.receipt,
            flow=flow.alias,
            version=made.number,
            pipelines=pipelines,
            at_ns=time.time_ns(),
            words=words,
        )

    async def go_back(self, flow: Deployed, trial: Trial, why: str) -> None:
        """Puts the version that ran before `trial` live again, and its texts on disk."""
        failed = flow.now()
        try:
            if flow.state == "failed":
                receipt = await self._start_again(flow, trial.earlier)
            else:
                receipt = await self.put_live(flow, trial.earlier)
        except EngineLost:  # `lose` takes the version back, and the earlier one begins anew
            return
        except ControlError as error:
            flow.trial = None
            self._tell(flow, f"v{failed.number} cannot go back: {error.message}; {why}", "error")
            return
        flow.gone = failed
        texts = failed.source.texts, trial.earlier.source.texts
        files = await anyio.to_thread.run_sync(restore, *texts)
        # Last, for who reads this looks at the files next.
        flow.last_apply = msgspec.structs.replace(receipt, went_back_from=failed.number)
        text = f"v{failed.number} went back to v{flow.version}: {why}{_left(receipt)}"
        self._tell(flow, f"{text}; {files}" if files else text, "warning")

    async def _start_again(self, flow: Deployed, earlier: Version) -> Receipt:
        await flow.executor.order(StartFlow(earlier.source, flow.alias))
        flow.become(earlier)
        flow.trial, flow.picture, flow.error = None, None, ""
        return Receipt(flow.alias, earlier.number, at_ns=time.time_ns())

    def lose(self, flow: Deployed, reason: str) -> None:
        """Its executor ended while a version was watched: the one before begins anew, with its texts."""
        if flow.trial is None:
            return
        earlier = flow.trial.earlier
        failed = flow.take_back(flow.trial)
        flow.went_back = f"v{failed.number} went back to v{flow.version}: {reason} while it was watched"
        if files := restore(failed.source.texts, earlier.source.texts):
            flow.went_back += f"; {files}"
        flow.last_apply = Receipt(
            flow.alias, flow.version, at_ns=time.time_ns(), went_back_from=failed.number
        )

    def stay(self, flow: Deployed, why: str) -> None:
        """The version on trial is good."""
        flow.trial = None
        self._tell(flow, f"v{flow.version} stays: {why}", "info")

    def _tell(self, flow: Deployed, text: str, severity: Severity) -> None:
        flow.say(text)
        self._log(f"{flow.alias} {text}")
        self._notify(f"{flow.alias} {text}", severity, flow.alias)


def changed_pipelines(old: FlowPlan, new: FlowPlan) -> tuple[str, ...]:
    """The pipelines that differ between two plans, or are new."""
    return tuple(alias for alias, mark in new.pipelines.items() if old.pipelines.get(alias) != mark)


def judged_tasks(old: FlowPlan, new: FlowPlan, changed: Sequence[str], shape: Shape) -> tuple[str, ...]:
    """The pipelines, and connectors as `connector/ALIAS`, by whose failures the new version is judged.

    Those that do something else or have other links; what only moved in its text would water down the share
    that fails.
    """
    touched = shape.touched()
    others = [a for a in changed if _does(old, new, a)]
    pipelines = [a for a in new.pipelines if f"pipeline/{a}" in touched or a in others]
    sinks = [f"connector/{a}" for a in new.connectors if f"connector/{a}" in touched]
    return (*pipelines, *sinks) or tuple(changed)


def _does(old: FlowPlan, new: FlowPlan, alias: str) -> bool:
    """Whether a pipeline does something else now."""

    def doing(plan: FlowPlan) -> object:
        return sorted(n.mark for n in plan.nodes.get(alias, {}).values()), plan.wiring.get(alias)

    return doing(old) != doing(new)


def pinned(source: Texts, files: Sequence[FileText]) -> Texts:
    """The source with the texts of all of the user's files, whatever becomes of these."""
    return msgspec.structs.replace(source, texts={f.path: f.text for f in files if f.writable})


def is_over(flow: Deployed) -> bool:
    """Whether it has ended, or is gone with its executor."""
    return flow.state in OVER or flow.lost


def _left(receipt: Receipt) -> str:
    return f"; {receipt.left:,} events were left in what was removed" if receipt.left else ""
