"""Layers: one table, read from text, drawn over each other, still and in films."""

from __future__ import annotations

import sys
from dataclasses import replace

import numpy as np
import pytest
from body_flows import potential_cylinder
from exact_flows import Snapshots, make_flow, make_grid, single_eddy, taylor_green
from matplotlib.collections import LineCollection
from matplotlib.quiver import Quiver
from PIL import Image as Pillow

from fluidgrad.errors import ConfigError
from fluidgrad.fields import FIELDS
from fluidgrad.grid import Grid
from fluidgrad.plotting import LAYERS, animate, plot
from fluidgrad.plotting.animation import Stage, stage_scene
from fluidgrad.plotting.layers import (
    FTLE,
    LIC,
    Arrows,
    Bodies,
    Contours,
    CriticalPoints,
    Dye,
    Image,
    Probes,
    StrainAxes,
    Streamlines,
    Vortices,
    read_layer,
)
from fluidgrad.plotting.panel import Look, survey
from fluidgrad.plotting.sampling import view_window
from fluidgrad.plotting.style import STAND_INS, choose_scale, colour_map, styled, time_label
from fluidgrad.plotting.survey import Survey
from fluidgrad.plotting.themes import SCREEN, THEMES

FIELD_FIRST = {"image": "image:p", "contours": "contours:p", "edges": "edges:p"}


@pytest.fixture(scope="module")
def run():
    return Snapshots([taylor_green(20, t) for t in np.linspace(0, 2, 3)])


def panel(figure):
    return next(ax for ax in figure.axes if ax.get_aspect() == 1.0)


def words(figure):
    return [text.get_text() for ax in figure.axes for text in ax.texts]


@pytest.mark.parametrize("kind", LAYERS)
def test_every_layer_can_be_drawn_alone_by_its_name(kind, run, tmp_path):
    plot(run, layers=[FIELD_FIRST.get(kind, kind)], dpi=80, path=tmp_path / "a.png")


@pytest.mark.parametrize("kind", sorted({*LAYERS} - {"ftle-ridges"}))
def test_every_layer_can_be_filmed(kind, run, tmp_path):
    path = animate(run, tmp_path / "a.gif", layers=[FIELD_FIRST.get(kind, kind)], size=(200, 160))
    with Pillow.open(path) as film:
        assert film.n_frames >= 1


def test_a_layer_from_text():
    assert read_layer("lic:velocity") == LIC("velocity")
    assert read_layer("lic:p,tint=speed") == LIC("p", "speed")
    assert read_layer("contours:p,levels=8") == Contours("p", 8)
    assert read_layer("arrows:p,downhill") == Arrows("p", downhill=True)
    assert read_layer("streamlines,density=2") == Streamlines(density=2.0)
    assert read_layer("image:p,limits=-1;2") == Image("p", (-1.0, 2.0))
    assert read_layer("vortices:identity") == Vortices("identity")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("lick:velocity", "did you mean 'lic'"),
        ("contours", "needs a field"),
        ("lic:velocity,tnt=p", "no setting 'tnt': did you mean 'tint'. It has of, tint"),
        ("contours:p,levels=many", "must be a number"),
        ("lic,waves=maybe", "waves must be true or false"),
        ("dye,axis=z", "bands is x or y, not 'z'"),
        ("dye,bands=0", "bands of dye must be positive"),
        ("ftle,seconds=-1", "seconds of ftle must be positive"),
        ("arrows,count=0", "count of arrows must be positive"),
        ("vortices:name", "labels of vortices are one of"),
    ],
)
def test_mistakes_in_texts_are_told(text, message):
    with pytest.raises(ConfigError, match=message):
        read_layer(text)


def test_a_vector_field_that_is_none_is_told_with_the_nearest(run):
    with pytest.raises(ConfigError, match="did you mean 'velocity'"):
        plot(run, layers=["lic:velocty"])


def test_a_panel_is_filled_once(run):
    with pytest.raises(ConfigError, match="filled once"):
        plot(run, layers=[Image("p"), LIC()])
    with pytest.raises(ConfigError, match="filled once"):
        plot(run, "p", layers=[LIC()])
    with pytest.raises(ConfigError, match="must be layers"):
        plot(run, layers=[3])
    with pytest.raises(ConfigError, match="leave out the layers"):
        plot(run, preset="lic", layers=[Vortices()])


