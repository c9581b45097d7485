"""Extractors: the tests inside `match`, such as `~ json||` or `~= dissect|%{a} %{b}|`."""
