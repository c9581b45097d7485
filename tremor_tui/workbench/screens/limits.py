"""The limits of warnings as the fields of a form, and back. Pure."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from tremor_tui.control.limits import RULES, Limits, Rule
from tremor_tui.workbench.fields import Field


def fields_of(limits: Limits) -> list[Field]:
    """A field for each limit, in the unit in which it is written."""
    usual = Limits()
    return [_field(rule, getattr(limits, rule.field), getattr(usual, rule.field)) for rule in RULES]


def _field(rule: Rule, value: float, usual: float) -> Field:
    text = f"{value * rule.scale:g}"
    return Field(
        (rule.field, f"{rule.words} ({rule.unit})"),
        "float",
        f"Warns where {rule.about}.",
        f"{usual * rule.scale:g}",
        is_required=True,
        least=rule.least,
        most=rule.most,
        text=text,
        was=text,
    )


def limits_of(fields: Sequence[Field], before: Limits) -> Limits:
    """The limits that a form answered; those that it does not have stay as they were.

    Raises ValueError where a text is no number.
    """
    scales = {rule.field: rule.scale for rule in RULES}
    changed = {
        field.key[0]: float(field.text) / scales[field.key[0]] for field in fields if field.has_changed
    }
    return msgspec.structs.replace(before, **changed) if changed else before
