"""Scalars in configurations: what they mean, and mistakes at their place."""

from __future__ import annotations

import pytest

from fluidgrad.assembly import scalars_of
from fluidgrad.config import InvalidConfigError, load, template

GOOD = """\
name = "case"
[domain]
cells = [8, 8]
[fluid]
viscosity = 0.01
[boundaries]
left = {type = "inflow", normal = 1}
right = {type = "outflow"}
bottom = {type = "wall"}
top = {type = "slip"}
[buoyancy]
gravity = [0, -1]
[[scalars]]
name = "heat"
diffusivity = 0.1
expansion = 1.0
[scalars.boundaries]
left = {type = "inflow", value = 1}
bottom = {type = "value", value = "sin(x)"}
[[scalars]]
name = "dye"
schmidt = 10
initial = "x"
boundaries.left = {type = "inflow", value = 0}
[time]
end = 1.0
"""

# what to replace in GOOD, by what; line, column and key of the problem; words of its message
MISTAKES = [
    ('"heat"', '"he at"', 14, 8, "scalars[0].name", ["no name", "letters"]),
    ('"heat"', '"u"', 14, 8, "scalars[0].name", ["'u'", "field"]),
    ('"heat"', '"time"', 14, 8, "scalars[0].name", ["'time'"]),
    ('"dye"', '"heat"', 21, 8, "scalars[1].name", ["already taken by scalars[0]"]),
    ('"dye"', '"heat_left"', 21, 8, "scalars[1].name", ["'heat_left'", "already"]),
    ("diffusivity = 0.1", "", 13, 1, "scalars[0]", ["one of diffusivity, prandtl, schmidt"]),
    ("0.1", "0.1\nprandtl = 1", 16, 1, "scalars[0].prandtl", ["diffusivity is given as well"]),
    ("diffusivity = 0.1", "diffusivity = -1", 15, 15, "scalars[0].diffusivity", ["at least 0"]),
    ("1.0\n[scal", "1.0\nrayleigh = 10\n[scal", 17, 1, "scalars[0].rayleigh", ["expansion is given as well"]),
    ("expansion = 1.0", "expansion = 1.0\nlength = 2", 17, 1, "scalars[0].length", ["no effect"]),
    ("expansion = 1.0", "richardson = 1.0", 16, 14, "scalars[0].richardson", ["[fluid] reynolds"]),
    ("expansion = 1.0", "expansoin = 1.0", 16, 1, "scalars[0].expansoin", ["did you mean 'expansion'"]),
    ("= 0.1\nexpansion", "= 0\nrayleigh", 16, 12, "scalars[0].rayleigh", ["needs a diffusivity"]),
    ("viscosity = 0.01", 'scales = "diffusive"', 5, 10, "fluid.scales", ["rayleigh or grashof"]),
    ("viscosity = 0.01", 'viscosity = 1\nscales = "diffusive"', 6, 1, "fluid.scales", ["viscosity is given"]),
    ("viscosity = 0.01", 'scales = "slow"', 5, 10, "fluid.scales", ["'diffusive', 'free fall'"]),
    ("[0, -1]", "[0, 0]", 12, 11, "buoyancy.gravity", ["must not be zero"]),
    ("expansion = 1.0", "", 12, 1, "buoyancy.gravity", ["has no effect", "expansion"]),
    ('left = {type = "inflow", value = 1}', "", 17, 10, "scalars[0].boundaries.left", ["missing", "enters"]),
    ('"inflow", value = 1', '"value", value = 1', 18, 16, "scalars[0].boundaries.left.type", ["'inflow'"]),
    ('{type = "value"', '{type = "inflow"', 19, 18, "scalars[0].boundaries.bottom.type", ["'value' or 'flux'"]),
    ('{type = "value"', '{type = "valu"', 19, 18, "scalars[0].boundaries.bottom.type", ["mean 'value'"]),
    ('{type = "value"', '{type = "flux"', 19, 26, "scalars[0].boundaries.bottom.value", ["belongs to type"]),
    ('"sin(x)"', '"sin(z)"', 19, 40, "scalars[0].boundaries.bottom.value", ["'z'"]),
    ('"sin(x)"', '"1/(x-1/16)"', 19, 35, "scalars[0].boundaries.bottom.value", ["not finite at x=0.0625"]),
    ('bottom = {type = "v', 'right = {type = "v', 19, 17, "scalars[0].boundaries.right.type", ["'outflow'"]),
    ("diffusivity = 0.1", "diffusivity = 0", 19, 18, "scalars[0].boundaries.bottom.type", ["no effect"]),
    ('initial = "x"', 'initial = "t"', 23, 12, "scalars[1].initial", ["'t'"]),
    ('initial = "x"', 'initial = "log(-x)"', 23, 11, "scalars[1].initial", ["not finite"]),
    ('initial = "x"', 'source = "1/(t-1)"', 23, 10, "scalars[1].source", ["not finite", "t=1"]),
    ('initial = "x"', 'units = "a\\nb"', 23, 9, "scalars[1].units", ["one line"]),
    ('initial = "x"', 'bodies = [{type = "flux"}]', 23, 11, "scalars[1].bodies[0]", ["no [[bodies]]"]),
    ("schmidt = 10", "schmidt = 0", 22, 11, "scalars[1].schmidt", ["greater than 0"]),
    ("0.01", "0.0", 22, 1, "scalars[1].schmidt", ["ratio to the viscosity"]),
]  # fmt: skip


