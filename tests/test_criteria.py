"""Vortex criteria and strain: closed forms, one mask for all, discrete identities; own fields."""

from __future__ import annotations

import numpy as np
import pytest
from exact_flows import from_streamfunction, make_flow, make_grid, stretched_faces
from hypothesis import given, settings
from hypothesis import strategies as st

from fluidgrad import fields
from fluidgrad.analysis import principal_axes
from fluidgrad.errors import ConfigError
from fluidgrad.fields import FIELDS, at_centres, compute, lookup
from fluidgrad.flow import Flow
from fluidgrad.grid import Grid

RATE = 1.7


def linear(grid, matrix):
    """The flow of a constant velocity gradient."""
    (a, b), (c, d) = matrix
    return make_flow(grid, lambda x, y: a * x + b * y, lambda x, y: c * x + d * y)


def closed_forms(matrix):
    """Every criterion of a constant velocity gradient, from eigenvalues and norms of matrices."""
    a = np.array(matrix, float)
    s, o = 0.5 * (a + a.T), 0.5 * (a - a.T)
    whole = np.zeros((3, 3))
    whole[:2, :2] = s @ s + o @ o
    stretching = np.linalg.eigvalsh(s)[1]
    q = 0.5 * ((o**2).sum() - (s**2).sum())
    return {
        "okubo_weiss": 2 * (s**2).sum() - np.trace(a) ** 2 - 2 * (o**2).sum(),
        "q_criterion": q,
        "lambda2": np.linalg.eigvalsh(whole)[1],
        "swirling_strength": np.abs(np.linalg.eigvals(a).imag).max(),
        "delta_criterion": (q / 3) ** 3,
        "velocity_gradient_determinant": np.linalg.det(a),
        "normal_strain": a[0, 0] - a[1, 1],
        "shear_strain": a[0, 1] + a[1, 0],
        "strain_squared": 2 * (s**2).sum(),
        "strain_rate": np.sqrt(2 * (s**2).sum()),
        "principal_strain": stretching,
        "enstrophy": 0.5 * (a[1, 0] - a[0, 1]) ** 2,
    }


@pytest.mark.parametrize("stretched", [False, True])
@pytest.mark.parametrize(
    "matrix",
    [
        [[RATE, 0], [0, -RATE]],
        [[0, RATE], [0, 0]],
        [[0, -RATE], [RATE, 0]],
        [[0.3, 1.2], [-2.0, -0.3]],
        [[0.9, 0.4], [0.7, -0.9]],
        [[0.5, -1.1], [0.8, 0.2]],
    ],
    ids=["saddle", "shear", "rotation", "vortex", "strain", "source"],
)
def test_constant_velocity_gradients(matrix, stretched):
    flow = linear(make_grid(6, 7, stretched), matrix)
    for name, want in closed_forms(matrix).items():
        np.testing.assert_allclose(
            compute(flow, name), want, atol=1e-7 if "sw" in name else 1e-10, err_msg=name
        )
    rate, angle = principal_axes(flow)
    s = 0.5 * (np.array(matrix) + np.transpose(matrix))
    along = np.stack([np.cos(angle), np.sin(angle)])
    np.testing.assert_allclose(np.einsum("ij,jyx->iyx", s, along), rate * along, atol=1e-10)


def test_angles_of_stretching():
    grid = make_grid(6, 5)
    for matrix, angle in (([[1, 0], [0, -1]], 0), ([[0, 2], [0, 0]], 45), ([[0, -2], [0, 0]], -45),
                          ([[-1, 0], [0, 1]], 90)):  # fmt: skip
        got = compute(linear(grid, matrix), "principal_strain_angle")
        np.testing.assert_allclose(np.abs(got) if angle == 90 else got, angle, atol=1e-9)


