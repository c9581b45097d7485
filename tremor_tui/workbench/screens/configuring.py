"""Configuring: the settings of the selected node as a form; scripts and pipelines in the Script screen."""

from __future__ import annotations

from collections.abc import Sequence

from tremor_tui.control.editing import Configure, OutlinedNode, Place, Rename, Step
from tremor_tui.errors import ControlError
from tremor_tui.workbench import fields as forms
from tremor_tui.workbench.copying import CONNECTORS
from tremor_tui.workbench.screens.composer import Composer
from tremor_tui.workbench.screens.dialogs import Question
from tremor_tui.workbench.screens.form import Form
from tremor_tui.workbench.store import named


class Configuring(Composer):
    """What `e` and `o` do."""

    def act_edit(self) -> None:
        """Opens the settings of the selected node; of a script or pipeline its text in the Script screen."""
        node = self.store.node_of(self.store.node)
        if node is None:
            self.desk.say("no node is selected")
        elif node.kind in (*CONNECTORS, "operator", "select"):
            self.act_form()
        else:
            self._open_text()

    def _open_text(self) -> None:
        node, drawn = self.store.node_of(self.store.node), self.drawn()
        place = self._script_place() or (drawn and (drawn.defined or drawn.created))
        if isinstance(place, Place):
            self.desk.edit_place(place.path, place.line)
        elif node is not None:
            self.desk.edit_task(node.task or self.store.task)

    def _script_place(self) -> Place | None:
        """Where the script of the selected pipeline is, if it has one."""
        outline, (_, _, alias) = self.store.outline, self.store.node.partition("/")
        inside = outline.inside.get(alias) if outline and not self.store.inside else None
        return next(
            (node.defined for node in (inside.nodes if inside else ()) if node.kind == "script"), None
        )

    def act_form(self) -> None:
        """Opens the settings of the selected node as a form."""
        self.desk.work(self._form())

    async def _form(self) -> None:
        await self.composing.open_shown()
        listed = await self.composing.list_kinds()
        self.selected()
        node = self.drawn()
        if node is None:
            return
        kind = self.composing.kind_of(node) if node.kind not in ("pipeline", "script") else None
        title = f"{named(node.label or node.id)}  {node.kind} {named(node.detail)}"
        about = kind.doc if kind else "e opens its text in the Script screen"
        fields = forms.fields_of(kind, listed, node)
        answer = await self.app.push_screen_wait(Form(title, fields, about, node.fixed if kind else ""))
        if answer is not None:
            await self._configure(node, answer, everywhere=False)

    async def _configure(self, node: OutlinedNode, fields: Sequence[forms.Field], everywhere: bool) -> None:
        puts, name = tuple(forms.puts_of(fields)), forms.name_of(fields)
        steps: list[Step] = []
        if puts:
            steps.append(Configure(node.id, puts))
        if name and name != (node.label or node.id.rsplit("/", 1)[-1]):
            steps.append(Rename(node.id, name))
        if not steps:
            return
        try:
            await self.made(lambda: steps, everywhere)
        except ControlError as error:
            if everywhere or not node.shared:
                raise
            self._ask_everywhere(node, fields, str(error))

    def _ask_everywhere(self, node: OutlinedNode, fields: Sequence[forms.Field], words: str) -> None:
        others = ", ".join(named(one.rsplit("/", 1)[-1]) for one in node.shared)
        options = [("", "Leave it as it is", ""), ("all", f"Change {others} with it", "undo takes it back")]

        def answer(chosen: str | None) -> None:
            if chosen:
                self.desk.work(self._configure(node, fields, everywhere=True))

        self.app.push_screen(Question("Its definition makes other nodes too", [words], options), answer)
