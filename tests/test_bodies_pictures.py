"""Pictures of flows with bodies: drawn where the walls are, nothing from inside them shown, lines around them."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
from body_flows import (
    INSIDE_PRESSURE,
    circle,
    cylinder_pressure,
    past,
    potential_cylinder,
    rectangle,
    towed,
    with_temperature,
)
from exact_flows import make_flow, make_grid
from matplotlib.colors import to_rgb
from matplotlib.quiver import Quiver
from PIL import Image as Pillow

from fluidgrad.analysis.masking import continued, drawable, drawable_gradient, visible
from fluidgrad.errors import ConfigError
from fluidgrad.fields import FIELDS, compute, distance_at, solid_mask
from fluidgrad.grid import LOCATIONS, Grid
from fluidgrad.interpolation import at_points
from fluidgrad.plotting import animate, plot, plot_forces, plot_surface
from fluidgrad.plotting.animation import Stage, stage_scene
from fluidgrad.plotting.layers import Arrows, Image, Scene, Streamlines
from fluidgrad.plotting.layers.arrows import magnitudes
from fluidgrad.plotting.layers.image import colour_table, to_colours
from fluidgrad.plotting.panel import Look, survey
from fluidgrad.plotting.sampling import view_window
from fluidgrad.plotting.streamlines import trace
from fluidgrad.plotting.style import styled
from fluidgrad.plotting.survey import Survey, sample
from fluidgrad.plotting.themes import SCREEN

GREY = np.array(to_rgb(SCREEN.body)) * 255
TWO = (circle(-0.5, 0.3, 0.4), 0.3), (rectangle(1.2, -0.5, 0.6, 0.6), -0.5)


def cylinder(nx=60, ny=30):
    return potential_cylinder(Grid.uniform(nx, ny, (-2, 4), (-1.5, 1.5)))


def two_bodies(nx=96, ny=48):
    return past(Grid.uniform(nx, ny, (-2, 4), (-1.5, 1.5)), *TWO)


def wall_of(flow, *distances):
    """Exact distance of points (n, 2) from the nearest of some walls."""
    return lambda points: np.minimum.reduce([distance(*points.T) for distance in distances])


# Masks -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("location", sorted(LOCATIONS))
def test_the_mask_is_where_the_distance_is_negative(location):
    flow = potential_cylinder(make_grid(40, 36, stretched=True, ends=((-2, 2), (-1.5, 1.5))))
    exact = circle(0, 0, 0.5)(*flow.grid.mesh(location))
    # Mean of the nodes around: second order in the cell, so only points near the wall may differ.
    certain = np.abs(exact) > 0.01
    mask = solid_mask(flow, location)
    assert mask.shape == flow.grid.shape(location) and mask.any()
    np.testing.assert_array_equal(mask[certain], exact[certain] < 0)
    np.testing.assert_allclose(distance_at(flow, location)[certain], exact[certain], atol=0.06)


def test_without_bodies_nothing_is_masked():
    flow = make_flow(make_grid(6, 5), lambda x, y: x * y, lambda x, y: x - y)
    assert not solid_mask(flow, "node").any()
    for field in FIELDS.values():
        np.testing.assert_array_equal(visible(flow, field), compute(flow, field.name))
        np.testing.assert_array_equal(drawable(flow, field), compute(flow, field.name))


@pytest.mark.parametrize("name", sorted(FIELDS))
def test_nothing_in_a_body_is_visible(name):
    flow = cylinder()
    values = visible(flow, FIELDS[name])
    solid = solid_mask(flow, FIELDS[name].location)
    assert np.isnan(values[solid]).all() and not np.isnan(values).all()
    assert np.nanmax(np.abs(values)) < INSIDE_PRESSURE / 1000  # nothing that reaches into the body


@pytest.mark.parametrize("name", ["vorticity", "du_dx", "dv_dy", "dp_dx", "dp_dy", "p"])
def test_no_difference_reaches_across_a_wall(name):
    """Whatever is in the solid, what is visible stays the same to the last bit."""
    flow = cylinder()
    rng = np.random.default_rng(0)
    other = {
        q: np.where(solid_mask(flow, at), rng.standard_normal(flow.grid.shape(at)), getattr(flow, q))
        for q, at in (("u", "x-face"), ("v", "y-face"), ("p", "centre"))
    }
    changed = replace(flow, **other)
    np.testing.assert_array_equal(visible(flow, FIELDS[name]), visible(changed, FIELDS[name]))
    x, y = view_window(flow.grid).points(83, 41)
    outside = np.hypot(x[None, :], y[:, None]) > 0.5
    one, two = (sample(q, FIELDS[name], x, y) for q in (flow, changed))
    np.testing.assert_array_equal(one[outside], two[outside])


def test_fields_are_continued_up_to_the_wall():
    errors = []
    for n in (40, 80, 160):
        flow = cylinder(2 * n, n)
        angle = np.linspace(0, 2 * np.pi, 721)[:-1]
        x, y = 0.5005 * np.cos(angle), 0.5005 * np.sin(angle)
        p = at_points(flow.grid, "centre", drawable(flow, FIELDS["p"]), x, y)
        errors.append(np.abs(p - cylinder_pressure(x, y)).max())
    # To first order: the value of the nearest cells of fluid.
    assert errors[-1] < 0.15 and errors[-1] < errors[1] < errors[0] / 2


def test_arrows_beside_a_wall_show_the_gradient_of_the_fluid():
    flow = cylinder(240, 120)
    along_x, along_y = drawable_gradient(flow, FIELDS["p"])
    x, y = flow.grid.mesh("centre")
    near = (np.abs(np.hypot(x, y) - 0.53) < 0.03) & (np.abs(x) < 0.02) & (y > 0)
    assert near.any()
    # dp/dr of potential flow at the top of the cylinder is v^2 / r = 4 / 0.5.
    assert np.abs(along_y[near] / 8 - 0.8).max() < 0.25 and np.abs(along_x[near]).max() < 1
    assert np.abs(along_y).max() < 12


def test_continued():
    values = np.array([[1.0, 2.0, *[np.nan] * 9, 7.0]] * 3)
    np.testing.assert_allclose(continued(values)[0], [1, 2, 2, 2, 2, 37 / 9, 37 / 9, 37 / 9, 7, 7, 7, 7])
    np.testing.assert_allclose(continued(np.array([[1.0, 2.0], [3.0, np.nan]])), [[1, 2], [3, 2]])
    assert (continued(np.full((3, 4), np.nan)) == 0).all()
    whole = np.arange(12.0).reshape(3, 4)
    assert continued(whole) is whole


# Limits ------------------------------------------------------------------------------------------------


def test_limits_ignore_solids():
    flow = cylinder()
    assert compute(flow, "p").max() == INSIDE_PRESSURE
    found = Survey(flow.grid, FIELDS["p"], view_window(flow.grid))
    found.add(flow)
    scale = found.scale()
    assert -1.6 < scale.low < 0 < scale.high < 0.6


def test_a_view_inside_a_body_has_limits_and_is_grey(tmp_path):
    flow = cylinder()
    options = {"streamlines": True, "gradient": "p", "contours": True, "zoom": (-0.2, 0.2, -0.2, 0.2)}
    plot(flow, "p", path=tmp_path / "a.png", **options)
    pixels = np.asarray(Pillow.open(tmp_path / "a.png").convert("RGB")).reshape(-1, 3)
    assert (np.abs(pixels - GREY).max(axis=1) < 2).mean() > 0.5


# Shapes ------------------------------------------------------------------------------------------------


def pixels_of(figure, ax):
    """The drawn picture inside a panel and the coordinates x (n,), y (m,) of its pixels."""
    figure.canvas.draw()
    picture = np.asarray(figure.canvas.buffer_rgba())[..., :3].astype(float)
    box = ax.get_window_extent()
    columns = np.arange(int(box.x0) + 3, int(box.x1) - 3)
    rows = np.arange(int(box.y0) + 3, int(box.y1) - 3)
    x, y = (ax.transData.inverted().transform(np.column_stack([a + 0.5, b + 0.5])) for a, b in (
        (columns, np.full(columns.size, box.y0)), (np.full(rows.size, box.x0), rows)))  # fmt: skip
    return picture[picture.shape[0] - 1 - rows][:, columns], x[:, 0], y[:, 1]


@pytest.mark.parametrize(
    "options", [{}, {"contours": "filled"}, {"streamlines": "speed"}, {"contours": "lines"}]
)
def test_bodies_are_grey_shapes_with_an_outline(options):
    flow = two_bodies()
    figure = plot(flow, "speed", dpi=150, **options)
    panel = next(ax for ax in figure.axes if ax.get_aspect() == 1.0)
    picture, x, y = pixels_of(figure, panel)
    wall = wall_of(flow, *(distance for distance, _ in TWO))
    xx, yy = np.meshgrid(x, y)
    distance = wall(np.column_stack([xx.ravel(), yy.ravel()])).reshape(xx.shape)
    pixel = x[1] - x[0]
    # Between the nodes a corner is cut off, as in the solver.
    corners = (np.abs(np.abs(xx - 1.2) - 0.3) < 0.07) & (np.abs(np.abs(yy + 0.5) - 0.3) < 0.07)
    inside = (distance < -3 * pixel) & ~corners
    assert inside.any() and np.abs(picture[inside] - GREY).max() < 2
    outline = (np.abs(distance) < 0.3 * pixel) & ~corners
    assert picture[outline].mean() < 110
    outside = distance > 3 * pixel
    assert (np.abs(picture[outside] - GREY).max(axis=1) > 3).mean() > 0.98


def test_corners_on_nodes_are_sharp():
    flow = past(Grid.uniform(50, 30, (0, 5), (0, 3)), (rectangle(1.5, 0.2, 1, 1.2), 0.0))
    picture, x, y = pixels_of(figure := plot(flow, "speed", dpi=200), figure.axes[0])
    inside = (np.abs(x[None, :] - 1.5) < 0.5 - 2 * (x[1] - x[0])) & (y[:, None] < 0.8 - 2 * (y[1] - y[0]))
    assert np.abs(picture[inside] - GREY).max() < 2


def test_the_frame_stays_in_front_of_a_body_at_a_side():
    flow = past(
        Grid.uniform(50, 30, (0, 5), (0, 3)), (rectangle(1.5, 0.2, 1, 1.2), 0.0), (circle(3.5, 3, 0.8), 3.0)
    )
    figure = plot(flow, "speed")
    spines = figure.axes[0].spines.values()
    bodies = [artist.zorder for artist in figure.axes[0].collections]
    assert min(line.zorder for line in spines) > max(bodies)


# Lines and arrows --------------------------------------------------------------------------------------


@pytest.mark.parametrize("n", [24, 60])
def test_streamlines_go_around_bodies(n):
    flow = two_bodies(2 * n, n)
    lines = trace(flow, view_window(flow.grid))
    wall = wall_of(flow, *(distance for distance, _ in TWO))
    corner_of_a_cell = 0.1 * flow.grid.smallest_dx
    assert len(lines) > 10
    assert min(wall(line).min() for line in lines) > -corner_of_a_cell


def test_streamlines_fill_the_fluid_evenly():
    flow = two_bodies(192, 96)
    window = view_window(flow.grid)
    lines = np.vstack(trace(flow, window))
    spacing = np.sqrt(window.width * window.height) / 28
    x, y = (q.ravel() for q in np.meshgrid(*window.points(120, 60)))
    wall = wall_of(flow, *(distance for distance, _ in TWO))(np.column_stack([x, y]))
    to_side = np.minimum.reduce([x - window.x0, window.x1 - x, y - window.y0, window.y1 - y])
    gap = np.array([np.hypot(*(lines - point).T).min() for point in np.column_stack([x, y])])
    assert gap[(wall > 0) & (to_side > spacing)].max() < 1.6 * spacing
    assert gap[(wall > 0) & (wall < 0.5 * spacing)].max() < 1.3 * spacing


def test_a_streamline_of_potential_flow_is_exact_beside_the_wall():
    flow = cylinder(240, 120)
    for line in trace(flow, view_window(flow.grid)):
        x, y = line.T
        psi = y * (1 - 0.25 / np.maximum(x**2 + y**2, 0.25))
        assert np.ptp(psi) < 2e-3


@pytest.mark.parametrize("options", [{"velocity": True}, {"gradient": "p"}])
def test_arrows_stay_out_of_bodies(options):
    flow = two_bodies()
    figure = plot(flow, "p", **options)
    arrows = next(
        artist for artist in figure.axes[0].get_children() if isinstance(artist, Quiver) and artist.N > 1
    )
    half = 0.5 / arrows.scale * np.column_stack([arrows.U, arrows.V])
    wall = wall_of(flow, *(distance for distance, _ in TWO))
    slack = 0.3 * flow.grid.smallest_dx
    for ends in (arrows.XY, arrows.XY + half, arrows.XY - half):
        assert wall(ends).min() > -slack
    assert len(arrows.XY) > 100


def test_the_size_of_arrows_is_that_of_the_fluid():
    flow = cylinder()
    for arrows in (Arrows(), Arrows("p")):
        sizes = magnitudes(arrows, Scene(flow, view_window(flow.grid)))
        assert np.isfinite(sizes).all() and sizes.max() < 20


# Animations --------------------------------------------------------------------------------------------


def film(run, *layers):
    look, scene = Look(layers), stage_scene(run, (640, 360))
    with styled():
        found = survey([replace(scene, flow=run.flow(k)) for k in range(len(run.times))], [look])
        return Stage((640, 360), "towed", look, replace(scene, found=found), run.times)


@pytest.mark.parametrize("over", [(), (Streamlines(),), (Arrows(count=20),)])
def test_moving_bodies_are_drawn_in_each_frame(over):
    run = towed()
    stage = film(run, Image("speed"), *over)
    window = stage.scene.window
    for k in (0, 4, 2):
        frame = stage.draw(run.flow(k), 0.5)[stage.rows, stage.columns, :3].astype(float)
        x, y = window.points(frame.shape[1], frame.shape[0])
        distance = circle(0.8 + 0.5 * k, 0.2 * k - 0.3, 0.4)(x[None, :], y[::-1, None])
        assert np.abs(frame[distance < -3 * (x[1] - x[0])] - GREY).max() < 2
        grey = np.abs(frame - GREY).max(axis=2) < 2
        assert grey[distance > 0.03].mean() < 0.01


def test_beside_a_body_a_frame_has_the_colours_of_the_fluid():
    flow = cylinder(240, 120)
    run = SimpleNamespace(times=np.zeros(1), flow=lambda k: flow, grid=flow.grid)
    stage = film(run, Image("p"))
    scale = stage.look.ground.scale(stage.scene)
    frame = stage.draw(flow, 0)
    for x, y in [(-0.53, 0.0), (0.0, 0.53), (0.4, 0.4), (2.0, 1.0)]:
        column, up = stage.ax.transData.transform((x, y))
        near = cylinder_pressure(np.array([x]), np.array([y]))
        expected = to_colours(near, scale, colour_table(scale))[0].astype(int)
        assert np.abs(frame[frame.shape[0] - 1 - int(up), int(column), :3] - expected).max() < 30


def test_a_film_of_a_moving_body(tmp_path):
    path = animate(towed(), tmp_path / "a.gif", "vorticity", size=(320, 180), streamlines="speed")
    with Pillow.open(path) as film:
        assert film.n_frames == 5


# Walls and forces --------------------------------------------------------------------------------------


def table(count=91, names=("cylinder",)):
    angle = np.linspace(0, 360, count)
    a = np.radians(angle)
    one = {"s": 0.5 * a, "x": 0.5 * np.cos(a), "y": 0.5 * np.sin(a), "angle": angle}
    one |= {"cp": 1 - 4 * np.sin(a) ** 2, "shear": -0.02 * np.sin(2 * a)}
    columns = {name: np.tile(values, len(names)) for name, values in one.items()}
    return columns | {"body": np.repeat(names, count)}


@pytest.mark.parametrize("along", ["s", "angle", "x", "y"])
def test_walls(along, tmp_path):
    figure = plot_surface(table(), along=along, path=tmp_path / "a.svg", title="cylinder $1")
    upper, lower = figure.axes
    drawn = table()
    for ax, name in ((upper, "cp"), (lower, "shear")):
        curve = ax.lines[-1]
        np.testing.assert_allclose(np.sort(curve.get_ydata()), np.sort(drawn[name]))
        low, high = ax.get_ylim()
        assert low < drawn[name].min() and drawn[name].max() < high
    assert "C_p" in upper.get_ylabel() and "m² s⁻²" in lower.get_ylabel()
    assert lower.get_xlabel() and upper.get_legend() is None


def test_walls_of_several_bodies_have_a_legend():
    figure = plot_surface(table(names=("front", "aft")))
    assert [text.get_text() for text in figure.axes[0].get_legend().get_texts()] == ["front", "aft"]
    colours = {line.get_color() for line in figure.axes[0].lines[1:]}
    assert len(colours) == 2


def test_walls_that_cannot_be_drawn():
    with pytest.raises(ConfigError, match="lacks cp"):
        plot_surface({name: values for name, values in table().items() if name != "cp"})
    with pytest.raises(ConfigError, match="along must be one of"):
        plot_surface(table(), along="z")
    with pytest.raises(ConfigError, match="no points"):
        plot_surface({name: values[:0] for name, values in table().items()})


def forces(**more):
    t = np.cumsum(np.random.default_rng(0).uniform(0.02, 0.06, 2000))
    lift = 0.33 * np.sin(2 * np.pi * 0.165 * t)
    drag = 1.34 + 0.01 * np.cos(4 * np.pi * 0.165 * t) + 20 * np.exp(-2 * t)
    series = {"t": t, "cylinder_drag": drag, "cylinder_lift": lift, **{k: f(t) for k, f in more.items()}}
    return SimpleNamespace(name="wake", series=series)


def test_forces(tmp_path):
    figure = plot_forces(forces(), references={"cylinder": (2.0, 1.0)}, path=tmp_path / "a.png")
    upper, lower = figure.axes
    (drag,), (lift,) = ([text.get_text() for text in ax.get_legend().get_texts()] for ax in (upper, lower))
    assert drag.startswith("mean 1.34 over 6 periods") and lift.startswith("St = 0.082500 ± 0.000008")
    assert "amplitude 0.33" in lift and lift.endswith("mean 0")
    # The start-up does not flatten the rest.
    assert upper.get_ylim()[1] < 1.4 and lower.get_xlabel() == "t [s]"
    assert (tmp_path / "a.png").exists()


def test_forces_of_several_bodies_and_without_oscillation():
    run = forces(plate_drag=lambda t: 0 * t + 0.2, plate_lift=lambda t: 0 * t)
    texts = [text.get_text() for text in plot_forces(run).axes[1].get_legend().get_texts()]
    assert texts[0].startswith("cylinder: frequency = 0.16500 ± 0.00002 Hz")
    assert texts[1] == "plate: mean 0, no Strouhal number: it is steady"


def test_forces_that_are_not_there():
    with pytest.raises(ConfigError, match="no forces on bodies"):
        plot_forces(SimpleNamespace(name="cavity", series={"t": np.arange(5.0), "dt": np.ones(5)}))
    with pytest.raises(ConfigError, match="earlier time"):
        plot_forces(forces(), since=1e9)


def test_one_body_and_a_scalar_together(tmp_path):
    flow = with_temperature(cylinder(), lambda x, y: 300 + x + 0 * y)
    flow.scalars["temperature"][solid_mask(flow, "centre")] = -1e9
    found = Survey(flow.grid, field := plot_field(flow), view_window(flow.grid))
    found.add(flow)
    assert 297 < found.scale().low < 299 and 303 < found.scale().high < 305
    plot(flow, [field.name, "temperature_gradient"], gradient="temperature", path=tmp_path / "a.png")


def plot_field(flow):
    from fluidgrad.fields import lookup

    return lookup("temperature", flow.scalar_units)