def taylor_green_errors(n, stretched):
    s = np.linspace(0, 2 * np.pi, n + 1)
    grid = Grid(
        s + 0.3 * np.sin(s) if stretched else s, np.linspace(0, 2 * np.pi, 3 * n // 2 + 1), True, True
    )
    flow = make_flow(grid, lambda x, y: np.sin(x) * np.cos(y), lambda x, y: -np.cos(x) * np.sin(y))

    def exact(x, y):
        cc, ss = np.cos(x) * np.cos(y), np.sin(x) * np.sin(y)
        w = 2 * (np.cos(2 * x) + np.cos(2 * y))
        return {
            "okubo_weiss": w,
            "q_criterion": -w / 4,
            "lambda2": w / 4,
            "delta_criterion": (-w / 12) ** 3,
            "velocity_gradient_determinant": -w / 4,
            "normal_strain": 2 * cc,
            "shear_strain": 0 * cc,
            "strain_squared": 4 * cc**2,
            "principal_strain": np.abs(cc),
            "enstrophy": 2 * ss**2,
            "total_pressure": 0.5 * ((np.sin(x) * np.cos(y)) ** 2 + (np.cos(x) * np.sin(y)) ** 2),
            "convective_acceleration_x": np.sin(2 * x) / 2 + 0 * y,
            "convective_acceleration_y": np.sin(2 * y) / 2 + 0 * x,
        }

    names = list(exact(0.0, 0.0))
    return np.array(
        [np.abs(compute(flow, k) - exact(*grid.mesh(FIELDS[k].location))[k]).max() for k in names]
    )


@pytest.mark.parametrize("stretched", [False, True])
def test_taylor_green_is_second_order(stretched):
    errors = np.array([taylor_green_errors(n, stretched) for n in (32, 64, 128)])
    orders = np.log2(errors[:-1] / np.maximum(errors[1:], 1e-300))
    assert orders[:, errors[-1] > 1e-10].min() > 1.85, orders


# Random flows ------------------------------------------------------------------------------------------

VORTEX = {"okubo_weiss": -1, "q_criterion": 1, "lambda2": -1, "swirling_strength": 1, "delta_criterion": 1}
"""Sign of each criterion in vortices."""


def random_flow(seed, nx, ny, periodic, stretched=False, smooth=0):
    """A discretely divergence-free flow from a random streamfunction, periodic or with tangential velocities on the
    sides at random."""
    rng = np.random.default_rng(seed)
    faces = [stretched_faces(n, (0, length)) if stretched else np.linspace(0, length, n + 1)
             for n, length in ((nx, 1.0), (ny, 2.3))]  # fmt: skip
    grid = Grid(*faces, periodic, periodic)
    psi = rng.standard_normal(grid.shape("node"))
    if periodic:
        psi[-1], psi[:, -1] = psi[0], psi[:, 0]
        psi[-1, -1] = psi[0, 0]
    for _ in range(smooth):
        inner = 0.25 * (psi[1:-1, 2:] + psi[1:-1, :-2] + psi[2:, 1:-1] + psi[:-2, 1:-1])
        psi = np.pad(inner, 1, mode="wrap")[: ny + 1, : nx + 1] if periodic else np.pad(inner, 1)
    flow = from_streamfunction(grid, psi)
    sides = {name: rng.standard_normal(n + 1) for name, n in (("u_bottom", nx), ("u_top", nx), ("v_left", ny), ("v_right", ny))}  # fmt: skip  # noqa: E501
    if periodic:
        bottom, left = 0.5 * (flow.u[0] + flow.u[-1]), 0.5 * (flow.v[:, 0] + flow.v[:, -1])
        sides = {"u_bottom": bottom, "u_top": bottom, "v_left": left, "v_right": left}
    return Flow.of(grid, flow.u, flow.v, sides=sides)


def masks(flow):
    return {name: sign * compute(flow, name) > 0 for name, sign in VORTEX.items()}


@pytest.mark.parametrize("periodic", [True, False])
@pytest.mark.parametrize("stretched", [False, True])
def test_all_criteria_give_one_mask_on_random_flows(periodic, stretched):
    cells = 0
    for seed in range(120):
        flow = random_flow(seed, 5 + seed % 13, 4 + seed % 17, periodic, stretched)
        assert np.abs(compute(flow, "divergence")).max() < 1e-11
        found = masks(flow)
        for name, mask in found.items():
            np.testing.assert_array_equal(mask, found["okubo_weiss"], err_msg=f"{name}, seed {seed}")
        cells += found["okubo_weiss"].sum()
    assert cells > 1000


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 10**9), nx=st.integers(4, 30), ny=st.integers(4, 30))
def test_the_mean_of_okubo_weiss_over_a_periodic_box_is_zero(seed, nx, ny):
    w = compute(random_flow(seed, nx, ny, periodic=True), "okubo_weiss")
    assert abs(w.mean()) < 1e-13 * np.abs(w).mean()


