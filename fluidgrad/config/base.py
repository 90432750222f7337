"""How a setting is declared: once, with its type, default, unit and description.

Validation, ``fluidgrad new``, the JSON Schema and the help texts all read these declarations.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainValidator,
    ValidationInfo,
    WithJsonSchema,
)
from pydantic_core import PydanticCustomError

from fluidgrad.expressions import Formula, FormulaError


class Table(BaseModel):
    """A table of settings: unknown names, texts or booleans for numbers, nan and inf are refused."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True, allow_inf_nan=False, defer_build=True)


def setting(description: str, *, unit: str = "", **declaration: Any) -> Any:
    """A setting with what a user needs to know; ``declaration`` is pydantic's: default, gt, ge, lt, le."""
    extra = {"unit": unit} if unit else None
    return Field(description=description, json_schema_extra=extra, **declaration)


def as_tuple(value: Any) -> Any:
    """TOML knows lists only; configurations are immutable."""
    return tuple(value) if isinstance(value, list) else value


def _formula_reader(variables: tuple[str, ...], number_allowed: bool):
    """A validator that reads a formula of ``variables`` and of the constants in the validation context.

    The text itself is kept: it is what is written back, and what makes two configurations equal.
    """

    def read(value: Any, info: ValidationInfo) -> float | str:
        if isinstance(value, str):
            constants = (info.context or {}).get("constants", {})
            try:
                Formula(value, variables, constants)
            except FormulaError as error:
                details = {"reason": str(error), "column": error.column}
                raise PydanticCustomError("formula", "{reason}", details) from None
            return value
        if number_allowed and isinstance(value, (int, float)) and not isinstance(value, bool):
            if not -1e308 < value < 1e308:
                raise PydanticCustomError("finite_number", "not finite")
            return float(value)
        what = f"{'a number or ' if number_allowed else ''}a formula of {', '.join(variables)} in quotes"
        raise PydanticCustomError("formula_type", "{what}", {"what": what})

    return read


def _formula_type(variables: tuple[str, ...], number_allowed: bool = True) -> tuple[Any, Any]:
    kinds = ["number", "string"] if number_allowed else ["string"]
    return PlainValidator(_formula_reader(variables, number_allowed)), WithJsonSchema({"type": kinds})


Pair = Annotated[tuple[float, float], BeforeValidator(as_tuple)]
"""Two numbers, along x and along y."""

Cells = Annotated[int, Field(ge=4, le=32768)]
CellPair = Annotated[tuple[Cells, Cells], BeforeValidator(as_tuple)]

Numbers = Annotated[tuple[float, ...], BeforeValidator(as_tuple)]
Names = Annotated[tuple[str, ...], BeforeValidator(as_tuple)]

InSpaceAndTime = Annotated[float | str, *_formula_type(("x", "y", "t"))]
"""A number or a formula of x, y and t."""

FormulaPair = Annotated[tuple[InSpaceAndTime, InSpaceAndTime], BeforeValidator(as_tuple)]

InSpace = Annotated[float | str, *_formula_type(("x", "y"))]
"""A number or a formula of x and y."""

InTime = Annotated[float | str, *_formula_type(("t",))]
"""A number or a formula of t."""

FormulaInSpace = Annotated[str, *_formula_type(("x", "y"), number_allowed=False)]
FormulaOfWavenumber = Annotated[str, *_formula_type(("k",), number_allowed=False)]

Direction = Literal["x", "y"]
