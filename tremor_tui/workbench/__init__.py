"""The Textual workbench: compose, watch and change running flows. It imports `control` and `errors` alone.

`app.py` owns the client, the store and the screens. `store.py` keeps the latest picture and short
histories; it is the only state that widgets read. `draft.py` is a text being edited. `layout.py` places a
graph, `bottleneck.py` names the task that limits a flow, `colour.py` colours source as it is typed,
`terminal.py` restores the terminal on every way out and strips control characters from shown data. Hot
widgets are drawn by hand with `render_line` and repaint only what changed.
"""
