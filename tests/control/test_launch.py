"""Which engine a command talks to when none is named."""

from __future__ import annotations

import pytest

from tremor_tui.control import launch
from tremor_tui.control.launch import EngineInfo, running_engine
from tremor_tui.errors import ControlError

pytestmark = pytest.mark.anyio


@pytest.fixture
def engines(monkeypatch: pytest.MonkeyPatch) -> list[EngineInfo]:
    found: list[EngineInfo] = []

    async def find_engines() -> list[EngineInfo]:
        return found

    monkeypatch.setattr(launch, "find_engines", find_engines)
    return found


def engine(name: str) -> EngineInfo:
    return EngineInfo(name, 1, f"{name}.sock", "1")


async def test_a_name_that_was_given_is_taken(engines: list[EngineInfo]) -> None:
    assert await running_engine("mine") == "mine"


async def test_the_only_engine_needs_no_name(engines: list[EngineInfo]) -> None:
    engines.append(engine("workbench-7"))
    assert await running_engine() == "workbench-7"


async def test_of_several_the_local_one_is_taken(engines: list[EngineInfo]) -> None:
    engines += [engine("local"), engine("other")]
    assert await running_engine() == "local"


async def test_several_others_are_named_and_one_must_be_chosen(engines: list[EngineInfo]) -> None:
    engines += [engine("a"), engine("b")]
    with pytest.raises(ControlError, match="2 engines run: a, b"):
        await running_engine()


async def test_without_any_engine_the_hint_says_how_to_start_one(engines: list[EngineInfo]) -> None:
    with pytest.raises(ControlError) as caught:
        await running_engine()
    assert "tremor-tui server run" in caught.value.hint
