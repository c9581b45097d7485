"""What completion knows of a place in a text: `place.py` reads the text, `samples.py` the events.

`paths.py` reads paths of a tree, `missing.py` says which of them samples lack, `words.py` what keywords mean.
"""
