"""From Python text to callables, and from failures in them back to tremor source."""
