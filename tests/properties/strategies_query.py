"""Random syntax trees of trickle, troy and modules."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Any

from tests.properties.strategies import KEYS, SPAN, Grower, name, qualified, spanned
from tremor_tui.language.parse.parser import Start
from tremor_tui.language.tree import deploy as troy
from tremor_tui.language.tree import expr as tree
from tremor_tui.language.tree import query as trickle
from tremor_tui.language.tree import script as statements
from tremor_tui.language.tree.expr import Expr, Name, Node

OPERATORS = (
    ("passthrough", "passthrough"),
    ("generic", "batch"),
    ("generic", "counter"),
    ("grouper", "bucket"),
    ("qos", "backpressure"),
    ("qos", "percentile"),
    ("qos", "roundrobin"),
)
CONNECTORS = ("stdio", "file", "metronome", "bench", "exit", "null", "no_such")
AGGREGATES = (("count", 0), ("sum", 1), ("min", 1), ("max", 1), ("mean", 1), ("stdev", 1), ("hdr", 1))
USES = (("aggr", "stats"), ("aggr", "win"), ("std", "string"), ("std", "record"), ("tremor", "pipelines"))


def grown(random: Random) -> tuple[Start, Node]:
    """A whole file of any of the four kinds, more often a script."""
    start: Start = random.choice(("script", "script", "script", "query", "query", "deploy", "module"))
    grower = QueryGrower(random)
    grow: dict[str, Callable[[], Node]] = {
        "script": grower.script,
        "query": grower.query,
        "deploy": grower.deployment,
        "module": grower.module,
    }
    return start, grow[start]()


class QueryGrower(Grower):
    """Grows trees of queries, deployments and modules."""

    def __init__(self, random: Random, depth: int = 0) -> None:
        super().__init__(random, depth)
        self.defined: dict[str, list[str]] = {}
        self.nodes: list[str] = ["in", "out", "err"]
        self.flow: list[tuple[Any, str]] = []
        self.is_target = False

    # --- what all share -----------------------------------------------------------------------------

    def define(self, kind: str) -> Name:
        """The name of a new definition."""
        known = self.defined.setdefault(kind, [])
        label = f"{kind[0]}0" if self.slips() else f"{kind[0]}{len(known)}"
        known.append(label)
        return name(label)

    def defined_name(self, kind: str) -> Name:
        """The name of a definition that is there."""
        known = self.defined.get(kind, [])
        return self.fresh() if not known or self.slips() else name(self.one(known))

    def imports(self) -> tuple[statements.Use, ...]:
        chosen = self.random.sample(USES, self.random.randint(0, 3))
        self.used += [module for module in map("::".join, chosen) if module.startswith("std")]
        return tuple(
            statements.Use(statements.UseTree(tuple(map(name, names)), None, (), SPAN), SPAN)
            for names in chosen
        )

    def config(self) -> trickle.Config:
        key = self.one(("metrics_interval_s", "id", "unknown"))
        value = self.string(0) if key == "id" else tree.Scalar(self.one((1, 10)), SPAN)
        return trickle.Config(name(key), self.scalar() if self.slips() else value, SPAN)

    def configs(self) -> tuple[trickle.Config, ...]:
        return self.some(self.config, 0, 2) if self.often(0.1) else ()

    def argument(self) -> trickle.Argument:
        default = self.value(1) if self.often(0.8) else None
        return trickle.Argument(name(self.one("abc")), default, SPAN)

    def arguments(self) -> tuple[trickle.Argument, ...]:
        if not self.often(0.2):
            return ()
        return tuple(trickle.Argument(name(key), self.value(1), SPAN) for key in ("a", "b"))

    def setting(self, key: str, value: Expr) -> trickle.Setting:
        return trickle.Setting(name("wrong" if self.slips() else key), value, SPAN)

    def given(self) -> tuple[trickle.Setting, ...]:
        return (self.setting("a", self.value(1)),) if self.often(0.1) else ()

    # --- trickle ------------------------------------------------------------------------------------

    def query(self) -> trickle.Query:
        """A whole query."""
        config = self.configs()
        return trickle.Query(config, self.pipeline_body(), SPAN)

    def pipeline_body(self) -> tuple[Any, ...]:
        nodes, self.nodes = self.nodes, ["in", "out", "err"]
        head = [*self.imports(), *self.some(self.query_definition, 0, 2), *self.some(self.create_node, 0, 2)]
        selects = self.some(self.select, 0, 2)
        through = [self._link("in", node) for node in self.nodes[3:]]
        last = [self._link(node, "out") for node in self.nodes[3:]] or [self._link("in", "out")]
        self.nodes = nodes
        return (*head, *through, *selects, *last)

    def _link(self, source: str, target: str) -> trickle.Select:
        event = tree.Path(tree.KeywordRoot("event", SPAN), (), SPAN)
        ports = trickle.StreamPort(name(source), None, SPAN), trickle.StreamPort(name(target), None, SPAN)
        return trickle.Select(event, ports[0], (), None, None, ports[1], None, SPAN)

    def query_definition(self) -> Any:
        kinds = (self.window, self.operator, self.script_definition, self.pipeline)
        return self.one(kinds if self.depth > 1 else kinds[:3])()

    def window(self) -> trickle.DefineWindow:
        key = self.one(("size", "size", "interval", "max_groups"))
        size: list[tuple[str, int]] = [(key, self.one((1, 2, 10, 0)))]
        settings = [self.setting(key, tree.Scalar(count, SPAN)) for key, count in size]
        state = self.value(1) if self.often(0.1) else None
        tick = self.script_body("tick" if not self.slips() else "other") if self.often(0.1) else None
        script = self.script_body(None) if self.often(0.2) else None
        kind: Any = "sliding" if self.slips() else "tumbling"
        label = self.define("window")
        return trickle.DefineWindow(
            label, kind, tuple(settings), state, tick, script, self.docs(), SPAN, SPAN
        )

    def script_body(self, port: str | None) -> trickle.ScriptBody:
        body = self.inside(True, None, self.body)
        return trickle.ScriptBody(None if port is None else name(port), body, SPAN)

    def body(self) -> tuple[Any, ...]:
        """A script knows nothing of the query around it."""
        kept = self.used, self.functions, self.constants, self.is_target
        self.used, self.functions, self.constants, self.is_target = [], [], [], False
        made = super().body()
        self.used, self.functions, self.constants, self.is_target = kept
        return made

    def operator(self) -> trickle.DefineOperator:
        kind = ("no", "such") if self.slips() else self.one(OPERATORS)
        label = self.define("operator")
        settings: tuple[trickle.Setting, ...] = ()
        if kind[1] == "batch":
            settings = (self.setting("count", tree.Scalar(2, SPAN)),)
        args = self.arguments() if settings else ()
        return trickle.DefineOperator(label, qualified(*kind), args, settings, self.docs(), SPAN)

    def script_definition(self) -> trickle.DefineScript:
        args = self.arguments()
        state = self.value(1) if self.often(0.3) else None
        named = (self.script_body("side"),) if self.often(0.2) else ()
        script = self.script_body(None)
        return trickle.DefineScript(self.define("script"), args, state, named, script, self.docs(), SPAN)

    def pipeline(self) -> trickle.DefinePipeline:
        self.depth -= 1
        defined, self.defined = self.defined, {}
        args, config, body = self.arguments(), self.configs(), self.pipeline_body()
        self.defined = defined
        self.depth += 1
        ports = (name("in"),), (name("out"), name("err"))
        shown = ports if self.often(0.2) else (None, None)
        return trickle.DefinePipeline(
            self.define("pipeline"), shown[0], shown[1], args, config, body, self.docs(), SPAN
        )

    def create_node(self) -> Any:
        kinds = [kind for kind in ("operator", "script", "pipeline") if self.defined.get(kind)]
        if not kinds or self.often(0.2):
            return trickle.CreateStream(self._node(), SPAN)
        kind: Any = self.one(kinds)
        target = self.defined_name(kind)
        node = target if self.often(0.3) and target.text not in self.nodes else self._node()
        self.nodes += [] if node.text in self.nodes else [node.text]
        named = None if node is target else tree.QualifiedName((), target, SPAN)
        return spanned(
            trickle.Create, kind=kind, name=node, target=named, settings=self.given() if self.wrong else ()
        )

    def _node(self) -> Name:
        label = "in" if self.slips() else f"n{len(self.nodes)}"
        self.nodes.append(label)
        return name(label)

    def stream(self, first: int) -> trickle.StreamPort:
        label = "no_such" if self.slips() else self.one(self.nodes[first:] or ["in"])
        port = name(self.one(("out", "err", "in", "side"))) if self.slips() else None
        return trickle.StreamPort(name(label), port, SPAN)

    def select(self) -> trickle.Select:
        windows = self._windows()
        self.is_target = bool(windows)
        target = self.record(2) if self.often(0.5) else self.complex(2)
        self.is_target = False
        where = self._condition(2) if self.often(0.2) else None
        group = self.group(2) if self.often(0.4) else None
        having = self._condition(2) if self.often(0.2) else None
        source = self.one(["in", *self.nodes[3:]])
        into = "out" if source == self.nodes[-1] else self.one(["out", "err", self.nodes[-1]])
        into = "out" if into == "in" else into
        ports = trickle.StreamPort(name(source), None, SPAN), trickle.StreamPort(name(into), None, SPAN)
        if self.slips():
            ports = self.stream(0), self.stream(1)
        return trickle.Select(target, ports[0], windows, where, group, ports[1], having, SPAN)

    def _windows(self) -> tuple[tree.QualifiedName, ...]:
        if not self.defined.get("window"):
            return ()
        return self.some(lambda: tree.QualifiedName((), self.defined_name("window"), SPAN), 0, 2)

    def call(self, depth: int) -> Expr:
        """A call; of an aggregate too, where one may stand."""
        if not self.is_target or self.often(0.3):
            return super().call(depth)
        label, count = self.one(AGGREGATES)
        args = tuple(self.variable() for _ in range(count))
        return tree.Call(qualified("aggr", "stats", label), args, SPAN)

    def let(self, depth: int) -> statements.Let:
        kept, self.is_target = self.is_target, False
        made = super().let(depth)
        self.is_target = kept
        return made

    def group(self, depth: int) -> trickle.Group:
        pick = self.random.random()
        if pick < 0.5 or depth <= 0:
            return trickle.GroupExpr(self.operand(depth), SPAN)
        if pick < 0.7:
            return trickle.GroupEach(self.operand(depth), SPAN)
        return trickle.GroupSet(self.some(lambda: self.group(depth - 1), 1, 2), SPAN)

    # --- troy ---------------------------------------------------------------------------------------

    def deployment(self) -> troy.Deployment:
        """A whole deployment."""
        config, docs = self.configs(), self.docs()
        flows = self.some(self.define_flow, 1, 2)
        deploys = self.some(self.deploy_flow, 0, 2)
        return troy.Deployment(config, docs, (*self.imports(), *flows, *deploys), SPAN)

    def define_flow(self) -> troy.DefineFlow:
        defined, self.defined, self.flow = self.defined, {}, []
        args = self.arguments()
        definitions = [self.one((self.connector, self.pipeline))() for _ in range(self.random.randint(1, 3))]
        created = self.some(self.create_part, 1, 3)
        connects = self.some(self.connect, 0, 3)
        self.defined = defined
        body = (*self.imports(), *definitions, *created, *connects)
        return troy.DefineFlow(self.define("flow"), args, body, self.docs(), SPAN)

    def connector(self) -> troy.DefineConnector:
        kind = self.one(CONNECTORS if self.slips() else CONNECTORS[:2])
        config = tree.Record((), SPAN)
        if kind == "file":
            pairs = (("path", "/tmp/x"), ("mode", "read"))
            config = tree.Record(tuple(tree.Field(_text(k), _text(v), SPAN) for k, v in pairs), SPAN)
        settings = [self.setting("codec", _text(self.one(("json", "string"))))]
        settings += [self.setting("config", config)] if config.fields else []
        args = self.arguments()
        return troy.DefineConnector(
            self.define("connector"), name(kind), args, tuple(settings), self.docs(), SPAN
        )

    def create_part(self) -> trickle.Create:
        kinds = [kind for kind in ("connector", "pipeline") if self.defined.get(kind)]
        kind: Any = self.one(kinds)
        label = f"part{len(self.flow)}"
        self.flow.append((kind, label))
        target = tree.QualifiedName((), self.defined_name(kind), SPAN)
        return spanned(
            trickle.Create,
            kind=kind,
            name=name(label),
            target=target,
            settings=self.given() if self.wrong else (),
        )

    def connect(self) -> troy.Connect:
        source, target = self.one(self.flow), self.one(self.flow)
        if source[0] == target[0] == "connector":
            target = ("pipeline", target[1])
        return troy.Connect(self._endpoint(source), self._endpoint(target), SPAN)

    def _endpoint(self, part: tuple[Any, str]) -> troy.Endpoint:
        kind: Any = "pipeline" if self.slips() else part[0]
        port = name(self.one(("in", "out", "err", *KEYS))) if self.slips() else None
        return troy.Endpoint(kind, name(part[1]), port, SPAN)

    def deploy_flow(self) -> troy.DeployFlow:
        target = self.defined_name("flow")
        return troy.DeployFlow(
            target, None, self.given() if self.wrong else (), self.docs() if self.often(0.3) else (), SPAN
        )

    # --- modules ------------------------------------------------------------------------------------

    def module(self) -> troy.Module:
        """A whole module."""
        docs = self.docs()
        head = [*self.some(self.use, 0, 1), *self.some(self.declaration, 1, 3)]
        definitions = self.some(lambda: self.one((self.query_definition, self.connector))(), 0, 2)
        return troy.Module(docs, (*head, *definitions), SPAN)


def _text(value: str) -> tree.String:
    return tree.String((tree.Text(value, SPAN),), False, SPAN)
