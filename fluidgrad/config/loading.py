"""Loading a configuration: read, override, validate, check, fill in; every mistake is reported in one go."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Annotated, Any

from pydantic import TypeAdapter, ValidationError

from fluidgrad.config import messages
from fluidgrad.config.bodies import Reference
from fluidgrad.config.checks import CHECKS
from fluidgrad.config.draft import Draft
from fluidgrad.config.names import MAX_NAME, RESERVED_NAMES
from fluidgrad.config.overrides import apply
from fluidgrad.config.positions import Path
from fluidgrad.config.problems import Finding, InvalidConfigError, Problem
from fluidgrad.config.reading import Document, Source, read
from fluidgrad.config.scalars import scaled_viscosity
from fluidgrad.config.schema import Config
from fluidgrad.config.sides import SIDES, Side


def load(source: Source, overrides: Iterable[str] = ()) -> Config:
    """A checked configuration with all defaults filled in.

    Parameters
    ----------
    source : path of a TOML file, TOML text (a str with a line break), or a dict of the same structure.
    overrides : changes ``table.key=value``; the value is read as TOML if it can be, else as text.

    Raises
    ------
    InvalidConfigError : a :class:`fluidgrad.errors.ConfigError` with all mistakes, each with file, line,
        column, name, what is allowed and the nearest valid name.
    """
    document = read(source)
    document.overrides, problems = apply(document.data, overrides)
    context = {"constants": _constants(document.data), "folder": document.folder}
    config, findings = None, []
    try:
        config = Config.model_validate(document.data, context=context)
        draft = Draft.of(config)
    except ValidationError as error:
        findings = messages.findings(error)
        draft = _salvage(document.data, context, findings)
    findings += [finding for check in CHECKS for finding in check(draft)]
    problems += [document.problem(finding) for finding in findings]
    if config is None or problems:
        raise InvalidConfigError(_sorted(problems))
    return _filled_in(config, document)


def _sorted(problems: list[Problem]) -> list[Problem]:
    """Problems once each, in the order of the file, those of overrides last."""
    return sorted(dict.fromkeys(problems), key=lambda p: (p.source.startswith("--set"), p.line, p.column))


def _constants(data: dict[str, Any]) -> dict[str, float]:
    """Names that formulas may use; one with a wrong value is known all the same and reported as such."""
    table = data.get("constants")
    if not isinstance(table, dict):
        return {}
    return {name: _finite_number(value) for name, value in table.items()}


def _finite_number(value: Any) -> float:
    usable = isinstance(value, (int, float)) and not isinstance(value, bool) and abs(value) < 1e300
    return float(value) if usable else 1.0


def _salvage(data: dict[str, Any], context: dict[str, Any], findings: list[Finding]) -> Draft:
    """The tables that are valid by themselves, so that they are checked although others are not."""
    for finding in findings:
        if finding.at_key:
            _remove(data, finding.path)
    draft = Draft(constants=context["constants"])
    for name, field in Config.model_fields.items():
        if name in ("constants", "boundaries") or name not in data:
            continue
        if (value := _valid(field.annotation, field.metadata, data[name], context)) is not None:
            setattr(draft, name, value)
    draft.scalar_names = tuple(_names_in(data.get("scalars")))
    sides = data.get("boundaries")
    for side in SIDES:
        if isinstance(sides, dict) and side in sides:
            value = _valid(Side, [], sides[side], context)
            if value is not None:
                draft.sides[side] = value
    return draft


def _names_in(tables: Any) -> list[str]:
    """The names that stand in a list of tables, valid or not."""
    named = tables if isinstance(tables, list) else []
    names = [table.get("name") for table in named if isinstance(table, dict)]
    return [name for name in names if isinstance(name, str)]


def _remove(data: Any, path: Path) -> None:
    """Take out what is at a path, if anything is."""
    for part in path[:-1]:
        present = part in data if isinstance(data, dict) else isinstance(part, int)
        if not present:
            return
        data = data[part]
    if isinstance(data, dict):
        data.pop(path[-1], None)


def _valid(annotation: Any, metadata: list[Any], value: Any, context: dict[str, Any]) -> Any:
    """The value as its declared type, None if it is not valid."""
    adapter = TypeAdapter(Annotated[annotation, *metadata] if metadata else annotation)
    try:
        return adapter.validate_python(value, context=context)
    except ValidationError:
        return None


def _filled_in(config: Config, document: Document) -> Config:
    """With the defaults that depend on other settings or on the file: names and the output interval."""
    name = config.name or _safe_name(document.stem)
    every = config.output.every if config.output.every is not None else config.time.end / 10
    probes = tuple(
        probe.model_copy(update={"name": probe.name or f"probe{number}"})
        for number, probe in enumerate(config.probes, 1)
    )
    bodies = tuple(
        body.model_copy(
            update={"name": body.name or f"body{number}", "reference": body.reference or Reference()}
        )
        for number, body in enumerate(config.bodies, 1)
    )
    particles = tuple(
        one.model_copy(update={"name": one.name or f"particles{number}"})
        for number, one in enumerate(config.particles, 1)
    )
    output = config.output.model_copy(update={"every": every})
    fluid = config.fluid
    if fluid.scales is not None:
        fluid = fluid.model_copy(update={"viscosity": scaled_viscosity(fluid.scales, config.scalars)})
    filled = {"name": name, "fluid": fluid, "bodies": bodies, "output": output, "probes": probes}
    filled["particles"] = particles
    return config.model_copy(update=filled)


def _safe_name(stem: str) -> str:
    """A directory name from the name of a file."""
    name = re.sub(r"[^A-Za-z0-9._-]+", "_", stem).strip("._-")[:MAX_NAME]
    return "run" if name.lower() in ("", *RESERVED_NAMES) else name