def test_okubo_weiss_strain_and_vorticity_belong_together():
    """At the centres W = -4 det grad u and 2 S:S = omega^2 + W, to round-off, without a divergence."""
    flow = random_flow(3, 12, 17, periodic=True)
    w = compute(flow, "okubo_weiss")
    scale = np.abs(w).max()
    np.testing.assert_allclose(w, -4 * compute(flow, "velocity_gradient_determinant"), atol=1e-13 * scale)
    enstrophy = at_centres(flow, "enstrophy")
    np.testing.assert_allclose(compute(flow, "strain_squared"), 2 * enstrophy + w, atol=1e-12 * scale)
    np.testing.assert_allclose(compute(flow, "lambda2"), w / 4, atol=1e-12 * scale)
    np.testing.assert_allclose(compute(flow, "strain_squared").mean(), 2 * enstrophy.mean(), rtol=1e-12)


def test_inside_bodies_there_is_nothing():
    from body_flows import circle, past

    grid = Grid.uniform(40, 30, (0, 4), (0, 3))
    flow = past(grid, (circle(1.5, 1.5, 0.5), 1.5))
    solid = fields.solid_mask(flow, "centre")
    for name in (*VORTEX, "strain_rate", "principal_strain", "grad_p", "schlieren_p", "sobel_speed"):
        values = compute(flow, name)
        assert np.array_equal(np.isnan(values), solid), name
    found = masks(flow)
    assert all(np.array_equal(mask, found["okubo_weiss"]) for mask in found.values())


# Patterns ----------------------------------------------------------------------------------------------


def steep(grid):
    return make_flow(
        grid, lambda x, y: y + 0 * x, lambda x, y: 0 * x * y, lambda x, y: np.tanh(4 * (x - 1.3)) + 0.2 * y
    )


def test_patterns_are_fields_of_any_field():
    flow = steep(make_grid(24, 20))
    steepness = np.hypot(*fields.gradient_at_centres(flow, "p"))
    np.testing.assert_allclose(compute(flow, "grad_p"), steepness)
    np.testing.assert_allclose(compute(flow, "schlieren_p"), np.exp(-10 * steepness / steepness.max()))
    bend = compute(flow, "laplacian_p")
    np.testing.assert_allclose(compute(flow, "shadowgraph_p"), bend / np.abs(bend).max())
    np.testing.assert_allclose(bend, compute(flow, "d2p_dx2") + compute(flow, "d2p_dy2"), atol=1e-12)
    along_x, along_y = (compute(flow, f"dkinetic_energy_d{axis}") for axis in "xy")
    np.testing.assert_allclose(
        compute(flow, "grad_kinetic_energy_angle"), np.degrees(np.arctan2(along_y, along_x))
    )
    assert compute(flow, "sobel_p").max() < steepness.max() * 1.001
    np.testing.assert_allclose(compute(flow, "schlieren_vorticity"), 1)