def test_layers_go_over_the_panels_of_fields(run):
    figure = plot(run, ("p", "speed"), layers=[Streamlines()])
    panels = [ax for ax in figure.axes if ax.get_aspect() == 1.0]
    assert [bool(ax.findobj(LineCollection)) for ax in panels] == [True, True]


def test_short_forms_make_the_same_picture(run):
    short = plot(run, "p", gradient=True, contours=5, limits=(-1, 1))
    layers = [Image("p", (-1.0, 1.0)), Contours("p", 5, limits=(-1.0, 1.0)), Arrows("p")]
    long = plot(run, layers=layers)
    for figure in (short, long):
        figure.canvas.draw()
    np.testing.assert_array_equal(short.canvas.buffer_rgba(), long.canvas.buffer_rgba())


def test_arrows_downhill_point_the_other_way():
    flow = make_flow(
        make_grid(12, 10), lambda x, y: 0 * x * y, lambda x, y: 0 * x * y, lambda x, y: 2 * x - y
    )
    up, down = (
        max(panel(plot(flow, layers=[Arrows("p", 10, way)])).findobj(Quiver), key=lambda arrows: arrows.N)
        for way in (False, True)
    )
    np.testing.assert_allclose(up.U, -down.U)
    assert any("-" in text for text in words(plot(flow, layers=[Arrows("p", downhill=True)])))


def test_cut_arrows_are_told_in_the_key():
    flow = make_flow(
        make_grid(40, 30), lambda x, y: 0 * x * y, lambda x, y: 0 * x * y, lambda x, y: np.exp(4 * x) + 0 * y
    )
    assert any("cut at" in text for text in words(plot(flow, "p", gradient=True)))
    even = make_flow(make_grid(12, 10), lambda x, y: 0 * x * y, lambda x, y: 0 * x * y, lambda x, y: x + y)
    assert not any("cut at" in text for text in words(plot(even, "p", gradient=True)))


def test_pressure_that_is_rounding_is_shown_as_nothing():
    rng = np.random.default_rng(0)
    grid = make_grid(24, 20)
    flow = replace(
        make_flow(grid, lambda x, y: 1 + 0 * x * y, lambda x, y: 0 * x * y),
        p=1e-16 * rng.standard_normal((20, 24)),
    )
    figure = plot(flow, "p", gradient=True)
    low, high = panel(figure).images[0].get_clim()
    assert high - low > 0.1 and not any("cut at" in text or "nabla" in text for text in words(figure))


def test_strain_axes_of_a_pure_strain():
    flow = make_flow(make_grid(24, 20), lambda x, y: 2 * x + 0 * y, lambda x, y: -2 * y + 0 * x)
    squeezed, stretched = (
        np.array([path.vertices for path in lines.get_paths()])
        for lines in panel(plot(flow, layers=[StrainAxes()])).collections[:2]
    )
    assert len(stretched) > 100
    np.testing.assert_allclose(np.ptp(stretched[:, :, 1], axis=1), 0, atol=1e-9)
    np.testing.assert_allclose(np.ptp(squeezed[:, :, 0], axis=1), 0, atol=1e-9)


def test_critical_points_of_taylor_green(run):
    ax = panel(plot(run, layers=[CriticalPoints()]))
    markers = [artist for artist in ax.collections if len(artist.get_offsets()) > 1]
    assert sorted(len(artist.get_offsets()) for artist in markers) == [4, 4]


def test_dye_of_a_shear_flow_keeps_its_bands():
    """Flow along x only: every particle keeps its y, so that the picture is what was laid down."""
    grid = Grid.uniform(16, 16, (0, 1), (0, 1), True, False)
    flows = [
        replace(make_flow(grid, lambda x, y: y + 0 * x, lambda x, y: 0 * x * y), time=t)
        for t in (0.0, 0.5, 1.0)
    ]
    picture = panel(plot(Snapshots(flows), layers=[Dye(seconds=1.0)])).images[0].get_array()
    change = np.abs(np.asarray(picture, float) - np.asarray(picture[:, :1], float)).max(axis=2)
    assert (change > 3).mean() < 0.02  # but for rounding at the edges of bands
    assert np.ptp(np.asarray(picture[:, 0], float), axis=0).max() > 100


def test_dye_needs_a_scalar_or_a_history():
    with pytest.raises(ConfigError, match="there is only one"):
        plot(taylor_green(16), layers=[Dye()])


