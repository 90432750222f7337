"""Pictures: what is drawn is where and what it should be; limits, labels, layout and files."""

from __future__ import annotations

import io
import itertools

import numpy as np
import pytest
from exact_flows import Snapshots, from_streamfunction, make_flow, make_grid, single_eddy, taylor_green
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.quiver import Quiver
from matplotlib.text import Text
from PIL import Image

from fluidgrad.errors import ConfigError
from fluidgrad.fields import FIELDS, compute, per_metre
from fluidgrad.grid import LOCATIONS, Grid
from fluidgrad.plotting import plot
from fluidgrad.plotting.layers import Arrows, Scene
from fluidgrad.plotting.layers.arrows import key_size, reference_size
from fluidgrad.plotting.layout import choose_columns
from fluidgrad.plotting.sampling import Sampler, view_window
from fluidgrad.plotting.streamlines import trace
from fluidgrad.plotting.style import choose_scale, pretty_units, time_label
from fluidgrad.plotting.survey import Survey, sample

SQUARE, WIDE, TALL = ((0, 1), (0, 1)), ((0, 30), (0, 1)), ((0, 1), (0, 30))


def eddy(ends=SQUARE, nx=24, ny=20, stretched=False):
    return single_eddy(make_grid(nx, ny, stretched, ends=ends))


def linear(grid, a=2.0, b=-3.0):
    """Flow at rest with the pressure a x + b y."""
    return make_flow(grid, lambda x, y: 0 * x * y, lambda x, y: 0 * x * y, lambda x, y: a * x + b * y)


def panels(figure):
    return [ax for ax in figure.axes if ax.get_aspect() == 1.0]


def bars(figure):
    return [ax for ax in figure.axes if ax not in panels(figure)]


def words(figure):
    return [text.get_text() for text in figure.findobj(Text) if text.get_text() and text.get_visible()]


# Sampling ----------------------------------------------------------------------------------------------


@settings(max_examples=20, deadline=None)
@given(
    name=st.sampled_from(sorted(LOCATIONS)),
    stretched=st.booleans(),
    nx=st.integers(4, 12),
    ny=st.integers(4, 9),
)
def test_sampler_is_exact_for_bilinear_functions(name, stretched, nx, ny):
    grid = make_grid(nx, ny, stretched)
    y, x = grid.axes(name)
    px, py = np.linspace(x[0], x[-1], 31), np.linspace(y[0], y[-1], 17)

    def function(x, y):
        return 1 + 2 * x - 3 * y + x * y

    got = Sampler(grid, name, px, py)(function(*grid.mesh(name)))
    np.testing.assert_allclose(got, function(px[None, :], py[:, None]), atol=1e-12)


def test_sampler_across_periodic_sides_and_beside_walls():
    values = np.arange(4.0)[None, :] * np.ones((4, 1))
    edge = np.array([0.0, 4.0]), np.array([2.0])
    wrapped = Sampler(Grid.uniform(4, 4, (0, 4), (0, 4), True, True), "centre", *edge)(values)
    np.testing.assert_allclose(wrapped, [[1.5, 1.5]])
    walled = Sampler(Grid.uniform(4, 4, (0, 4), (0, 4)), "centre", *edge)(values)
    np.testing.assert_allclose(walled, [[0, 3]])


@pytest.mark.parametrize("zoom", [(2, 3, 0, 1), (0.5, 0.2, 0, 1), (0, 1), "abc"])
def test_zoom_must_show_something(zoom):
    with pytest.raises(ConfigError, match="zoom"):
        plot(eddy(), zoom=zoom)


# Limits ------------------------------------------------------------------------------------------------


def test_diverging_limits_are_symmetric_and_sequential_ones_are_not():
    flow = taylor_green()
    window = view_window(flow.grid)
    for name, symmetric in (("vorticity", True), ("speed", False), ("p", False)):
        survey = Survey(flow.grid, FIELDS[name], window)
        survey.add(flow)
        scale = survey.scale()
        assert (scale.low == -scale.high) is symmetric
        assert (scale.cmap.name in {"vik", "RdBu_r"}) is symmetric
        assert scale.extend == "neither"


