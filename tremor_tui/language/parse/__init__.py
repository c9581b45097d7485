"""Stage 2: tokens become the syntax tree, by tables made from `grammar.lark`."""
