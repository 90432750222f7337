"""Bodies in configurations: what is read, what is stored, and every mistake at its line and column."""

from __future__ import annotations

import os
import tomllib

import numpy as np
import pytest
from test_silhouette import disc, png

from fluidgrad.assembly import bodies_of
from fluidgrad.config import InvalidConfigError, json_schema, load, template
from fluidgrad.config.outline import tables_in, tag_of
from fluidgrad.config.schema import Config

BASE = """\
[domain]
x = [0.0, 2.0]
y = [0.0, 1.0]
cells = [64, 32]
[fluid]
viscosity = 0.01
[boundaries]
left = {type = "inflow", normal = 1.0}
right = {type = "outflow"}
bottom = {type = "wall"}
top = {type = "wall"}
[constants]
r = 0.15
[time]
end = 4.0
"""
HEAD = BASE.count("\n")
CIRCLE = 'shape = "circle"\nx = 0.5\ny = 0.5\nradius = 0.1\n'


def text(*bodies: str) -> str:
    return BASE + "".join(f"[[bodies]]\n{body}" for body in bodies)


def problems(source):
    with pytest.raises(InvalidConfigError) as caught:
        load(source)
    return caught.value.problems


def test_bodies_get_names_and_references():
    config = load(
        text(CIRCLE, CIRCLE.replace("0.5", "0.8") + 'name = "b"\n[bodies.reference]\nspeed = 2.0\n')
    )
    assert [body.name for body in config.bodies] == ["body1", "b"]
    assert [(b.reference.speed, b.reference.length) for b in config.bodies] == [(1.0, 1.0), (2.0, 1.0)]
    assert config.summary()["bodies"] == "body1 (circle), b (circle)"
    assert "bodies" not in load(BASE).summary()


SHAPES = {
    "circle": "x = 0.5\ny = 0.5\nradius = 0.2",
    "ellipse": "x = 0.5\ny = 0.5\nsemi_axes = [0.4, 0.2]\nangle = 30",
    "rectangle": "x = 0.5\ny = 0.5\nwidth = 0.5\nheight = 0.2\nangle = 10",
    "regular polygon": "x = 0.5\ny = 0.5\nradius = 0.3\nsides = 5",
    "polygon": "points = [[0.2, 0.2], [0.8, 0.3], [0.5, 0.5], [0.6, 0.9]]",
    "naca": 'digits = "2412"\nx = 0.2\ny = 0.5\nchord = 1.2\nangle = 5',
    "half-plane": "x = 0.0\ny = 0.2\nangle = 90",
    "constriction": 'side = "top"\nat = 1.0\nwidth = 0.8\nheight = 0.3',
    "image": 'file = "disc.png"\nx = 1.0\ny = 0.5\nwidth = 0.8',
    "formula": 'distance = "(x - 1)^2 + (y - 0.5)^2 - r^2"',
    "union": 'parts = [{shape = "circle", x = 0.5, y = 0.5, radius = 0.2}, '
    '{shape = "half-plane", x = 0, y = 0.2, angle = 90}]',
    "intersection": 'parts = [{shape = "circle", x = 0.5, y = 0.5, radius = 0.2}, '
    '{shape = "half-plane", x = 0, y = 0.5, angle = 90, outside = true}]',
    "difference": 'parts = [{shape = "circle", x = 0.5, y = 0.5, radius = 0.3}, {shape = "union", '
    'parts = [{shape = "circle", x = 0.5, y = 0.8, radius = 0.2}]}]',
}
INSIDE = {"polygon": (0.5, 0.4), "half-plane": (1.0, 0.1), "constriction": (1.0, 0.9), "image": (1.0, 0.5),
          "formula": (1.0, 0.5), "difference": (0.5, 0.4), "intersection": (0.5, 0.6)}  # fmt: skip


def test_all_shapes_are_tried_below():
    assert list(SHAPES) == [tag_of(table)[1] for table in tables_in(Config.model_fields["bodies"].annotation)]


@pytest.mark.parametrize("shape", SHAPES)
def test_every_shape_is_read_built_and_written_back(shape, tmp_path):
    png(tmp_path / "disc.png", disc(60, 20.0))
    path = tmp_path / "a.toml"
    path.write_text(text(f'shape = "{shape}"\n{SHAPES[shape]}\n[bodies.motion]\nangle = 0.1\n'))
    config = load(path)
    assert load(config.to_toml()) == config
    (body,) = bodies_of(config)
    assert body.name == "body1"
    assert body.motion.pivot == tuple(body.shape.centre)
    assert body.distance(*INSIDE.get(shape, (0.5, 0.5)), 0.0) < -0.02
    assert body.distance(1.9, 0.5, 0.0) > 0.1
    closed = BASE.replace('"inflow", normal = 1.0', '"wall"').replace('"outflow"', '"wall"')
    path.write_text(closed + f'[[bodies]]\noutside = true\nshape = "{shape}"\n{SHAPES[shape]}')
    opposite = load(path)
    assert bodies_of(opposite)[0].distance(1.9, 0.5, 0.0) < -0.1


