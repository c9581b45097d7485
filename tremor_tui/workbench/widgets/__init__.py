"""One file per widget. All but the editor are drawn by hand on `painted.py` and repaint what changed."""