def test_one_singular_corner_does_not_set_the_limits():
    samples = np.random.default_rng(0).uniform(-1, 1, 10_000)
    scale = choose_scale(FIELDS["vorticity"], samples, -40.0, 25.0)
    assert scale.high == -scale.low and 0.98 < scale.high < 1.02
    assert scale.extend == "both"


def test_a_small_vortex_in_a_calm_domain_is_not_saturated():
    x = np.linspace(-50, 50, 400)
    samples = np.exp(-(x[:, None] ** 2) - x[None, :] ** 2).ravel()
    scale = choose_scale(FIELDS["vorticity"], samples, 0.0, 1.0)
    assert scale.high > 0.7 and scale.low == 0
    assert scale.cmap.name == "viridis"


@pytest.mark.parametrize("value", [0.0, 3.0, -2.0])
def test_constant_fields_have_limits(value):
    scale = choose_scale(FIELDS["vorticity"], np.full(100, value), value, value)
    assert scale.low < value < scale.high


def test_limits_follow_the_zoom():
    flow = eddy(nx=64, ny=64)
    whole, corner = (plot(flow, "speed", zoom=zoom) for zoom in (None, (0, 0.1, 0, 0.1)))
    assert panels(corner)[0].images[0].get_clim()[1] < 0.5 * panels(whole)[0].images[0].get_clim()[1]


def test_given_limits_and_colour_map():
    image = panels(plot(eddy(), "speed", limits=(0, 9), cmap="cividis"))[0].images[0]
    assert image.get_clim() == (0, 9) and image.cmap.name == "cividis"
    figure = plot(eddy(), ("u", "v"), limits={"v": (-7, 7)})
    assert panels(figure)[1].images[0].get_clim() == (-7, 7)


# Images ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("stretched", [False, True])
@pytest.mark.parametrize("name", ["p", "u", "v", "vorticity"])
def test_pixels_have_the_colour_of_the_field_at_their_place(tmp_path, name, stretched):
    flow = make_flow(
        make_grid(40, 30, stretched),
        lambda x, y: np.sin(2 * x) * np.cos(y),
        lambda x, y: np.cos(3 * x) * y,
        lambda x, y: x - 2 * y,
    )
    path = tmp_path / "a.png"
    figure = plot(flow, name, path=path, dpi=100)
    (ax,) = panels(figure)
    picture = np.asarray(Image.open(path).convert("RGB")).astype(float)
    mappable = ax.images[0]
    for x, y in [(0.6, -0.7), (2.0, -0.6), (0.8, 0.3), (1.7, 0.2)]:
        column, up = ax.transData.transform((x, y)) * (100 / figure.dpi)
        pixel = picture[picture.shape[0] - 1 - int(up), int(column)]
        expected = (
            np.array(mappable.to_rgba(sample(flow, FIELDS[name], np.array([x]), np.array([y]))[0, 0])[:3])
            * 255
        )
        assert np.abs(pixel - expected).max() < 12, (x, y, pixel, expected)


def test_the_image_fills_the_panel_and_is_not_flipped():
    figure = plot(linear(make_grid(16, 12)), "p")
    (ax,) = panels(figure)
    image = ax.images[0]
    assert tuple(image.get_extent()) == (*ax.get_xlim(), *ax.get_ylim())
    values = np.asarray(image.get_array())
    assert image.origin == "lower"
    assert values[0, -1] == values.max() and values[-1, 0] == values.min()


def test_a_group_makes_a_panel_for_each_of_its_fields():
    assert len(panels(plot(eddy(), "velocity_gradient"))) == 4


def test_every_field_can_be_drawn():
    figure = plot(taylor_green(16), tuple(FIELDS))
    assert len(panels(figure)) == len(FIELDS)


@pytest.mark.parametrize("contours", [True, 6, [0.1, 0.2], "lines", "filled"])
def test_contours(contours):
    (ax,) = panels(plot(eddy(), "speed", contours=contours))
    assert len(ax.images) == (0 if isinstance(contours, str) else 1)
    assert ax.collections
    assert ax.get_xlim() == (0, 1)


@pytest.mark.parametrize("contours", [1, "wavy", [np.nan], []])
def test_bad_contours(contours):
    with pytest.raises(ConfigError, match="contours must be"):
        plot(eddy(), "speed", contours=contours)


