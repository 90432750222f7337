"""Configurations that are right: defaults, round trips, overrides, spacing laws, templates, the schema."""

from __future__ import annotations

import json
import subprocess
import sys
import tomllib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fluidgrad.config import Config, InvalidConfigError, json_schema, load, template
from fluidgrad.config.examples import EXAMPLES
from fluidgrad.config.initial import Initial
from fluidgrad.config.outline import settings, tables_in, tag_of
from fluidgrad.errors import ConfigError

WALL = {"type": "wall"}
PERIODIC = {"type": "periodic"}
PERIODIC_BOX = {"left": PERIODIC, "right": PERIODIC, "bottom": PERIODIC, "top": PERIODIC}


def cavity(**tables) -> dict:
    """A small valid configuration, with tables replaced."""
    return {
        "domain": {"cells": [8, 8]},
        "fluid": {"viscosity": 0.01},
        "boundaries": {
            "left": WALL,
            "right": WALL,
            "bottom": WALL,
            "top": {"type": "moving wall", "velocity": 1},
        },
        "time": {"end": 2.0},
        **tables,
    }


def box(**tables) -> dict:
    """The same with periodic sides."""
    return cavity(boundaries=PERIODIC_BOX, **tables)


def test_defaults():
    config = load(cavity())
    assert config.domain.x == (0.0, 1.0) and config.domain.cells == (8, 8)
    assert config.boundaries.top.velocity == 1.0 and isinstance(config.boundaries.top.velocity, float)
    assert config.initial.case == "rest" and config.numerics.advection == "central"
    assert config.time.cfl == 0.5 and config.time.step is None
    assert config.output.every == pytest.approx(0.2) and config.output.fields == ()
    assert config.forcing.kolmogorov is None and config.probes == () and config.constants == {}
    assert (config.periodic_x, config.periodic_y) == (False, False)
    assert config.name == "run"


def test_viscosity_from_reynolds_number():
    assert load(cavity(fluid={"viscosity": 0.25})).nu == 0.25
    assert load(cavity(fluid={"reynolds": 200.0})).nu == 0.005
    assert load(cavity(fluid={"reynolds": 200, "speed": 2, "length": 3})).nu == pytest.approx(0.03)


def test_configurations_are_immutable():
    with pytest.raises(ValueError, match="frozen"):
        load(cavity()).time.end = 3.0


def test_name_comes_from_the_file(tmp_path):
    for file, name in (("my case-2.toml", "my_case-2"), ("latest.toml", "run"), ("é.toml", "run")):
        path = tmp_path / file
        path.write_text(load(cavity()).to_toml().replace('name = "run"', ""))
        assert load(path).name == name
        assert load(str(path)).name == name
    assert load(cavity(name="given")).name == "given"


def test_probes_are_numbered():
    config = load(cavity(probes=[{"x": 0.1, "y": 0.2}, {"name": "b", "x": 1, "y": 1}, {"x": 0, "y": 0}]))
    assert [probe.name for probe in config.probes] == ["probe1", "b", "probe3"]


def test_numpy_values_are_welcome():
    config = load(cavity(domain={"cells": np.array([8, 16]), "x": (np.float64(0), np.float32(2))}))
    assert config.domain.cells == (8, 16) and config.domain.x == (0.0, 2.0)


def test_source_is_left_alone():
    source = cavity()
    before = json.dumps(source)
    load(source, ["domain.cells=[16,16]", "output.figure=u"])
    assert json.dumps(source) == before


