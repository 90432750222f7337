"""What the README says is so: its commands exist, its configurations load, its Python runs, its tables are complete."""

from __future__ import annotations

import dataclasses
import re
import shlex
import shutil
import tomllib
from pathlib import Path

import pytest
import typer
from cli_tools import app
from PIL import Image

import fluidgrad
from fluidgrad import analysis, fields
from fluidgrad.analysis.budgets import MEANINGS
from fluidgrad.config import bodies, initial, load, particles, rheology, scalars, schema, sides, tables
from fluidgrad.config.outline import tables_in, tag_of
from fluidgrad.diagnostics import DIAGNOSTICS
from fluidgrad.plotting import LAYERS, PRESETS, THEMES
from fluidgrad.plotting.layers import read_layer

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
COMMANDS = typer.main.get_command(app).commands


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)


def configurations() -> list[dict]:
    """Every block of TOML: complete ones as they are, a piece in place of what the complete one before it has."""
    found: list[dict] = []
    complete: dict = {}
    for text in blocks("toml"):
        tables_given = tomllib.loads(text)
        if {"fluid", "boundaries", "time"} <= tables_given.keys():
            complete = tables_given
        found.append({**complete, **tables_given})
    return found


def commands() -> list[str]:
    """Every call of ``fluidgrad`` in a block of shell commands or within a sentence."""
    lines = [line for block in blocks("sh") for line in re.split(r"\n|&&", block)]
    lines += re.findall(r"`(fluidgrad [^`]*)`", README)
    return [line.strip() for line in lines if line.strip().startswith("fluidgrad ")]


@pytest.mark.parametrize("line", commands())
def test_a_command_is_one_that_is_understood(line):
    words = shlex.split(line, comments=True)[1:]
    if words not in (["--version"], ["--help"], ["--install-completion"]):
        COMMANDS[words[0]].make_context(words[0], words[1:])  # raises for a wrong name, option or value


def test_every_command_is_shown_with_every_option():
    shown = commands()
    for name, command in COMMANDS.items():
        lines = " ".join(line for line in shown if line.startswith(f"fluidgrad {name}"))
        options = [
            {option for option in (*parameter.opts, *parameter.secondary_opts) if option.startswith("--")}
            for parameter in command.params
        ]
        assert lines
        section = README if name in ("plot", "animate", "compare", "watch") else lines
        assert [forms for forms in options if forms and not any(form in section for form in forms)] == []


def test_the_two_lines_that_start_everything():
    lines = [line for block in blocks("sh") for line in block.splitlines()]
    assert 'pip install ".[all]" && fluidgrad run configs/lid_driven_cavity.toml' in lines
    assert 'pip install ".[test]" && pytest' in lines


@pytest.mark.parametrize("tables_given", configurations())
def test_a_configuration_loads(tables_given, monkeypatch):
    monkeypatch.chdir(ROOT / "configs")  # images are there
    assert load(tables_given)


def test_the_python_runs(tmp_path, monkeypatch, capsys):
    shutil.copytree(ROOT / "configs", tmp_path / "configs")
    monkeypatch.chdir(tmp_path)
    names: dict = {}
    known = set(fields.FIELDS)
    try:
        for block in blocks("python"):
            exec(compile(block, "README.md", "exec"), names)
    finally:
        for name in set(fields.FIELDS) - known:
            fields.remove(name)
    assert (tmp_path / "outputs" / "vortices" / "run.h5").exists()
    assert (tmp_path / "vortices.gif").exists()


def test_files_that_are_named_exist():
    named = re.findall(r"\]\(([^)#:]+)\)", README) + re.findall(
        r"`((?:configs|notebooks|tests)/[\w./]+\w)`", README
    )
    assert named
    assert [name for name in named if not (ROOT / name).exists()] == []


def test_groups_diagnostics_and_functions_are_all_named():
    functions = [name for name in analysis.__all__ if name.islower()]
    names = [*fields.GROUPS, *DIAGNOSTICS, *functions]
    assert [name for name in names if f"`{name}`" not in README] == []