# Streamlines -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("stretched", [False, True])
def test_streamlines_are_level_lines_of_the_streamfunction_in_the_direction_of_the_flow(stretched):
    flow = eddy(nx=64, ny=48, stretched=stretched)
    window = view_window(flow.grid)
    psi = compute(flow, "streamfunction")
    at = Sampler(flow.grid, "node", *(np.linspace(0, 1, 401),) * 2)(psi)
    lines = trace(flow, window)
    assert len(lines) > 5
    for line in lines:
        j, i = np.rint(line.T[::-1] * 400).astype(int)
        assert np.ptp(at[j, i]) < 0.02 * np.ptp(psi)
    middle = np.concatenate([0.5 * (line[1:] + line[:-1]) for line in lines]) - 0.5
    step = np.concatenate([np.diff(line, axis=0) for line in lines])
    turning = middle[:, 0] * step[:, 1] - middle[:, 1] * step[:, 0]
    assert (turning < 1e-9).mean() > 0.99


def test_streamlines_of_a_closed_eddy_close_and_keep_their_distance():
    lines = trace(eddy(nx=64, ny=64), view_window(make_grid(4, 4, ends=SQUARE)))
    closed = [np.allclose(line[0], line[-1]) for line in lines]
    assert np.mean(closed) > 0.5
    for one, two in itertools.combinations(lines, 2):
        gaps = np.hypot(*(one[:, None] - two[None, ::3]).transpose(2, 0, 1))
        assert gaps.min() > 0.25 / 28


def test_streamlines_of_a_flow_at_rest_are_none():
    assert trace(linear(make_grid(8, 8)), view_window(make_grid(8, 8))) == []
    plot(linear(make_grid(8, 8)), "p", streamlines=True)


def test_coloured_streamlines_have_their_own_bar():
    figure = plot(eddy(), "vorticity", streamlines="speed")
    assert len(bars(figure)) == 2
    assert any("streamlines" in text and "m s⁻¹" in text for text in words(figure))
    alone = plot(eddy(), "speed", streamlines="speed")
    assert len(bars(alone)) == 1 and not panels(alone)[0].images


# Arrows ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("stretched", [False, True])
@pytest.mark.parametrize("ends", [SQUARE, ((-1, 3), (2, 3))])
def test_gradient_arrows_point_up_the_gradient(stretched, ends):
    figure = plot(linear(make_grid(24, 20, stretched, ends=ends)), "p", gradient=True)
    arrows, key = sorted(panels(figure)[0].findobj(Quiver), key=lambda q: -q.N)
    assert arrows.angles == "xy" and key.N == 1
    np.testing.assert_allclose(arrows.U / arrows.V, 2 / -3, rtol=1e-6)
    assert (arrows.U > 0).all()
    figure.canvas.draw()
    # On the canvas, where y points up: each tip lies to the lower right of the tail.
    tips = np.array([path.vertices[np.argmax(path.vertices @ [2, -3])] for path in arrows.get_paths()])
    np.testing.assert_allclose(tips[:, 0] / tips[:, 1], 2 / -3, rtol=1e-3)


def test_arrow_lattice_and_robust_lengths():
    flow = linear(make_grid(40, 20, ends=((0, 2), (0, 1))))
    x, y, a, b = Arrows("p").on_lattice(Scene(flow, view_window(flow.grid), size=(6.0, 3.0)))
    assert x.size == 40 and y.size == 20
    np.testing.assert_allclose(a[1:-1, 1:-1], 2)
    np.testing.assert_allclose(b[1:-1, 1:-1], -3)
    sizes = np.ones(1000)
    sizes[0] = 100.0
    assert reference_size(sizes) == 1
    assert reference_size(np.append(np.zeros(990), np.full(10, 2.0))) == 2


def test_arrows_of_a_constant_are_none():
    flow = make_flow(
        make_grid(8, 8), lambda x, y: 0 * x * y, lambda x, y: 0 * x * y, lambda x, y: 0.1 + 0 * x * y
    )
    assert not panels(plot(flow, "p", gradient=True))[0].findobj(Quiver)


@settings(max_examples=50, deadline=None)
@given(st.floats(1e-12, 1e12))
def test_key_is_round_and_not_above_the_reference(reference):
    size = key_size(reference)
    assert 0.39 * reference < size <= reference * (1 + 1e-9)
    assert f"{size:.0e}"[0] in "125"


