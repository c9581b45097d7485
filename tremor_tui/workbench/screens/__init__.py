"""One file per screen: each arranges widgets, reads the store and says what its keys do.

Flow, Tasks, Script and Start are views in one Textual screen, so that status line, tabs and footer are drawn
once; help, menus, events and questions are modal screens above it.
"""