def test_an_image_is_found_from_the_folder_of_the_file_and_from_a_stored_configuration(tmp_path, monkeypatch):
    (tmp_path / "configs").mkdir()
    (tmp_path / "run").mkdir()
    png(tmp_path / "configs" / "disc.png", disc(60, 20.0))
    path = tmp_path / "configs" / "a.toml"
    path.write_text(text(f'shape = "image"\n{SHAPES["image"]}\n'))
    monkeypatch.chdir(tmp_path)
    config = load("configs/a.toml")
    assert config.bodies[0].file == str(tmp_path / "configs" / "disc.png")
    stored = tmp_path / "run" / "config.toml"
    stored.write_text(config.to_toml())
    monkeypatch.chdir(tmp_path / "run")
    assert load(stored) == config.model_copy(update={"name": "a"})
    assert problems(path.read_text())[0].message == f"no such file: {tmp_path / 'run' / 'disc.png'}"
    monkeypatch.chdir(tmp_path / "configs")
    assert load(tomllib.loads(path.read_text())).bodies == config.bodies
    assert os.path.isabs(config.bodies[0].file)


def test_a_motion_of_formulas_with_constants():
    motion = bodies_of(load(text(CIRCLE + '[bodies.motion]\nx = "r*t"\ny = 0.1\npivot = [1, 1]\n')))[0].motion
    assert motion.displacement(2.0) == (0.3, 0.1, 0.0)
    assert motion.pivot == (1.0, 1.0)
    assert motion.velocity(4.0).x == pytest.approx(0.15)