def test_key_tells_size_and_units():
    assert any("m s⁻²" in text for text in words(plot(linear(make_grid(8, 8)), "p", gradient=True)))
    figure = plot(eddy(), "vorticity", velocity=True)
    assert any("mathbf{u}" in text and "m s⁻¹" in text for text in words(figure))


def test_gradient_goes_over_the_field_it_belongs_to():
    def with_arrows(**options):
        return [bool(ax.findobj(Quiver)) for ax in panels(plot(taylor_green(16), **options))]

    assert with_arrows(fields=("p", "speed"), gradient="p") == [True, False]
    assert with_arrows(fields=("p", "speed"), gradient=True) == [True, True]
    assert with_arrows(fields=("vorticity", "speed"), gradient="p") == [True, True]
    assert with_arrows(gradient=("p", "speed")) == [True, True]
    with pytest.raises(ConfigError, match="only one"):
        plot(taylor_green(16), "vorticity", gradient=("p", "speed"))
    with pytest.raises(ConfigError, match="not both"):
        plot(taylor_green(16), "p", gradient=True, velocity=True)


# Layout and words --------------------------------------------------------------------------------------


def boxes_of_text(figure):
    renderer = figure.canvas.get_renderer()
    figure.canvas.draw()
    texts = [t for t in figure.findobj(Text) if t.get_visible() and t.get_text().strip()]
    ticks = {
        label
        for ax in figure.axes
        for axis in (ax.xaxis, ax.yaxis)
        for label in itertools.chain(axis.get_ticklabels(), axis.get_minorticklabels())
    }
    drawn = {
        label
        for ax in figure.axes
        for axis in (ax.xaxis, ax.yaxis)
        for tick in axis._update_ticks()
        for label in (tick.label1, tick.label2)
        if label.get_visible()
    }
    return [(t.get_text(), t.get_window_extent(renderer)) for t in texts if t not in ticks or t in drawn]


@pytest.mark.parametrize(
    ("names", "size"),
    [("vorticity", None), ("vorticity", (5, 7)), (("u", "vorticity", "p"), None), (("u", "p"), (12.8, 7.2))],
)
@pytest.mark.parametrize(
    "ends", [SQUARE, WIDE, TALL, ((0, 2.2), (0, 1))], ids=["square", "wide", "tall", "2:1"]
)
def test_nothing_overlaps_and_nothing_is_cut_off(ends, names, size):
    figure = plot(eddy(ends), names, size=size, gradient="vorticity" if size is None else None, title="a run")
    boxes = boxes_of_text(figure)
    for (one, a), (two, b) in itertools.combinations(boxes, 2):
        overlap = min(a.x1, b.x1) - max(a.x0, b.x0), min(a.y1, b.y1) - max(a.y0, b.y0)
        assert min(overlap) < 1.5, (one, two, overlap)
    for text, box in boxes:
        inside = figure.bbox
        assert box.x0 > -1 and box.y0 > -1 and box.x1 < inside.x1 + 1 and box.y1 < inside.y1 + 1, text


@pytest.mark.parametrize("ends", [SQUARE, WIDE, TALL], ids=["square", "wide", "tall"])
def test_aspect_and_colour_bar_as_long_as_the_panel(ends):
    figure = plot(eddy(ends), "speed")
    (ax,), (bar,) = panels(figure), bars(figure)
    box, bar_box = ax.get_window_extent(), bar.get_window_extent()
    ratio = (ends[0][1] - ends[0][0]) / (ends[1][1] - ends[1][0])
    assert box.width / box.height == pytest.approx(ratio, rel=1e-6)
    if ends is WIDE:
        assert (bar_box.x0, bar_box.x1) == pytest.approx((box.x0, box.x1)) and bar_box.y1 < box.y0
    else:
        assert (bar_box.y0, bar_box.y1) == pytest.approx((box.y0, box.y1)) and bar_box.x0 > box.x1


def test_labels_have_units_and_the_time_stands_once():
    flow = taylor_green(16, time=1.25)
    text = words(plot(Snapshots([flow], "box"), ("vorticity", "p")))
    assert {"x [m]", "y [m]", "Vorticity", "Kinematic pressure", "box, t = 1.25 s"} <= set(text)
    assert r"$\omega$ [s⁻¹]" in text and "$p$ [m² s⁻²]" in text
    assert sum("t = " in one for one in text) == 1


