"""Codecs: a frame to a value and back. `contract.py` says what one must do; every other file is one."""