def test_columns_of_bodies_and_scalars_are_named():
    both = next(given for given in configurations() if "bodies" in given and "scalars" in given)
    columns = fluidgrad.Simulation(load(both)).series_columns
    names = {re.sub("_(right|bottom|top)$", "_left", name) for name in columns}
    assert {"cylinder_drag", "temperature_nusselt_cylinder", "flow_left"} <= names
    assert [name for name in names if f"`{name}`" not in README] == []


STILL, MOVING = 200 * 1024, 900 * 1024
"""Bytes that a picture of the README may have."""


def test_pictures_are_small():
    named = re.findall(r"!\[[^]]+\]\(([^)]+)\)", README)
    largest = {name: MOVING if _frames(ROOT / name) > 1 else STILL for name in named}
    assert [name for name in named if (ROOT / name).stat().st_size > largest[name]] == []


def _frames(path: Path) -> int:
    with Image.open(path) as picture:
        return getattr(picture, "n_frames", 1)


def gallery() -> list[tuple[str, str]]:
    """Every picture of the gallery and the command that is given for it."""
    pictures = re.findall(r"!\[[^]]+\]\((outputs/gallery/[^)]+)\)", README)
    lines = [line for line in commands() if "outputs/gallery" in line]
    return [(picture, line) for picture in pictures for line in lines if line.endswith(f" -o {picture}")]


def test_every_picture_of_the_gallery_has_its_command():
    pictures = [picture for picture, _ in gallery()]
    assert pictures == re.findall(r"\((outputs/gallery/[^)]+)\)", README)
    assert sorted(pictures) == sorted(
        f"outputs/gallery/{path.name}" for path in (ROOT / "outputs/gallery").iterdir()
    )
    assert all(README.index(f"({picture})") < README.index(command) for picture, command in gallery())
    kinds = [command.split()[1] for _, command in gallery()]
    assert kinds.count("plot") >= 8
    assert kinds.count("animate") >= 2


@pytest.mark.parametrize(("picture", "command"), gallery())
def test_a_picture_of_the_gallery_is_that_of_its_command(picture, command):
    words = shlex.split(command)[1:]
    options = COMMANDS[words[0]].make_context(words[0], words[1:]).params
    assert str(options["output"]) == picture
    assert (_frames(ROOT / picture) > 1) == (words[0] == "animate")
    if "size" in options:
        with Image.open(ROOT / picture) as film:
            assert film.size == options["size"]
    config = load(ROOT / "configs" / f"{options['run'].name}.toml")
    assert options["run"].parts[0] == "outputs"
    names = [*(options.get("fields") or ()), *([options["field"]] if options.get("field") else ())]
    scalar_units = {scalar.name: (scalar.units, scalar.long_name) for scalar in config.scalars}
    assert [name for name in names if fields.find(name, scalar_units) is None] == []
    assert options["preset"] is None or options["preset"] in PRESETS
    assert all(read_layer(text) for text in options["layer"] or ())


def test_the_version_is_in_the_changelog():
    assert f"## [{fluidgrad.__version__}]" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


PLAIN = {
    "": schema.Config,
    "domain": tables.Domain,
    "fluid": tables.Fluid,
    "bodies": bodies.Solid,
    "bodies.motion": bodies.Motion,
    "bodies.reference": bodies.Reference,
    "scalars": scalars.Scalar,
    "buoyancy": scalars.Buoyancy,
    "forcing": tables.Forcing,
    "forcing.kolmogorov": tables.Kolmogorov,
    "forcing.random": tables.RandomForcing,
    "numerics": tables.Numerics,
    "time": tables.Time,
    "output": tables.Output,
    "statistics": tables.Statistics,
    "probes": tables.Probe,
    "particles": particles.ParticleSet,
}
CHOICES = {
    "boundaries.SIDE": sides.Side,
    "bodies": bodies.Body,
    "scalars.boundaries.SIDE": scalars.ScalarSide,
    "scalars.bodies": scalars.ScalarBody,
    "particles": particles.Particles,
    "fluid.model": rheology.Model,
    "domain.spacing_x": tables.Spacing,
    "initial": initial.Initial,
}
INSIDE = {sides.Boundaries, scalars.ScalarSides, initial.Vortex, initial.ShieldedVortex}
"""Tables that hold the sides, or stand in a setting of a choice."""


