"""The supervisor's letters: events that failed, kept over crashes and restarts until somebody sees to them.

`shelf.py`     the letters of an engine in memory: states, bounds, groups; what changes them are *records*
`records.py`   the records: a letter came, failed again, changed its state; failures that were not kept
`journal.py`   the records on disk, one line each with a checksum; `keeper.py` writes them, off the loop
`desk.py`      the Part that answers requests about letters
`sending.py`   one real replay: claim, write down the claim, send, wait for the end of it

A letter that was claimed and whose end nobody knows (its executor or this engine ended) is *uncertain*: it is
never sent again by itself. Up to 100 ms of failures are lost with an executor that is killed.
"""