def test_exponents_of_a_pure_strain():
    """u = x, v = -y: every particle is stretched at the rate 1."""
    flow = make_flow(Grid.uniform(24, 24, (-1, 1), (-1, 1)), lambda x, y: x + 0 * y, lambda x, y: -y + 0 * x)
    figure = plot(flow, layers=[FTLE(seconds=0.5, limits=(0.0, 2.0))], zoom=(-0.4, 0.4, -0.4, 0.4))
    picture = np.asarray(panel(figure).images[0].get_array())
    middle = picture[picture.shape[0] // 2, picture.shape[1] // 2]
    from fluidgrad.plotting.layers.ftle import COLOURS
    from fluidgrad.plotting.style import colour_map

    np.testing.assert_allclose(middle, np.array(colour_map(COLOURS)(0.5)[:3]) * 255, atol=6)


def test_exponents_are_shown_where_they_are():
    """v = x^2/8 shears fluid by x/4 in a second, so that the exponent is arsinh(x/8)."""
    grid = Grid.uniform(64, 16, (0, 4), (-0.5, 0.5), False, True)
    flow = make_flow(grid, lambda x, y: 0 * x * y, lambda x, y: x * x / 8 + 0 * y)
    layer = FTLE(seconds=1.0, limits=(0.0, 1.0), cmap="gray")
    picture = np.asarray(panel(plot(flow, layers=[layer], dpi=80)).images[0].get_array())[..., 0]
    x = (np.arange(picture.shape[1]) + 0.5) * 4 / picture.shape[1]
    exact = np.arcsinh(x / 8)
    inside = slice(4, -4)
    np.testing.assert_allclose(picture[picture.shape[0] // 2][inside] / 255, exact[inside], atol=0.006)


def test_the_time_told_is_that_for_which_fluid_was_followed():
    run = Snapshots([taylor_green(16, t) for t in (0.0, 1.0, 2.0, 9.0)])
    for layer in (FTLE(seconds=5.0), Dye(seconds=5.0)):
        labels = [[ax.get_ylabel() for ax in plot(run, layers=[layer], index=k, dpi=60).axes] for k in (1, 3)]
        assert any("1 s" in label for label in labels[0]) and any("5 s" in label for label in labels[1])


def test_probes_come_from_the_configuration(run):
    run = Snapshots(run.flows)
    run.config_text = '[[probes]]\nname = "mid"\nx = 3.0\ny = 3.0\n[[probes]]\nname = ""\nx = 99.0\ny = 0.0\n'
    assert words(plot(run, layers=[Image("p"), Probes()])) == ["mid"]
    assert words(plot(run.flows[0], layers=[Image("p"), Probes()])) == []


def test_bodies_are_in_every_panel_once():
    flow = potential_cylinder(Grid.uniform(60, 30, (-2, 4), (-1.5, 1.5)))
    one, two = (panel(plot(flow, layers=layers)) for layers in ([Image("p")], [Image("p"), Bodies()]))
    assert len(one.collections) == len(two.collections) == 2


@pytest.mark.parametrize("style", THEMES)
def test_styles(style, tmp_path):
    figure = plot(single_eddy(make_grid(16, 12)), "p", style=style, velocity=True, path=tmp_path / "a.pdf")
    ground = figure.get_facecolor()
    assert (sum(ground[:3]) < 1) is THEMES[style].dark
    assert figure.axes[0].xaxis.label.get_fontfamily() == THEMES[style].rc["font.family"]


@pytest.mark.parametrize(("width", "inches"), [("column", 3.5), ("page", 7.0), (5, 5.0)])
@pytest.mark.parametrize(
    "ends", [((0, 1), (0, 1)), ((0, 10), (0, 1)), ((0, 1), (0, 10))], ids=["square", "wide", "tall"]
)
def test_widths(width, inches, ends):
    figure = plot(single_eddy(make_grid(16, 12, ends=ends)), "p", style="paper", width=width)
    assert figure.get_size_inches()[0] == pytest.approx(inches)
    assert figure.get_size_inches()[1] < 9.1
    assert figure.dpi == 300


def test_mistakes_in_styles_and_widths():
    flow = taylor_green(8)
    with pytest.raises(ConfigError, match="did you mean 'dark'"):
        plot(flow, style="drak")
    for width in ("colum", 0.1, 1e9):
        with pytest.raises(ConfigError, match="width must be"):
            plot(flow, width=width)
    with pytest.raises(ConfigError, match="not both"):
        plot(flow, width="page", size=(3, 3))
    assert SCREEN.name == "screen"


def test_a_mean_flow_has_no_time(run):
    from fluidgrad.analysis import time_mean_flow

    figure = plot(time_mean_flow(run, 0.0, 2.0), "speed")
    texts = [text.get_text() for text in figure.texts]
    assert texts == ["mean from t = 0 to 2 s"]
    assert time_label(float("nan")) == ""


def test_angles_are_told_by_a_cycle_of_colours():
    """Around a bowl the gradient points everywhere; across the cut from 180 to -180 degrees nothing else appears."""
    flow = make_flow(
        Grid.uniform(20, 20, (-1, 1), (-1, 1)),
        lambda x, y: 0 * x * y, lambda x, y: 0 * x * y, lambda x, y: x * x + y * y,
    )  # fmt: skip
    image = panel(plot(flow, "grad_p_angle")).images[0]
    low, high = image.get_clim()
    np.testing.assert_allclose(image.cmap(0.0), image.cmap(1.0), atol=0.02)
    assert (low, high) == (-180.0, 180.0)
    angles = np.asarray(image.get_array())
    ny, nx = angles.shape
    x, y = np.meshgrid((np.arange(nx) + 0.5) / nx - 0.5, (np.arange(ny) + 0.5) / ny - 0.5)
    wrong = (angles - np.degrees(np.arctan2(y, x)) + 180) % 360 - 180
    assert np.abs(wrong[np.hypot(x, y) > 0.15]).max() < 4


def test_pictures_of_optics_are_grey(run):
    for name in ("schlieren_p", "shadowgraph_p"):
        colours = panel(plot(run, name)).images[0].cmap(np.linspace(0, 1, 9))[:, :3]
        assert np.ptp(colours, axis=1).max() == 0


def test_gradients_told_by_ink_are_seen_beside_a_singular_corner():
    flow = make_flow(
        Grid.uniform(60, 60, (0, 1), (0, 1)),
        lambda x, y: 0 * x * y, lambda x, y: 0 * x * y, lambda x, y: x + 0.02 / (0.005 + x * x + y * y),
    )  # fmt: skip
    scale = panel(plot(flow, layers=[Image("grad_p", zero=True)])).images[0].get_clim()
    usual = panel(plot(flow, layers=[Image("grad_p")])).images[0].get_clim()
    assert scale[0] == 0 and scale[1] < 0.5 * usual[1]
    given = panel(plot(flow, layers=[Image("grad_p", (1.0, 2.0), zero=True)])).images[0].get_clim()
    assert given == (1.0, 2.0)


def test_a_start_with_a_jerk_does_not_set_the_colours_of_a_film():
    usual = taylor_green(16)
    seen = Survey(usual.grid, FIELDS["p"], view_window(usual.grid))
    for k in range(20):
        seen.add(replace(usual, p=usual.p * (50.0 if k == 0 else 1.0)))
    scale = seen.scale()
    assert scale.high < 2 and scale.extend == "both"


def test_colour_maps_have_stand_ins_where_cmcrameri_is_missing(monkeypatch):
    monkeypatch.setitem(sys.modules, "cmcrameri", None)
    for name in STAND_INS:
        assert colour_map.__wrapped__(name).name == STAND_INS[name]


def test_colours_of_a_gif_are_those_of_its_frames(run, tmp_path):
    """Streaks over colours have more shades than any table of colours and greys."""
    layers = [LIC(tint="speed")]
    path = animate(run, tmp_path / "a.gif", layers=layers, size=(300, 300), title="")
    look, shown = Look(tuple(layers)), np.arange(len(run.times))
    with styled():
        scene = stage_scene(run, (300, 300))
        scene = replace(scene, found=survey([replace(scene, flow=flow) for flow in run.flows], [look]))
        frame = Stage((300, 300), "", look, scene, run.times).draw(run.flow(0), 1 / shown.size, 0)[..., :3]
    with Pillow.open(path) as gif:
        wrong = np.asarray(gif.convert("RGB"), float) - frame
    assert np.sqrt(np.mean(wrong**2)) < 4


def test_several_flows_in_a_list(run):
    several = plot(list(run.flows), "p", index=[0, 1], title="both")
    assert len([ax for ax in several.axes if ax.get_aspect() == 1.0]) == 2
    with pytest.raises(ConfigError, match="cannot be analysed"):
        plot(3)


def test_the_wake_sets_the_limits_and_not_its_share_of_the_domain():
    samples = np.zeros(10_000)
    samples[:300] = np.linspace(0, 4, 300)
    samples[300:303] = 30.0
    assert choose_scale(FIELDS["vorticity"], samples, -1.0, 30.0).high > 3.0
