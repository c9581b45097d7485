"""What completion knows of a place in a text: `place.py` reads the text, `samples.py` the events."""
