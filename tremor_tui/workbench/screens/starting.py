"""Starting: what the options of the start screen do; the palette offers the same."""

from __future__ import annotations

import os
from collections.abc import Coroutine, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from tremor_tui.control.templates import TEMPLATES, Template
from tremor_tui.errors import TremorError
from tremor_tui.workbench.composing import Composing
from tremor_tui.workbench.fields import Field
from tremor_tui.workbench.screens.dialogs import Ask
from tremor_tui.workbench.screens.form import Form
from tremor_tui.workbench.screens.pick import Option, Pick, Picked
from tremor_tui.workbench.screens.start import QUICKSTART

if TYPE_CHECKING:
    from textual.app import App

FILE, PATH = ("file name",), ("path",)


class Room(Protocol):
    """What starting needs of the app."""

    base: str
    composing: Composing

    @property
    def is_attached(self) -> bool: ...
    def attach(self, engine: str) -> None: ...
    def show(self, view: str) -> None: ...
    def say(self, text: str) -> None: ...
    def work(self, coroutine: Coroutine[Any, Any, object]) -> None: ...
    def deploy(self, file: str) -> Coroutine[Any, Any, None]: ...
    def act_leave(self) -> None: ...


class Starting:
    """Takes options for the app; `ask` is the app too, as what dialogs are pushed on."""

    def __init__(self, app: Room, ask: App[Any]) -> None:
        self._app, self._ask = app, ask

    def take(self, option: str, engines: Sequence[str] = ()) -> None:
        """Does what an option is for."""
        app = self._app
        match option.partition(":"):
            case ("quickstart", _, _):
                app.work(app.deploy(QUICKSTART))
                app.show("flow")
            case ("template", _, name):
                self._begin(next(one for one in TEMPLATES if one.id == name))
            case ("templates", _, _):
                self._offer()
            case ("empty", _, _):
                self._empty()
            case ("open", _, _):
                self._ask.push_screen(Ask("Open a .troy file", "", "path, from this folder"), self._open)
            case ("attach", _, ""):
                self._choose(engines)
            case ("attach", _, engine):
                app.attach(engine)
                app.show("flow")
            case ("bench", _, _):
                if not app.is_attached:
                    app.attach("")
                app.show("bench")
            case ("back", _, _):
                app.show("flow")
            case _:
                app.act_leave()

    def _open(self, path: str | None) -> None:
        if path and path.strip():
            self._app.work(self._app.deploy(os.path.expanduser(path.strip())))

    def _choose(self, engines: Sequence[str]) -> None:
        if not engines:
            self._app.say("no other engine runs: `tremor-tui run FILE --detach` starts one")
            return
        options = [Option(f"attach:{name}", name, "an engine that runs already") for name in engines]
        self._ask.push_screen(Pick("Attach to a running engine", options), self._picked)

    def _picked(self, picked: Picked | None) -> None:
        if picked is not None:
            self.take(picked.id)

    # A new file

    def _empty(self) -> None:
        self._canvas(self._app.composing.free_name(), "")
        self._app.say("a adds the first node; nothing is written before F5 or ctrl+s")

    def _offer(self) -> None:
        options = [Option(f"template:{one.id}", one.title, one.shape, one.about) for one in TEMPLATES]
        self._ask.push_screen(Pick("Begin with a template", options), self._picked)

    def _begin(self, template: Template) -> None:
        name = Path(self._app.composing.free_name(f"{template.id}.troy")).name
        doc = "where the flow is saved, once F5 or ctrl+s does so"
        fields = [Field(FILE, "text", doc, is_required=True, text=name)]
        if template.asks:
            doc = f"{template.asks_for}; from the folder in which the workbench was started"
            fields.append(Field(PATH, "text", doc, is_required=True, text=self._path(template)))

        def filled(answer: list[Field] | None) -> None:
            if answer is not None:
                self._fill(template, answer)

        form = Form(f"{template.title}: {template.shape}", fields, template.about, proposed=True)
        self._ask.push_screen(form, filled)

    def _path(self, template: Template) -> str:
        """The path that is offered: that of the quickstart's log where it is there."""
        shipped = "pipelines/quickstart/access.log"
        is_log = template.id == "read_a_log" and Path(self._app.base, shipped).is_file()
        return shipped if is_log else template.asks

    def _fill(self, template: Template, fields: Sequence[Field]) -> None:
        texts = {field.key: field.text.strip() for field in fields}
        path = os.path.expanduser(texts.get(PATH, ""))
        try:
            file = self._app.composing.new_path(texts[FILE])
        except TremorError as error:
            self._app.say(f"{error} ({error.hint})" if error.hint else str(error))
            return
        self._canvas(file, template.text(path))
        words = "F5 shows what it does and starts it; nothing is written before"
        if path and not Path(self._app.base, path).exists():
            words = f"there is no {path} yet: it must be there before F5"
        self._app.say(words)

    def _canvas(self, path: str, text: str) -> None:
        app = self._app
        if not app.is_attached:
            app.attach("")
        app.composing.begin(path, text, "began with a template")
        app.show("flow")
        app.work(app.composing.list_kinds())
