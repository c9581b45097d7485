"""The form of tremor 0.9: onramps, offramps, bindings and mappings in YAML, as one more front end.

`artefacts.py` reads the YAML, `urls.py` the ends of links, `ramps.py` says which of today's connectors a
ramp is and what becomes of its settings, `deployment.py` makes flows, `scripts.py` tells how to write today
what 0.9 wrote otherwise. *Onramp* and *offramp* live here only.

Each entry of the mapping becomes a flow; entries that share an instance become one flow, as in tremor 0.9
an instance is there once. Pipelines are today's trickle; what 0.9 wrote otherwise is refused with a hint.
"""
