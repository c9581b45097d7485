"""Interceptors: formats between bytes and frames, both directions of one format in one file."""