CASES = [
    {"case": "uniform", "u": 1, "v": -0.5},
    {"case": "taylor green", "wavenumber": 2, "mean": [1, 0.5]},
    {"case": "walsh eddies"},
    {"case": "double shear layer", "steepness": 80.0},
    {"case": "gaussian vortices", "vortices": [{"x": 0.5, "y": 0.5, "circulation": -1, "radius": 0.1}]},
    {"case": "shielded vortices", "vortices": [{"x": 0.5, "y": 0.5, "vorticity": -1, "radius": 0.1}]},
    {"case": "lamb-chaplygin dipole", "x": 0.5, "y": 0.5, "radius": 0.1, "speed": 1.0, "angle": 30},
    {"case": "turbulence", "spectrum": "k^4*exp(-k)", "seed": 7},
    {"case": "formula", "u": "U*sin(2*pi*y)", "v": 0},
    {"case": "streamfunction", "psi": "exp(-hypot(x - 0.5, y - 0.5))"},
    {"case": "run", "path": "outputs/other"},
    {"case": "rest"},
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["case"])
def test_every_initial_case_survives_writing_and_reading(case):
    config = load(box(initial=case, constants={"U": 1 / 3}, domain={"cells": [16, 16]}))
    assert load(config.to_toml()) == config


def test_all_initial_cases_are_tried_above():
    assert {case["case"] for case in CASES} == {tag_of(table)[1] for table in tables_in(Initial)}


ROUND_TRIPS = {
    "walls": cavity(),
    "reynolds": cavity(fluid={"reynolds": 1000.0, "speed": 0.1}),
    "fixed step": cavity(time={"end": 1, "step": 0.1}),
    "adaptive": cavity(time={"end": 1, "cfl": 1.2, "max_step": 0.1, "steady": 1e-9}),
    "tanh": cavity(domain={"cells": [8, 9], "spacing_x": {"law": "tanh", "fine": "low"}, "x": [-1, 1 / 3]}),
    "faces": cavity(
        domain={"cells": [4, 8], "spacing_x": {"law": "faces", "faces": [0, 0.1, 1 / 3, 0.6, 1]}}
    ),
    "forces": box(
        domain={"cells": [32, 32]},
        forcing={
            "force": ["sin(y)", 0.1],
            "pressure_gradient": [-1, 0],
            "drag": 0.1,
            "kolmogorov": {"direction": "y"},
            "random": {"wavenumber": 5.0},
        },
    ),
    "output": cavity(
        name="a.b-c_1",
        title='quotes " and \\ and \n é',
        output={
            "every": 1,
            "fields": ["vorticity", "pressure_gradient"],
            "compression": "gzip",
            "figure": "none",
        },
        probes=[{"x": 0.5, "y": 0.5}],
    ),
    "open": cavity(
        boundaries={
            "left": {"type": "inflow", "normal": "6*y*(1-y)*(1 + 0.1*sin(t))", "tangential": 0.1},
            "right": {"type": "outflow", "speed": 1},
            "bottom": {"type": "slip"},
            "top": {"type": "moving wall", "velocity": "x*t"},
        }
    ),
}


@pytest.mark.parametrize("source", ROUND_TRIPS.values(), ids=ROUND_TRIPS.keys())
def test_written_configuration_reads_back_equal(source):
    config = load(source)
    again = load(config.to_toml())
    assert again == config
    assert again.to_toml() == config.to_toml()


@given(
    end=st.floats(1e-6, 1e6),
    viscosity=st.floats(1e-300, 1e6),
    u=st.floats(-1e9, 1e9),
    title=st.text(max_size=30),
)
def test_numbers_and_texts_survive_to_the_last_bit(end, viscosity, u, title):
    title = "".join(c for c in title if not 0xD800 <= ord(c) < 0xE000)
    initial = {"case": "uniform", "u": u}
    config = load(cavity(time={"end": end}, fluid={"viscosity": viscosity}, initial=initial, title=title))
    assert load(config.to_toml()) == config


def test_text_forms():
    config = load(cavity(title="A <b>"))
    assert "8 x 8 cells" in repr(config) and len(repr(config)) < 600
    assert "A &lt;b&gt;" in config._repr_html_() and config._repr_html_().startswith("<table>")


