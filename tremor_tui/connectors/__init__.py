"""Connectors: the doors to the outside, each one file with its source part, its sink part or both.

`contract.py` says what they must do and may return. The runtime's tasks call them; a connector knows no
channel, no batch size and no breaker.
"""