def test_every_table_is_in_one_of_the_two():
    def walk(table):
        found.add(table)
        for field in table.model_fields.values():
            for inner in set(tables_in(field.annotation)) - found:
                walk(inner)

    found: set = set()
    walk(schema.Config)
    variants = {table for union in CHOICES.values() for table in tables_in(union)}
    assert found - variants - INSIDE == set(PLAIN.values()) - {bodies.Solid, particles.ParticleSet}


def setting_rows() -> list[str]:
    """Rows of the README's table of settings, from their declarations."""
    rows = []
    for name, table in PLAIN.items():
        for key, field in table.model_fields.items():
            if not tables_in(field.annotation):
                rows.append(f"| `{name}{'.' if name else ''}{key}` | {_default(field)} | {_meaning(field)} |")
    return rows


def choice_rows() -> list[str]:
    """Rows of the README's table of types, cases and laws, from their declarations; what all variants of a table have
    is in the other one."""
    rows = []
    for name, union in CHOICES.items():
        common = PLAIN[name].model_fields if name in PLAIN else ()
        for table in tables_in(union):
            tag, value = tag_of(table)
            given = ", ".join(f"`{key}`" for key in table.model_fields if key != tag and key not in common)
            about = _plain(table.__doc__.splitlines()[0])
            rows.append(f'| `{name}` | `{tag} = "{value}"` | {given} | {about} |')
    return rows


def _default(field) -> str:
    if field.is_required():
        return "required"
    default = field.get_default(call_default_factory=True)
    if default is None:
        return ""
    text = str(list(default) if isinstance(default, tuple) else default)
    if isinstance(default, bool):
        text = text.lower()
    return f'`"{default}"`' if isinstance(default, str) else f"`{text}`"


def _meaning(field) -> str:
    unit = (field.json_schema_extra or {}).get("unit", "")
    return _plain(field.description + (f" [{unit}]" if unit else ""))


def _plain(text: str) -> str:
    """Text in which Markdown sees neither emphasis nor another column."""
    return text.replace("*", "\\*").replace("|", "\\|")


def _in_words(docstring: str) -> str:
    """A docstring as one line of Markdown."""
    text = re.sub(r":\w+:`~?(?:[\w.]+\.)?(\w+)`", r"`\1`", " ".join(docstring.split()))
    return text.replace("``", "`").replace("|", "\\|")


def field_rows() -> list[str]:
    """Rows of the README's table of fields."""
    rows = []
    for name, location, units, meaning, formula, source in fields.reference():
        about = f"{formula} ({source})" if source else formula
        rows.append(f"| `{name}` | {location} | {units} | {meaning} | {_plain(about)} |")
    return rows


def preset_rows() -> list[str]:
    """Rows of the README's table of presets."""
    return [f"| `{name}` | {preset.about} |" for name, preset in PRESETS.items()]


def layer_rows() -> list[str]:
    """Rows of the README's table of layers."""
    rows = []
    for name, layer in LAYERS.items():
        settings = ", ".join(f"`{one.name}`" for one in dataclasses.fields(layer))
        rows.append(f"| `{name}` | {settings} | {_in_words(layer.__doc__)} |")
    return rows


def style_rows() -> list[str]:
    """Rows of the README's table of styles."""
    return [f"| `{name}` | {theme.about} |" for name, theme in THEMES.items()]


def budget_rows() -> list[str]:
    """Rows of the README's table of the terms of budgets."""
    return [f"| `{name}` | {meaning} |" for name, meaning in MEANINGS.items()]


TABLES = {
    "settings": setting_rows(),
    "choices": choice_rows(),
    "fields": field_rows(),
    "presets": preset_rows(),
    "layers": layer_rows(),
    "styles": style_rows(),
    "budgets": budget_rows(),
}


@pytest.mark.parametrize("rows", TABLES.values(), ids=TABLES)
def test_the_tables_are_complete(rows):
    head = "|---" * (rows[0].count(" | ") + 1) + "|"
    assert "\n".join([head, *rows, ""]) in README
