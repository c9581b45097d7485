"""Commands that need no running engine, one file each."""
