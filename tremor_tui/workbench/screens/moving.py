"""Asks which executor a flow is moved to, and shows where flows run and why."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from tremor_tui.control import commands as do
from tremor_tui.control.snapshots import Done, EngineSnapshot
from tremor_tui.control.spreading import decisions, executor_line, flows_on
from tremor_tui.errors import ControlError, EngineLost
from tremor_tui.workbench.screens.dialogs import Menu, Question, TextDialog
from tremor_tui.workbench.screens.view import View
from tremor_tui.workbench.store import named
from tremor_tui.workbench.widgets.painted import Line

NO_OTHER = "this engine has one executor: start it with --executors 2 or more"


def show_executors(view: View) -> None:
    """Every executor, the last moves with their reasons, and why flows stay."""
    picture = view.store.picture
    if picture is None:
        view.desk.say("no engine is connected")
        return
    texts = [executor_line(picture, executor) for executor in picture.executors]
    told = list(decisions(picture))
    texts += ["", *told] if told else []
    if len(picture.executors) < 2:
        texts += ["", NO_OTHER]
    texts += ["", f"They run on {picture.placement.loop}."] if picture.placement.loop else []
    view.app.push_screen(TextDialog("Executors", [Line().add(named(text)) for text in texts]))


def ask_move(view: View, flow: str) -> None:
    """Offers the other executors for a flow."""
    picture = view.store.latest
    here = next((one for one in picture.flows if one.alias == flow), None) if picture else None
    if picture is None or here is None:
        view.desk.say("no flow runs here")
        return
    others = [one for one in picture.executors if one.id != here.executor]
    if not others:
        view.desk.say(NO_OTHER, "warning")
        return
    options = [(str(one.id), f"executor {one.id}", _told(picture, one.id)) for one in others]
    title = f"Move {named(flow)} from executor {here.executor} to"
    view.app.push_screen(Menu(title, options), partial(_chosen, view, flow))


def _told(picture: EngineSnapshot, number: int) -> str:
    executor = next(one for one in picture.executors if one.id == number)
    if executor.state == "waiting":
        return "runs no flow yet"
    flows = flows_on(picture, number)
    return f"{executor.cpu:.0%} of a core, {len(flows)} flow{'' if len(flows) == 1 else 's'}"


def _chosen(view: View, flow: str, number: str | None) -> None:
    if number:
        view.desk.work(_move(view, flow, int(number)))


async def _move(view: View, flow: str, number: int) -> None:
    """Moves it; where it cannot be handed over, asks whether it is to begin anew over there."""
    try:
        answer = await view.desk.session.ask(do.MoveFlow(flow, number))
    except EngineLost:
        raise
    except ControlError as error:
        if "cannot be handed over" not in error.message:
            raise
        _ask_anyway(view, flow, error.message, partial(_anyway, view, flow, number))
        return
    if isinstance(answer, Done):
        view.desk.say(answer.text)


def _ask_anyway(view: View, flow: str, why: str, then: Callable[[str | None], None]) -> None:
    sentences = [named(why), "It can be drained here and begin anew there: what it holds is lost then."]
    options = [
        ("no", f"leave {named(flow)} where it is", ""),
        ("yes", "drain it and begin it anew there", ""),
    ]
    view.app.push_screen(Question("It cannot be handed over", sentences, options), then)


def _anyway(view: View, flow: str, number: int, answer: str | None) -> None:
    if answer == "yes":
        view.desk.work(_force(view, flow, number))


async def _force(view: View, flow: str, number: int) -> None:
    answer = await view.desk.session.ask(do.MoveFlow(flow, number, anyway=True))
    if isinstance(answer, Done):
        view.desk.say(answer.text)