def test_overrides():
    config = load(
        cavity(),
        [
            "domain.cells=[16, 4]",
            "boundaries.left.type=slip",
            'boundaries.top={type="slip"}',
            "boundaries.right = {type = 'moving wall', velocity = '2*y'}",
            "probes=[{x=0.5,y=0.25}]",
            "constants.a=2",
            "time.end=1",
            "time.end=3",
            "title=two words = one title",
            "output.figure=speed",
        ],
    )
    assert config.domain.cells == (16, 4) and config.time.end == 3.0
    assert [getattr(config.boundaries, side).type for side in ("left", "right", "top")] == [
        "slip",
        "moving wall",
        "slip",
    ]
    assert config.probes[0].y == 0.25 and config.constants == {"a": 2.0}
    assert config.title == "two words = one title" and config.output.figure == "speed"


def test_formula_with_constants():
    config = load(cavity(constants={"U": 3}, initial={"case": "formula", "u": "U*x", "v": 0}))
    assert config.formula(config.initial.u)(x=2.0, y=0.0, t=0.0) == 6.0
    assert config.formula(1.5)(x=2.0, y=0.0, t=0.0) == 1.5


def test_grid_faces():
    x, y = load(ROUND_TRIPS["faces"]).grid_faces()
    np.testing.assert_array_equal(x, [0, 0.1, 1 / 3, 0.6, 1])
    np.testing.assert_array_equal(y, np.arange(9) / 8)


@pytest.mark.parametrize("case", [None, *EXAMPLES])
def test_template_loads_as_it_is(case):
    text = template(case)
    config = load(text)
    assert config.title in text
    assert load(config.to_toml()) == config
    assert max(map(len, text.splitlines())) <= 110


def test_default_template_is_a_small_cavity():
    config = load(template())
    assert config.boundaries.top.type == "moving wall" and max(config.domain.cells) <= 64


def test_template_shows_every_setting():
    text = template()
    for name in settings():
        assert name.rpartition(".")[2] in text, name


def test_settings_in_the_template_work_when_uncommented():
    text = template("taylor green")
    for header in ("#[numerics]", "#[forcing]", "#[constants]", "#[[probes]]"):
        start = text.index(header)
        block, blank, rest = text[start:].partition("\n\n")
        text = text[:start] + "\n".join(map(_uncommented, block.splitlines())) + blank + rest
    config = load(text)
    assert config.probes[0].name == "centre" and config.constants == {"U": 1.0}
    assert config.numerics.diffusion == "explicit" and config.forcing.drag == 0.0


def _uncommented(line: str) -> str:
    return line[1:] if line.startswith("#") and not line.startswith("# ") else line


def test_template_of_an_unknown_case():
    with pytest.raises(ConfigError, match="did you mean 'taylor green'"):
        template("tailor green")


def test_every_setting_is_described():
    def walk(table):
        seen.add(table)
        for name, field in table.model_fields.items():
            assert field.description and field.description.endswith("."), name
            for inner in tables_in(field.annotation):
                assert inner.__doc__
                if inner not in seen:
                    walk(inner)

    seen = set()
    walk(Config)


def test_json_schema():
    jsonschema = pytest.importorskip("jsonschema")
    schema = json_schema()
    assert schema["$schema"].endswith("2020-12/schema")
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    for source in (*map(template, EXAMPLES), *(load(source).to_toml() for source in ROUND_TRIPS.values())):
        validator.validate(tomllib.loads(source))
    for mistake in (cavity(domain={"celss": [8, 8]}), cavity(domain={"cells": [2, 8]}), {}):
        assert not validator.is_valid(mistake)
    json.dumps(schema)
    assert "[m2 s-1]" in schema["$defs"]["Fluid"]["properties"]["viscosity"]["description"]


def test_import_is_light():
    code = (
        "import sys, fluidgrad.config; "
        "print(*(m for m in ('numba', 'scipy', 'h5py', 'matplotlib', 'xarray') if m in sys.modules))"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == ""


def test_error_holds_all_problems():
    with pytest.raises(InvalidConfigError) as caught:
        load(cavity(tim={}, time={"end": -1}))
    assert isinstance(caught.value, ConfigError) and caught.value.exit_code == 2
    assert [problem.key for problem in caught.value.problems] == ["time.end", "tim"]