def test_names_units_and_symbols_of_patterns():
    found = lookup("d2vorticity_dxdy")
    assert (found.location, found.units, found.diverging) == ("centre", "m-2 s-1", True)
    assert found.symbol == r"\partial^2 \omega/\partial x\partial y"
    assert lookup("grad_theta", {"theta": ("K", "temperature")}).units == "K m-1"
    assert lookup("laplacian_c", {"c": ("%", "")}).units == "(%) m-2"
    assert lookup("schlieren_grad_p", {"grad_p": ("K", "")}).units == "1"
    assert lookup("dp_dx").location == "x-face" and lookup("dspeed_dx").location == "centre"
    assert all(lookup(form.replace("{}", "p")).formula for form in fields.PATTERNS)


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ("okubo-weiss", "did you mean 'okubo_weiss'"),
        ("grad_vortcity", "did you mean 'grad_vorticity'"),
        ("d2p_dx3", "did you mean 'd2p_dx2'"),
        ("dissipation", "did you mean 'strain_squared'"),
        ("zzzz", r"fields are u, v, p.*dF_dx, dF_dy, grad_F"),
    ],
)
def test_unknown_names_are_helped(wrong, words):
    with pytest.raises(ConfigError, match=words):
        lookup(wrong)


def test_every_field_has_its_entry():
    for name, one in FIELDS.items():
        assert one.name == name and one.formula and one.units and one.symbol and one.long_name, name
    assert FIELDS["okubo_weiss"].source and FIELDS["lambda2"].source
    for members in fields.GROUPS.values():
        assert all(lookup(member) for member in members)
    assert len(fields.reference()) == len(FIELDS) + len(fields.PATTERNS)


# Own fields --------------------------------------------------------------------------------------------


@pytest.fixture
def own():
    """Puts the table back as it was."""
    before = dict(FIELDS)
    yield
    for name in FIELDS.keys() - before.keys():
        fields.remove(name)
    assert before == FIELDS


@pytest.mark.usefixtures("own")
def test_an_own_field_is_known_everywhere(tmp_path):
    from output_miniature import GRID, sample, settings

    from fluidgrad.output import RunWriter, open_run
    from fluidgrad.plotting import plot

    @fields.add("lamb_x", units="m s-2", long_name="Lamb vector along x", diverging=True)
    def lamb_x(flow):
        """-omega v"""
        return -at_centres(flow, "vorticity") * at_centres(flow, "v")

    flow = sample(GRID)
    np.testing.assert_array_equal(compute(flow, "lamb_x"), lamb_x(flow))
    assert lookup("grad_lamb_x").units == "s-2" and FIELDS["lamb_x"].formula == "-omega v"
    with RunWriter.create(tmp_path / "a", GRID, **settings(fields=["lamb_x", "grad_p"])) as writer:
        writer.write_snapshot(0, flow)
    run = open_run(tmp_path / "a")
    assert run.fields[-2:] == ["lamb_x", "grad_p"]
    np.testing.assert_array_equal(run.field("lamb_x"), lamb_x(flow))
    np.testing.assert_array_equal(run.field("grad_p"), compute(flow, "grad_p"))
    assert run.to_xarray("grad_lamb_x").grad_lamb_x.attrs["units"] == "s-2"
    plot(run, "lamb_x", path=tmp_path / "a.png")

    @fields.add("lamb_x")
    def again(flow):
        return 2 * lamb_x(flow)

    np.testing.assert_array_equal(compute(flow, "lamb_x"), 2 * lamb_x(flow))


@pytest.mark.usefixtures("own")
def test_own_fields_that_cannot_be():
    with pytest.raises(ConfigError, match="'vorticity' is taken"):
        fields.add("vorticity")
    with pytest.raises(ConfigError, match="is taken"):
        fields.add("velocity_gradient")
    with pytest.raises(ConfigError, match="no name of a field"):
        fields.add("a-b")
    with pytest.raises(ConfigError, match=r"no location 'edge'.*centre, x-face"):
        fields.add("mine", "edge")
    fields.add("mine")(lambda flow: np.zeros(3))
    with pytest.raises(ConfigError, match=r"'mine' came out with shape \(3,\); a centre field.*\(5, 6\)"):
        compute(steep(make_grid(6, 5)), "mine")
    with pytest.raises(ConfigError, match="'vorticity' is not yours"):
        fields.remove("vorticity")
