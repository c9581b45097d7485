"""Pool: worker processes, each asked and answering in lines of JSON."""

from __future__ import annotations

import select
import subprocess
import time
from collections.abc import Sequence
from types import TracebackType

import msgspec

from tremor_tui.bench.worker import Answer, Order
from tremor_tui.control.launch import python_command, python_environment
from tremor_tui.errors import ControlError

PATIENCE_S = 60.0
"""How long an answer may take beyond what the order itself takes."""
END_S = 1.0

_answers: msgspec.json.Decoder[Answer] = msgspec.json.Decoder(Answer)


class Pool:
    """Workers, started when they are first asked for; leaving it ends them."""

    def __init__(self) -> None:
        self._workers: list[subprocess.Popen[bytes]] = []

    def __enter__(self) -> Pool:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def ask(self, orders: Sequence[Order], takes_s: float = 0.0) -> list[Answer]:
        """The answers of as many workers as there are orders, asked at the same time.

        Raises ControlError where one ends, says nothing for too long, or tells of an error.
        """
        while len(self._workers) < len(orders):
            self._workers.append(_start())
        asked = self._workers[: len(orders)]
        for worker, order in zip(asked, orders, strict=True):
            _tell(worker, order)
        deadline = time.monotonic() + takes_s + PATIENCE_S
        answers = [_answer(worker, deadline) for worker in asked]
        for answer in answers:
            if answer.error:
                raise ControlError(answer.error, answer.hint)
        return answers

    def close(self) -> None:
        """Ends the workers: at the end of their stdin, or else by force."""
        for worker in self._workers:
            for pipe in (worker.stdin, worker.stdout):
                if pipe is not None:
                    pipe.close()
        deadline = time.monotonic() + END_S
        for worker in self._workers:
            try:
                worker.wait(max(0.0, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                worker.kill()
                worker.wait()
        self._workers.clear()


def _start() -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        python_command("tremor_tui.bench.worker"),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        bufsize=0,
        env=python_environment(),
    )


def _tell(worker: subprocess.Popen[bytes], order: Order) -> None:
    if worker.stdin is None:
        raise TypeError("a worker has no stdin")
    try:
        worker.stdin.write(msgspec.json.encode(order) + b"\n")
    except OSError:
        raise _ended(worker) from None


def _answer(worker: subprocess.Popen[bytes], deadline: float) -> Answer:
    if worker.stdout is None:
        raise TypeError("a worker has no stdout")
    text = b""
    while not text.endswith(b"\n"):
        if not select.select([worker.stdout], [], [], max(0.0, deadline - time.monotonic()))[0]:
            raise ControlError("a process that measures did not answer in time", "measure fewer flows")
        data = worker.stdout.read(1 << 16)
        if not data:
            raise _ended(worker)
        text += data
    return _answers.decode(text)


def _ended(worker: subprocess.Popen[bytes]) -> ControlError:
    return ControlError(f"a process that measures ended with status {worker.wait()}", "run it once more")