def test_small_numbers_put_the_power_of_ten_into_the_units():
    flow = from_streamfunction(make_grid(16, 16), 1e-6 * np.random.default_rng(1).standard_normal((17, 17)))
    assert any("10⁻⁶ m² s⁻¹" in text or "10⁻⁹ m² s⁻¹" in text for text in words(plot(flow, "streamfunction")))


def test_several_times_share_limits_and_one_bar():
    run = Snapshots([taylor_green(16, t) for t in (0.0, 1.0, 2.0)])
    figure = plot(run, "vorticity", index=[0, 1, 2])
    assert len(bars(figure)) == 1
    high = np.abs(compute(run.flow(0), "vorticity")).max()
    assert {ax.images[0].get_clim() for ax in panels(figure)} == {(-high, high)}
    assert {"t = 0 s", "t = 1 s", "t = 2 s"} <= set(words(figure))


def test_choice_of_snapshots():
    run = Snapshots([taylor_green(16, t) for t in (0.0, 1.0, 2.0)])
    assert "a_run, t = 2 s" in words(plot(run))
    assert "a_run, t = 1 s" in words(plot(run, time=1.3))
    assert "a_run, t = 0 s" in words(plot(run, index=-3))
    for wrong in ({"index": 3}, {"index": 0, "time": 0.0}, {"time": np.nan}):
        with pytest.raises(ConfigError):
            plot(run, **wrong)
    with pytest.raises(ConfigError, match="single instant"):
        plot(run.flow(), time=0.0)


def test_words_of_units_and_times():
    assert pretty_units("m2 s-2") == "m² s⁻²"
    assert [per_metre(u) for u in ("m2 s-2", "m s-1", "s-1")] == ["m s-2", "s-1", "m-1 s-1"]
    assert time_label(0.1 + 0.2, [0, 0.1, 0.2, 0.3]) == "t = 0.3 s"
    assert time_label(2.0, [0.0, 2.0, 4.0]) == "t = 2 s"


@pytest.mark.parametrize(
    ("count", "ratio", "columns"), [(4, 1.0, 2), (3, 30.0, 1), (3, 0.03, 3), (1, 1.0, 1)]
)
def test_columns(count, ratio, columns):
    assert choose_columns(count, ratio) == columns


# Files and notebooks -----------------------------------------------------------------------------------


@pytest.mark.parametrize("suffix", [".png", ".svg", ".pdf", ".webp"])
def test_files_are_the_same_bytes_every_time(tmp_path, suffix):
    paths = [tmp_path / f"{k}{suffix}" for k in range(2)]
    for path in paths:
        plot(eddy(), "vorticity", streamlines=True, path=path)
    first, second = (path.read_bytes() for path in paths)
    assert first == second
    marks = {".png": b"\x89PNG", ".svg": b"<?xml", ".pdf": b"%PDF", ".webp": b"RIFF"}
    assert first.startswith(marks[suffix])
    assert sorted(tmp_path.iterdir()) == sorted(paths)


def test_bad_names_are_refused_before_anything_is_drawn(tmp_path):
    with pytest.raises(ConfigError, match=r"\.png, \.svg, \.pdf"):
        plot(eddy(), path=tmp_path / "a.bmp")
    with pytest.raises(ConfigError, match="did you mean 'vorticity'"):
        plot(eddy(), "vortcity")
    with pytest.raises(ConfigError, match="colour map"):
        plot(eddy(), cmap="nonsense")
    for options in (
        {"limits": (1, 0)},
        {"limits": 3},
        {"dpi": 1e6},
        {"size": (0, 1)},
        {"limits": {"p": (0, 1)}},
    ):
        with pytest.raises(ConfigError):
            plot(eddy(), **options)
    assert not list(tmp_path.iterdir())


def test_a_notebook_shows_the_figure_once():
    figure = plot(eddy())
    picture = Image.open(io.BytesIO(figure._repr_png_()))
    np.testing.assert_allclose(picture.size, figure.get_size_inches() * figure.dpi, atol=1.5)
    formatters = pytest.importorskip("IPython.core.formatters")
    data, _ = formatters.DisplayFormatter().format(figure)
    assert sorted(kind for kind in data if kind.startswith("image/")) == ["image/png"]
