"""Commands that are clients of a running engine, one file each; they import the control plane alone."""
