"""Spectra and fluxes: Parseval, waves whose place is known, the solver's own rates of change."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from exact_flows import from_streamfunction, make_grid, taylor_green
from setups import orders, periodic, simulation

from fluidgrad import fields
from fluidgrad.analysis import (
    energy_spectrum,
    enstrophy_spectrum,
    field_spectrum,
    spatial_correlation,
    spectral_flux,
    spectrum,
)
from fluidgrad.analysis.averages import areas
from fluidgrad.errors import ConfigError
from fluidgrad.flow import Flow
from fluidgrad.grid import Grid

TURN = (0, 2 * np.pi)


def random_flow(grid, seed=0):
    psi = np.random.default_rng(seed).normal(size=grid.shape("node"))
    if grid.periodic_x:
        psi[:, -1] = psi[:, 0]
    if grid.periodic_y:
        psi[-1] = psi[0]
    return from_streamfunction(grid, psi)


def eddies(nx, ny, seed=3):
    """A periodic flow of few modes with a mean flow, sampled on any grid."""
    grid = Grid.uniform(nx, ny, TURN, TURN, True, True)
    x, y = grid.mesh("node")
    psi, rng = 0.3 * y - 0.2 * x, np.random.default_rng(seed)
    for kx in range(4):
        for ky in range(-3, 4):
            phase = TURN[1] * rng.random()
            psi = psi + rng.normal() * np.cos(kx * x + ky * y + phase) / (1 + kx**2 + ky**2)
    return Flow.of(grid, np.diff(psi, axis=0) / grid.dy[:, None], -np.diff(psi, axis=1) / grid.dx)


def mean(flow, name):
    location = fields.lookup(name).location
    return np.average(fields.compute(flow, name), weights=areas(flow.grid, location))


def mean_enstrophy(flow):
    return 0.5 * np.average(fields.compute(flow, "vorticity") ** 2, weights=areas(flow.grid, "node"))


@pytest.mark.parametrize("along", ["xy", "x", "y", None])
@pytest.mark.parametrize("cells", [(16, 12), (15, 9)])
def test_spectra_of_periodic_boxes_sum_to_the_means(cells, along):
    flow = random_flow(make_grid(*cells, periodic=(True, True)))
    energy, enstrophy = energy_spectrum(flow, along=along), enstrophy_spectrum(flow, along=along)
    assert energy.total == pytest.approx(mean(flow, "kinetic_energy"), rel=1e-14)
    assert enstrophy.total == pytest.approx(mean_enstrophy(flow), rel=1e-14)
    assert not energy.windowed and energy.note == "exact"
    assert energy.density.sum() * energy.width == pytest.approx(energy.total, rel=1e-14)
    count = {"x": cells[0], "y": cells[1]}.get(along, cells[0] * cells[1])
    assert energy.modes.sum() == count
    pressure = field_spectrum(flow, "speed", along=along)
    assert pressure.total == pytest.approx(np.mean(fields.compute(flow, "speed") ** 2), rel=1e-14)


@pytest.mark.parametrize("periodic_x", [True, False])
def test_spectra_along_the_periodic_direction_of_a_channel_are_exact(periodic_x):
    """Also where the cells across it are stretched."""
    across = make_grid(12, 12, stretched=True)
    faces = np.linspace(0, 3, 17)
    grid = Grid(faces, across.y_f, True) if periodic_x else Grid(across.x_f, faces, False, True)
    flow = random_flow(grid)
    found = energy_spectrum(flow)
    assert found.along == ("x" if periodic_x else "y") and not found.windowed
    assert found.total == pytest.approx(mean(flow, "kinetic_energy"), rel=1e-14)
    assert enstrophy_spectrum(flow).total == pytest.approx(mean_enstrophy(flow), rel=1e-14)


def test_waves_are_in_their_shells():
    grid = Grid.uniform(24, 16, (0, 3), (0, 1), True, True)
    x, y = grid.mesh("centre")
    k = 2 * np.pi / 3
    found = spectrum(5 + 2 * np.cos(4 * k * x) + np.sin(2 * np.pi * y), grid)
    assert np.flatnonzero(found.content > 1e-12).tolist() == [0, 3, 4]
    assert found.content[[0, 3, 4]] == pytest.approx([25, 0.5, 2], rel=1e-13)
    assert found.k[4] == pytest.approx(4 * k)
    vortices = energy_spectrum(taylor_green(16))
    assert np.flatnonzero(vortices.content > 1e-12).tolist() == [1]  # |k| = sqrt(2)


def test_walls_and_stretched_cells_are_windowed_and_it_is_said():
    for stretched, words in ((False, "hann window along y"), (True, "equal cells along y")):
        grid = make_grid(96, 80, stretched)
        x, y = grid.mesh("centre")
        wave = 3.0 + np.cos(2 * np.pi * 8 * (x - grid.x_f[0]) / grid.length_x) + 0 * y
        found = spectrum(wave, grid, along="x")
        assert found.windowed and ("equal cells along x" in found.note) == stretched
        assert found.content[0] == pytest.approx(9.0, rel=1e-3)
        assert np.argmax(found.content[1:]) + 1 == 8
        assert found.content[6:11].sum() == pytest.approx(0.5, rel=0.02)
        assert words in energy_spectrum(random_flow(grid)).note


def test_steep_spectra_are_seen_through_the_window():
    """Power that leaks from strong waves would hide the weak ones: the window keeps it below 1e-6."""
    grid = make_grid(128, 16)
    x, y = grid.mesh("centre")
    angle = 2 * np.pi * (x - grid.x_f[0]) / grid.length_x
    found = spectrum(np.cos(5.5 * angle) + 0 * y, grid, along="x")
    bare = spectrum(np.cos(5.5 * angle) + 0 * y, grid, along="x", window="boxcar")
    assert found.content[40:].max() < 1e-7 and bare.content[40:].max() > 1e-5


@pytest.mark.parametrize("quantity", ["energy", "enstrophy"])
@pytest.mark.parametrize("cells", [(16, 12), (24, 24)])
def test_transfers_sum_to_zero(quantity, cells):
    for flow in (random_flow(make_grid(*cells, periodic=(True, True))), eddies(*cells)):
        found = spectral_flux(flow, quantity=quantity)
        size = np.abs(found.transfer).sum()
        assert size > 0 and abs(found.flux[-1]) < 1e-14 * size
        assert found.flux[0] == pytest.approx(0, abs=1e-14 * size)


def test_energy_transfer_is_the_rate_of_change_without_friction():
    """The solver's own: central difference over two small steps."""
    flow, step = eddies(32, 24), 1e-3
    sim = simulation((32, 24), periodic(), x=TURN, y=TURN, time={"step": step})
    sim.set_velocity(flow.u, flow.v)
    spectra, transfers = [energy_spectrum(sim)], []
    for _ in range(2):
        sim.step()
        spectra.append(energy_spectrum(sim))
        transfers.append(spectral_flux(sim).transfer)
    rate = (spectra[2].content - spectra[0].content) / (2 * step)
    assert np.abs(rate - transfers[0]).max() < 1e-5 * np.abs(rate).max()


