"""Presets: each suits every kind of flow, and nothing in its picture overlaps, is cut off or warns."""

from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np
import pytest
from body_flows import potential_cylinder, towed, with_temperature
from exact_flows import Snapshots, make_flow, make_grid, single_eddy, taylor_green
from matplotlib.text import Text
from PIL import Image as Pillow

from fluidgrad.errors import ConfigError
from fluidgrad.grid import Grid
from fluidgrad.plotting import PRESETS, animate, plot


def steady(flow, count=3):
    return Snapshots([replace(flow, time=0.5 * k) for k in range(count)])


def stretched_with_temperature():
    flow = single_eddy(make_grid(28, 24, stretched=True, ends=((0, 1), (0, 1))))
    return steady(with_temperature(flow, lambda x, y: 300 + x * y))


def at_rest():
    return steady(make_flow(make_grid(12, 10), lambda x, y: 0 * x * y, lambda x, y: 0 * x * y))


def long_channel():
    grid = make_grid(60, 8, ends=((0, 15), (0, 1)))
    return steady(make_flow(grid, lambda x, y: y * (1 - y) + 0 * x, lambda x, y: 0 * x * y))


RUNS = {
    "periodic": lambda: Snapshots([taylor_green(24, t) for t in (0.0, 1.0, 2.0)]),
    "cavity with a scalar": stretched_with_temperature,
    "past a body": lambda: steady(potential_cylinder(Grid.uniform(60, 30, (-2, 4), (-1.5, 1.5)))),
    "moving body": towed,
    "long channel": long_channel,
    "tall": lambda: steady(single_eddy(make_grid(10, 40, ends=((0, 1), (0, 4))))),
    "at rest": at_rest,
}


@pytest.fixture(scope="module", params=sorted({*RUNS} - {"periodic", "past a body"}))
def run(request):
    """The runs that the tests of styles, films and single instants leave out."""
    return RUNS[request.param]()


def visible_texts(figure):
    """All words that are drawn, with their boxes in pixels."""
    figure.draw_without_rendering()
    renderer = figure.canvas.get_renderer()
    axes = [axis for ax in figure.axes for axis in (ax.xaxis, ax.yaxis)]
    labels = {
        label
        for axis in axes
        for which in (axis.get_ticklabels(), axis.get_minorticklabels())
        for label in which
    }
    drawn = {
        label
        for axis in axes
        for tick in axis._update_ticks()
        for label in (tick.label1, tick.label2)
        if label.get_visible()
    }
    texts = [text for text in figure.findobj(Text) if text.get_visible() and text.get_text().strip()]
    return [(t.get_text(), t.get_window_extent(renderer)) for t in texts if t not in labels or t in drawn]


def check_layout(figure):
    """No words overlap each other or leave the figure, and no panels or bars overlap."""
    boxes = visible_texts(figure)
    for (one, a), (two, b) in itertools.combinations(boxes, 2):
        overlap = min(a.x1, b.x1) - max(a.x0, b.x0), min(a.y1, b.y1) - max(a.y0, b.y0)
        assert min(overlap) < 1.5, (one, two, overlap)
    for text, box in boxes:
        assert box.x0 > -1 and box.y0 > -1, text
        assert box.x1 < figure.bbox.x1 + 1 and box.y1 < figure.bbox.y1 + 1, text
    for one, two in itertools.combinations(figure.axes, 2):
        a, b = one.get_window_extent(), two.get_window_extent()
        assert min(min(a.x1, b.x1) - max(a.x0, b.x0), min(a.y1, b.y1) - max(a.y0, b.y0)) < 1


@pytest.mark.parametrize("preset", PRESETS)
def test_every_preset_suits_every_flow(preset, run):
    check_layout(plot(run, preset=preset, title="a run", dpi=80))


@pytest.mark.parametrize("preset", PRESETS)
def test_every_preset_suits_a_column_on_paper(preset):
    check_layout(plot(RUNS["past a body"](), preset=preset, style="paper", width="column", dpi=80))


@pytest.mark.parametrize("preset", sorted({*PRESETS} - {"overview"}))
def test_every_preset_suits_dark_pages(preset):
    check_layout(plot(RUNS["past a body"](), preset=preset, style="dark", dpi=80))


@pytest.mark.parametrize("preset", sorted({*PRESETS} - {"overview"}))
def test_every_preset_of_one_panel_can_be_filmed(preset, tmp_path):
    path = animate(RUNS["periodic"](), tmp_path / "a.gif", preset=preset, size=(200, 160))
    with Pillow.open(path) as film:
        assert film.n_frames == 3


@pytest.mark.parametrize("preset", sorted({*PRESETS} - {"dye"}))
def test_a_single_instant_is_enough_for_all_but_dye(preset):
    check_layout(plot(taylor_green(20, 1.0), preset=preset, dpi=80))


def test_several_times_side_by_side():
    figure = plot(RUNS["periodic"](), preset="lic", index=[0, 1, 2])
    check_layout(figure)


def test_a_preset_of_a_field_of_ones_choice():
    run = stretched_with_temperature()
    titles = [ax.get_title(loc="left") for ax in plot(run, "temperature", preset="pressure-gradient").axes]
    assert any("emperature" in title for title in titles)
    assert np.isfinite(plot(run, preset="schlieren").axes[0].images[0].get_clim()).all()


def test_limits_and_colours_of_a_preset():
    figure = plot(taylor_green(16), preset="vorticity", limits=(-9, 9), cmap="cividis")
    image = figure.axes[0].images[0]
    assert image.get_clim() == (-9, 9) and image.cmap.name == "cividis"
    figure = plot(taylor_green(16), preset="overview", limits={"p": (-1, 1)})
    assert (-1, 1) in [ax.images[0].get_clim() for ax in figure.axes if ax.images]
    with pytest.raises(ConfigError, match="given by name"):
        plot(taylor_green(16), preset="overview", limits=(0, 1))
    with pytest.raises(ConfigError, match="not drawn"):
        plot(taylor_green(16), preset="lic", limits={"p": (0, 1)})


def test_mistakes_are_told():
    flow = taylor_green(12)
    with pytest.raises(ConfigError, match="did you mean 'vortices'"):
        plot(flow, preset="vortice")
    with pytest.raises(ConfigError, match="leave out the field"):
        plot(flow, "p", preset="vortices")
    with pytest.raises(ConfigError, match="takes one field"):
        plot(flow, ("p", "speed"), preset="schlieren")
    with pytest.raises(ConfigError, match="one panel"):
        animate(RUNS["periodic"](), "a.gif", preset="overview")
    with pytest.raises(ConfigError, match="only one"):
        plot(flow, preset="dye")