# a body; line (after the base) and column, key and words of what is wrong with it
BLOCK = 'shape = "rectangle"\nx = 0.5\ny = 0.5\nwidth = 0.3\nheight = 0.2\n'
MISTAKES = [
    ('shape = "circl"\n', 2, 9, "bodies[0].shape", ["did you mean 'circle'", "'half-plane'"]),
    ("x = 1.0\n", 1, 1, "bodies[0].shape", ["missing", "'constriction'"]),
    (CIRCLE + "sides = 3\n", 6, 1, "bodies[0].sides", ["unknown", "belongs to shape 'regular polygon'"]),
    (CIRCLE + "radis = 3\n", 6, 1, "bodies[0].radis", ["did you mean 'radius'"]),
    (CIRCLE.replace("0.1", "-0.1"), 5, 10, "bodies[0].radius", ["greater than 0, found -0.1", "in m"]),
    (CIRCLE.replace("0.1", "nan"), 5, 10, "bodies[0].radius", ["finite"]),
    (CIRCLE.replace("0.1", "0.03"), 1, 1, "bodies[0]", ["0.06 m", "0.03125 x 0.03125 m", "2 cells", "0.0625 m"]),
    (CIRCLE.replace("0.1", "5"), 1, 1, "bodies[0]", ["covers the whole domain"]),
    (CIRCLE.replace("x = 0.5", "x = 3"), 1, 1, "bodies[0]", ["entirely outside", "0.9 m"]),
    (CIRCLE + "outside = 1\n", 6, 11, "bodies[0].outside", ["found 1"]),
    (CIRCLE + 'name = "a b"\n', 6, 8, "bodies[0].name", ["no safe name"]),
    (BLOCK.replace("0.2", "0.05"), 1, 1, "bodies[0]", ["0.05 m", "0.0625 m"]),
    ('shape = "ellipse"\nx = 1\ny = 0\nsemi_axes = [0.2, 0]\n', 5, 19, "bodies[0].semi_axes[1]", ["greater than 0"]),
    ('shape = "polygon"\npoints = [[0, 0], [1, 1]]\n', 3, 10, "bodies[0].points", ["at least 3 points, found 2"]),
    (
        'shape = "polygon"\npoints = [[0, 0], [1, 1], [0.5]]\n',
        3,
        27,
        "bodies[0].points[2]",
        ["too few values, found 1"],
    ),
    (
        'shape = "polygon"\npoints = [[0.1, 0.1], [0.5, 0.5], [0.5, 0.1], [0.1, 0.5]]\n',
        3,
        35,
        "bodies[0].points[2]",
        ["from point 2 to 3 meets the one from point 0 to 1", "must not cross"],
    ),
    (
        'shape = "polygon"\npoints = [[0.1, 0.1], [0.5, 0.5], [0.5, 0.5], [0.1, 0.5]]\n',
        3,
        35,
        "bodies[0].points[2]",
        ["point 2 is the same as point 1"],
    ),
    ('shape = "naca"\nx = 0.2\ny = 0.5\ndigits = "12"\n', 5, 10, "bodies[0].digits", ["four digits"]),
    ('shape = "naca"\nx = 0.2\ny = 0.5\ndigits = "2012"\n', 5, 10, "bodies[0].digits", ["place in tenths"]),
    ('shape = "formula"\ndistance = "hypot(x, y"\n', 3, 23, "bodies[0].distance", ["expected ')'"]),
    ('shape = "formula"\ndistance = "x - t"\n', 3, 17, "bodies[0].distance", ["unknown name 't'"]),
    ('shape = "formula"\ndistance = "x + 1"\n', 3, 12, "bodies[0].distance", ["nowhere zero"]),
    ('shape = "formula"\ndistance = "sqrt(x - 1)"\n', 3, 12, "bodies[0].distance", ["not finite at x="]),
    ('shape = "image"\nfile = "no.png"\nx = 1\ny = 0.5\nwidth = 1\n', 3, 8, "bodies[0].file", ["no such file"]),
    ('shape = "image"\nfile = ""\nx = 1\ny = 0.5\nwidth = 1\n', 3, 8, "bodies[0].file", ["at least 1 characters"]),
    (
        'shape = "constriction"\nside = "buttom"\nat = 1\nwidth = 1\nheight = 0.2\n',
        3,
        8,
        "bodies[0].side",
        ["did you mean 'bottom'"],
    ),
    (
        'shape = "constriction"\nside = "top"\nat = 1\nwidth = 1\nheight = 0.05\n',
        1,
        1,
        "bodies[0]",
        ["0.05 m where", "at least 2 cells"],
    ),
    ('shape = "union"\nparts = []\n', 3, 9, "bodies[0].parts", ["at least 1 values, found 0"]),
    (
        'shape = "union"\nparts = [{shape = "circle", x = 1, y = 0.5, radius = 0.2, radus = 1}]\n',
        3,
        59,
        "bodies[0].parts[0].radus",
        ["did you mean 'radius'"],
    ),
    (
        'shape = "union"\nparts = [{shape = "circle", x = 1, y = 0.5, radius = 0.2, name = "a"}]\n',
        3,
        59,
        "bodies[0].parts[0].name",
        ["belongs to the whole body"],
    ),
    (
        'shape = "union"\n[[bodies.parts]]\nshape = "union"\n[[bodies.parts.parts]]\nshape = "naca"\nx = 1\ny = 0.5\n'
        'digits = "00"\n',
        9,
        10,
        "bodies[0].parts[0].parts[0].digits",
        ["four digits"],
    ),
    (CIRCLE + '[bodies.motion]\nx = "x"\n', 7, 6, "bodies[0].motion.x", ["unknown name 'x'"]),
    (CIRCLE + '[bodies.motion]\nangle = "1/(t - 2)"\n', 7, 9, "bodies[0].motion.angle", ["not finite at t=2"]),
    (CIRCLE + '[bodies.motion]\nx = "t"\n', 6, 9, "bodies[0].motion", ["'body1' meets the right side at t = 1.406 s"]),
    (CIRCLE + '[bodies.motion]\npivot = [1]\n', 7, 9, "bodies[0].motion.pivot", ["too few values"]),
    (CIRCLE + "[bodies.reference]\nspeed = 0\n", 7, 9, "bodies[0].reference.speed", ["greater than 0"]),
]  # fmt: skip


@pytest.mark.parametrize(("body", "line", "column", "key", "words"), MISTAKES)
def test_a_mistake_is_reported_at_its_place(body, line, column, key, words):
    (problem,) = problems(text(body))
    assert (problem.line - HEAD, problem.column, problem.key) == (line, column, key)
    for word in words:
        assert word in problem.message


def test_names_are_given_once():
    (problem,) = problems(text(CIRCLE, CIRCLE.replace("0.5", "0.8") + 'name = "body1"\n'))
    assert (problem.line - HEAD, problem.key) == (11, "bodies[1].name")
    assert "already the name of bodies[0]" in problem.message


def test_bodies_together_leave_some_fluid():
    half = 'shape = "half-plane"\nx = 1.0\ny = 0.5\nangle = {}\n'
    (problem,) = problems(text(half.format(0), half.format(180)))
    assert (problem.line - HEAD, problem.key) == (1, "bodies")
    assert "cover the whole domain together" in problem.message


