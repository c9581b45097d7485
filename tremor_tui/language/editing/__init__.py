"""Editing: what is done on a canvas, as changes of a text that leave all else in it byte for byte as it is.

The text is the single truth. Nothing here is printed anew but what is new: every change is a stretch of the
text and what stands there instead, found by the spans of the tree.

| file           | what is in it |
| `changes.py`   | a change; a text that remembers what it was made of, so that many changes become one list |
| `file.py`      | one text with its tree and places: lines, comments, what belongs to a statement |
| `batch.py`     | what one step changes in one file: statements in, statements out, stretches written over |
| `writing.py`   | new statements and values in the form of `fmt`; indentation that spares heredocs |
| `names.py`     | names for new nodes |
| `draft.py`     | all texts of a draft; what a name in them stands for, from the trees alone |
| `constants.py` | what an expression of a `with` is worth, where the text alone tells it |
| `inner.py`     | a pipeline's inside as nodes and edges, with the ids of the compiled graph |
| `flow.py`      | a flow as nodes and edges |
| `owners.py`    | which nodes a definition makes |
| `bodies.py`    | the texts of scripts, and the ports that events may leave by |
| `lacking.py`   | what a node lacks before it can run, what it should have |
| `picture.py`   | the picture as data |
| `outline.py`   | makes the picture |
| `editor.py`    | an edit under way; may this be changed? |
| `places.py`    | behind which statement a new one goes |
| `statements.py`| the texts of new statements, and copies of old ones |
| `flow_*.py`    | steps at flow level: add, links, nodes |
| `inner_*.py`   | the same inside a pipeline |
| `settings.py`  | what stands in a `with`, set and removed at its place |
| `configure.py` | steps that set what a node is made with, and scripts |

A step reads the views (`flow.py`, `inner.py`), collects its changes in a `Batch` and makes them; the next
step reads the new text. Rules for what stands around a change:

* A statement that goes takes the doc comments and the comments right above it along (lines without an empty
  line between), and the comment at the end of its last line. All other comments stay, in their order.
* A statement that comes stands behind the last of its kind, in the form of `fmt`, at the indentation there.
* A definition goes with the last node that it made. A block never gets empty, as it would not parse.
* A text that does not parse has a picture, and is not edited.
"""