def triads(flow, factor):
    """Transfers of the exact flow of few modes, mode by mode from the Fourier series of u . grad q."""
    u, v = flow.u[:, :-1], flow.v[:-1]
    ny, nx = u.shape
    kx, ky = np.fft.fftfreq(nx, 1 / nx)[None], np.fft.fftfreq(ny, 1 / ny)[:, None]
    # To one point: the nodes, by the shift of half a cell.
    shift_x, shift_y = np.exp(-0.5j * kx * 2 * np.pi / nx), np.exp(-0.5j * ky * 2 * np.pi / ny)
    u_hat, v_hat = np.fft.fft2(u) * shift_y, np.fft.fft2(v) * shift_x
    q_hats = [u_hat, v_hat] if factor == "energy" else [1j * kx * v_hat - 1j * ky * u_hat]
    back = np.fft.ifft2
    total = 0
    for q in q_hats:
        rate = -(back(u_hat) * back(1j * kx * q) + back(v_hat) * back(1j * ky * q))
        total = total + np.real(np.conj(q) * np.fft.fft2(rate)) / (nx * ny) ** 2
    number = np.rint(np.hypot(kx, ky)).astype(int)
    return np.bincount(number.ravel(), total.ravel())[:7]


@pytest.mark.parametrize("quantity", ["energy", "enstrophy"])
def test_transfers_are_second_order(quantity):
    exact = triads(eddies(256, 256), quantity)
    errors = []
    for n in (32, 64, 128):
        found = spectral_flux(eddies(n, n), quantity=quantity).transfer[:7]
        errors.append(np.abs(found - exact).max() / np.abs(exact).max())
    assert errors[-1] < 0.01 and all(1.8 < order < 2.2 for order in orders(errors))


def test_bodies_are_told_of_and_filled():
    for periodic_both in (True, False):
        grid = make_grid(24, 20, periodic=(periodic_both, periodic_both))
        x, y = grid.mesh("node")
        flow = replace(random_flow(grid), distance=np.hypot(x - 1.2, y + 0.3) - 0.3)
        assert "moves with them" in energy_spectrum(flow).note
        found = enstrophy_spectrum(flow)
        assert "filled with the mean" in found.note and np.isfinite(found.content).all() and found.total > 0
    with pytest.raises(ConfigError, match="no bodies"):
        spectral_flux(replace(flow, grid=make_grid(24, 20, periodic=(True, True))))


def test_mistakes_are_told():
    walled = random_flow(make_grid(8, 8))
    with pytest.raises(ConfigError, match="periodic both ways"):
        spectral_flux(walled)
    with pytest.raises(ConfigError, match="none of energy, enstrophy"):
        spectral_flux(taylor_green(8), quantity="heat")
    with pytest.raises(ConfigError, match="along: 'z'"):
        energy_spectrum(walled, along="z")


def test_what_has_no_spectrum_is_told():
    grid = Grid.uniform(8, 6)
    with pytest.raises(ConfigError, match="of shape"):
        spectrum(np.zeros((3, 3)), grid)
    with pytest.raises(ConfigError, match="finite"):
        spectrum(np.full(grid.shape("centre"), np.nan), grid)
    flow = random_flow(grid)
    with pytest.raises(ConfigError, match="no window 'door'"):
        energy_spectrum(flow, window="door")
    solid = replace(flow, distance=-np.ones(grid.shape("node")))
    for function in (enstrophy_spectrum, lambda one: spatial_correlation(one, "p")):
        with pytest.raises(ConfigError, match="nothing but bodies"):
            function(solid)
