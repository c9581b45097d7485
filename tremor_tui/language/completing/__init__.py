"""What completion knows of a place in a text: `place.py` reads the text, `samples.py` the events.

`settings.py` knows what a `with` may hold, `meaning.py` what a word stands for and `words.py` what keywords
mean. `paths.py` reads paths of a tree, `missing.py` says which of them samples lack.
"""
