"""What every answer is read as: unknown fields are ignored, and null is as if absent."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import BaseModel, ConfigDict, model_validator


class Wire(BaseModel):
    """The base of what comes over the wire. Its errors do not show the input."""

    model_config = ConfigDict(
        frozen=True,
        extra="ignore",
        coerce_numbers_to_str=True,
        hide_input_in_errors=True,
    )

    @model_validator(mode="before")
    @classmethod
    def _null_is_absent(cls, value: object) -> object:
        if not isinstance(value, Mapping):
            return value
        return {name: each for name, each in value.items() if each is not None}


def without_nulls(value: object) -> object:
    """Give a list without its nulls, and anything else as it is."""
    return [each for each in value if each is not None] if isinstance(value, list) else value


def folded(word: str) -> str:
    """Give a word of an enumeration in one spelling."""
    return word.strip().casefold()
