"""A script is mended on live events in the real program: words are offered, a sample becomes a test.

Tests guard an apply, and the command line runs them, too.
"""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from tests.e2e.numbered import command, open_terminal, places

FLOW = """define flow orders
flow
  define connector tick from metronome with config = {"interval": 20000000} end;
  define connector nowhere from `null` with codec = "json" end;
  define pipeline enrich
  pipeline
    define script note
    script
      let event.kind = "tick";
      event
    end;
    create script note;
    select {"id": event.id} from in into note;
    select event from note into out;
    select event from note/err into err;
  end;
  create connector tick;
  create connector nowhere;
  create pipeline enrich;
  connect /connector/tick to /pipeline/enrich;
  connect /pipeline/enrich to /connector/nowhere;
end;
deploy flow orders;
"""


@pytest.mark.timeout(90)
@pytest.mark.parametrize(("columns", "rows"), [(80, 24), (120, 36)])
def test_a_script_is_mended_on_live_events_and_guarded_by_a_test(
    tmp_path: Path, columns: int, rows: int
) -> None:
    (tmp_path / "orders.troy").write_text(FLOW)
    with open_terminal(tmp_path, command("workbench", "orders.troy"), columns, rows) as terminal:
        terminal.wait_for("RUN", 20)
        terminal.send("4")
        terminal.wait_for("define script note")
        terminal.send(*["down"] * 8, "end")
        if columns < 100:
            terminal.send("f9")
        terminal.wait_for("20 out  0 err", 15)

        terminal.send("enter", "let a = event.")
        terminal.wait_for("in 20 of 20")
        terminal.send("tab", ";")
        terminal.wait_for("let a = event.id;")

        terminal.send("ctrl+t")
        terminal.wait_for("Make a test that expects")
        terminal.send("enter")
        terminal.wait_for("kept tests/note_to_out.test.json")
        terminal.send("f7")
        terminal.wait_for("Tests (1)  ✔ 1")

        terminal.send("up", "end", "ctrl+space")
        terminal.wait_for("│▌")
        terminal.send("esc")
        terminal.wait_until(lambda shown: "│▌" not in shown.text)
        terminal.send("enter", 'let event.kind = "other";')
        terminal.wait_for("20 changed" if columns >= 100 else 'kind: "tick"')
        terminal.send("f5")
        terminal.wait_for("fails; F5 again applies it anyway")
        terminal.wait_for('value.kind: expected "tick"')
        terminal.send("f5")
        terminal.wait_for("v2 live")

    (test,) = (tmp_path / "tests").iterdir()
    assert json.loads(test.read_bytes())["out"][0]["value"]["kind"] == "tick"
    ran = subprocess.run(
        command("test", "tests"),
        cwd=tmp_path,
        env=places(tmp_path),
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 1
    assert 'value.kind: expected "tick", got "other"' in ran.stdout
