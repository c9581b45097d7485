"""Tremor event processing in Python, with a workbench in the terminal.

Read the rooms in the order in which data and texts meet them:

1. `errors`      what can go wrong for a user, as one tree
2. `model`       what flows: values, batches, ids, signals down, insights up
3. `control`     what a client may ask of an engine, and the pictures it gets back
4. `codecs`, `interceptors`, `functions`, `extractors`: the plug-ins that are pure functions;
   `registry` finds them by name
5. `operators`, `connectors`: what a node of a graph does; the doors to the outside
6. `language`    text to tokens, tree, IR, Python source and callables
7. `pipeline`    the graph of a query and how batches move through it
8. `runtime`     tasks and channels in one process, and who owns which state
9. `engine`      the supervisor process, its executors and its control server
10. `workbench`  the Textual program; it imports `control` and `errors` alone
11. `bench`      how fast events go through the runtime, measured with care
12. `cli`        the command line, which joins everything

A room imports downward only; `pyproject.toml` holds the contracts that check it.

Why the bones are as they are:

* Three things travel and they are three types: a `Batch` of events (data, down), a `Signal`
  (control, down) and an `Insight` (control, up), so that a wrong mixture cannot be built.
* The unit is the batch, a struct of arrays: two channel hops cost about as much as one dictionary
  look-up per event once a batch has 100 of them, and 80 times that when it has one.
* The middle is pure, the rim is async: codecs, operators, compiler and graph never await, so most of
  the system is tested without an event loop.
* Clients, engine and executors are processes that exchange frozen pictures. A terminal program that
  shares its loop with a busy engine takes a quarter of a second per key.
"""

__version__ = "0.1.0"
