"""Operators: what a node of a pipeline's graph does to the batches that reach it.

`contract.py` says what one must do. `passthrough.py`, `script.py`, `select.py` and, for selects with
windows, `windows.py` are what every pipeline is made of; the others are named by `define operator … from`.
"""
