"""Stage 1: a text becomes one flat stream of tokens; comments are kept aside."""
