"""From IR to Python text: `script.py` is the entry, `writer.py` the text with its map to spans."""