@pytest.mark.parametrize(
    ("old", "new", "line", "column", "key", "words"), MISTAKES, ids=[f"{m[0]} {m[1]}" for m in MISTAKES]
)
def test_mistakes(tmp_path, old, new, line, column, key, words):
    assert GOOD.count(old) >= 1
    path = tmp_path / "case.toml"
    path.write_text(GOOD.replace(old, new, 1))
    with pytest.raises(InvalidConfigError) as caught:
        load(path)
    problem = next(p for p in caught.value.problems if p.key == key)
    assert (problem.line, problem.column) == (line, column)
    for word in words:
        assert word in problem.message


def test_the_good_one_is_good_and_reads_back_equal():
    config = load(GOOD)
    assert load(config.to_toml()) == config
    assert "heat (0.1 m2/s, expansion 1), dye (0.001 m2/s)" in config.summary()["scalars"]


def test_what_sides_do_follows_from_the_flow():
    heat, dye = scalars_of(load(GOOD))
    assert {side: given.type for side, given in heat.sides.items()} == {
        "left": "inflow",
        "right": "outflow",
        "bottom": "value",
        "top": "flux",
    }
    assert dye.sides["bottom"].profile == 0.0
    assert heat.lift == (0.0, 1.0)
    assert dye.lift == (0.0, 0.0)
    assert (heat.number, dye.number) == ("nusselt", "sherwood")


def test_scales_need_the_numbers_they_follow_from():
    numbers = GOOD.replace("viscosity = 0.01", 'scales = "diffusive"')
    for changed, word in (
        ("diffusivity = 0.1\nrayleigh = 1e3", "needs prandtl"),
        ("prandtl = 1\nrayleigh = -5", "must be positive"),
    ):
        with pytest.raises(InvalidConfigError, match=word):
            load(numbers.replace("diffusivity = 0.1\nexpansion = 1.0", changed))
    config = load(numbers.replace("diffusivity = 0.1\nexpansion = 1.0", "prandtl = 7\nrayleigh = 1e3"))
    assert config.nu == 7.0
    assert config.lift(config.scalars[0]) == pytest.approx((0.0, 7e3))


def test_a_mistake_in_one_scalar_does_not_hide_its_name():
    text = (
        GOOD.replace("schmidt = 10", "schmidt = 0") + '[output]\nfigure = "dye"\nfields = ["heat_gradient"]\n'
    )
    with pytest.raises(InvalidConfigError) as caught:
        load(text)
    assert [problem.key for problem in caught.value.problems] == ["scalars[1].schmidt"]


def test_the_template_shows_scalars():
    text = template()
    assert "#[[scalars]]" in text
    assert "#[[scalars.bodies]]" in text
    assert "#[buoyancy]" in text
