"""Aggregates: what a select computes over the events of a window, one file per module (`stats::` `win::`).

Read `contract.py` first. `find("stats::hdr")` gives an `Aggregate`; its `init()` makes the state of one
group in one window. Tilt frames merge the state of the narrower window into the wider one's.
"""