def test_implicit_viscosity_is_refused():
    source = text(CIRCLE) + '[numerics]\ndiffusion = "implicit"\n'
    (problem,) = problems(source)
    assert (problem.line - HEAD, problem.column, problem.key) == (7, 13, "numerics.diffusion")
    assert "use 'explicit'" in problem.message


def test_all_mistakes_are_reported_at_once():
    found = problems(text(CIRCLE.replace("0.1", "0.001"), 'shape = "naca"\nx = 5.0\ny = 0.5\ndigits = "0"\n'))
    assert [problem.key for problem in found] == ["bodies[0]", "bodies[1].digits"]


def test_a_small_body_between_the_samples_of_a_fine_grid_is_found():
    fine = BASE.replace("[64, 32]", "[4096, 2048]")
    config = load(fine + "[[bodies]]\n" + CIRCLE.replace("0.1", "0.001").replace("x = 0.5", "x = 0.5003"))
    assert config.bodies[0].radius == 0.001


def test_thickness_is_compared_with_the_cells_around_the_body():
    stretched = BASE.replace("[fluid]", '[domain.spacing_x]\nlaw = "tanh"\nfine = "low"\n[fluid]')
    thin = 'shape = "rectangle"\nx = {}\ny = 0.5\nwidth = 0.07\nheight = 0.3\n'
    assert load(stretched + "[[bodies]]\n" + thin.format(0.3))
    (problem,) = problems(stretched + "[[bodies]]\n" + thin.format(1.8))
    assert "0.07 m where the cells are 0.06" in problem.message


@pytest.mark.parametrize(("x", "side"), [(0.0, "left side, an inflow"), (2.0, "right side, an outflow")])
def test_sides_that_fluid_passes_stay_open(x, side):
    plug = 'shape = "rectangle"\nx = {}\ny = 0.5\nwidth = 0.4\nheight = {}\n'
    (problem,) = problems(text(plug.format(x, 1.2)))
    assert side in problem.message
    assert load(text(plug.format(x, 0.5)))


def test_a_body_may_leave_through_a_periodic_side():
    periodic = BASE.replace('"inflow", normal = 1.0', '"periodic"').replace('"outflow"', '"periodic"')
    body = "[[bodies]]\n" + CIRCLE + '[bodies.motion]\nx = "t"\n'
    assert load(periodic + body)
    assert "meets the top side" in problems(periodic + body.replace('x = "t"', 'y = "t"'))[0].message


def test_a_round_body_may_turn_about_any_point_it_stays_in_the_domain_with():
    orbit = CIRCLE + '[bodies.motion]\nangle = "90*t"\npivot = [{}, 0.5]\n'
    assert load(text(orbit.format(0.6)))
    assert "meets the bottom side at t = " in problems(text(orbit.format(1.5)))[0].message


def test_the_template_explains_bodies_and_they_load_when_uncommented():
    start = template("jet").partition("#[[bodies]]\n")[2]
    block = "\n".join(start.split("\n#\n")[:2])  # what all shapes have, and the first one
    lines = [line[1:] for line in block.splitlines() if line.startswith("#") and not line.startswith("# ")]
    assert load(BASE + "[[bodies]]\n" + "\n".join(lines)).bodies[0].shape == "circle"
    for table in tables_in(Config.model_fields["bodies"].annotation):
        assert f'shape = "{tag_of(table)[1]}"' in start
    for header in ("#[bodies.motion]", "#[bodies.reference]"):
        assert start.count(header) == 1


def test_an_example_with_a_body_is_written_as_such():
    config = load(template("cylinder wake"))
    assert [body.shape for body in config.bodies] == ["circle"]
    assert config.bodies[0].reference.length == pytest.approx(2 * config.bodies[0].radius)


def test_the_json_schema_knows_bodies():
    schema = json_schema()
    kinds = {
        one["properties"]["shape"]["const"]
        for one in schema["$defs"].values()
        if "shape" in one.get("properties", {})
    }
    assert kinds == set(SHAPES)


def test_the_estimate_reckons_with_the_speed_of_bodies():
    from fluidgrad.estimates import Estimate

    rest = BASE.replace('"inflow", normal = 1.0', '"wall"').replace('"outflow"', '"wall"')
    body = "[[bodies]]\n" + CIRCLE + '[bodies.motion]\nx = "0.5*sin(2*t)/2"\nangle = "360*t"\n'
    speed = Estimate(load(rest + body)).speed
    assert speed.origin == "of the body 'body1'"
    assert speed.u == pytest.approx(0.5 + 2 * np.pi * 0.1, rel=1e-3)
