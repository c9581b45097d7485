"""Data of stage 3: names resolved, constants known, a type and a span on every node.

`expr.py` and `script.py` are what scripts become; `query.py` is a pipeline's graph as data; `deploy.py`
says what to create and what to link. The back half of the compiler, the pipeline and the runtime read
these and never a syntax tree.
"""
