"""Growth and speed of the unstable Tollmien-Schlichting wave of plane Poiseuille flow at Re 7500: walls, convection and
time together, to a fraction of a percent of the velocity gradient. More telling than any steady flow."""

from __future__ import annotations

import numpy as np

from fluidgrad.validation import figures
from fluidgrad.validation.case import Case, Measured, Quantity, Setup
from fluidgrad.validation.measures import PERIODIC, walls
from fluidgrad.validation.reference import table

NAME, REYNOLDS, ALPHA = "Re 7500", 7500.0, 1.0
END, SETTLED = 50.0, 20.0
"""Time of the run, and time from which the growth is measured, s."""

AMPLITUDE = 1e-4


def settings(n: int) -> dict:
    """Configuration by the cells across; half as many along a wave."""
    return {
        "domain": {"x": [0.0, 2 * np.pi], "y": [-1.0, 1.0], "cells": [n // 2, n]},
        "fluid": {"reynolds": REYNOLDS},
        "boundaries": walls(left=PERIODIC, right=PERIODIC),
        "forcing": {"force": [2 / REYNOLDS, 0.0]},
        "time": {"end": END, "cfl": 0.9},
    }


def mode(degree: int = 120):
    """Growth rate, frequency and streamfunction phi(y), a spline, of the most unstable wave of ``U = 1 - y^2`` by
    Chebyshev collocation of the Orr-Sommerfeld equation (clamped fourth derivative as in Trefethen, Spectral Methods
    in MATLAB, 2000, program 40); the largest ``|phi'|`` is 1."""
    from scipy.interpolate import CubicSpline
    from scipy.linalg import eig

    k = np.arange(degree + 1)
    y = np.cos(np.pi * k / degree)
    c = np.where((k == 0) | (k == degree), 2.0, 1.0) * (-1.0) ** k
    gaps = y[:, None] - y[None, :] + np.eye(degree + 1)
    d = np.outer(c, 1 / c) / gaps
    d -= np.diag(d.sum(axis=1))
    d2 = d @ d
    weight = np.diag(np.concatenate([[0.0], 1 / (1 - y[1:-1] ** 2), [0.0]]))
    d4 = (np.diag(1 - y**2) @ np.linalg.matrix_power(d, 4) - 8 * np.diag(y) @ d2 @ d - 12 * d2) @ weight
    inner = np.s_[1:-1, 1:-1]
    identity, base = np.eye(degree - 1), np.diag(1 - y[1:-1] ** 2)
    laplacian = d2[inner] - ALPHA**2 * identity
    viscous = (d4[inner] - 2 * ALPHA**2 * d2[inner] + ALPHA**4 * identity) / REYNOLDS
    values, vectors = eig(viscous - 1j * ALPHA * (base @ laplacian + 2 * identity), laplacian)
    best = np.argmax(np.where(np.isfinite(values) & (values.real < 1), values.real, -np.inf))
    phi = np.concatenate([[0], vectors[:, best], [0]])
    phi /= np.abs(d @ phi).max()
    return values[best].real, -values[best].imag, CubicSpline(y[::-1], phi[::-1])


def measure(sim, march) -> Measured:
    """Growth of the wave's energy and turning of its phase, after the discrete wave has settled."""
    _, _, phi = mode()
    g = sim.grid
    psi = AMPLITUDE * (phi(g.y_f)[:, None] * np.exp(1j * ALPHA * g.x_f)).real
    psi[0] = psi[-1] = 0.0
    parabola = 1 - g.y[:, None] ** 2 + 1 / g.ny**2  # the scheme's own steady flow
    sim.set_velocity(np.diff(psi, axis=0) / g.dy[:, None] + parabola, -np.diff(psi, axis=1) / g.dx)
    wave = np.exp(-1j * ALPHA * g.x) / g.nx
    times, energies, phases = [], [], []

    def watch(sim) -> None:
        along = sim.u[:, :-1] - sim.u[:, :-1].mean(axis=1, keepdims=True)
        times.append(sim.t)
        energies.append(np.sum(along**2) + np.sum(sim.v**2))
        phases.append(np.angle(sim.v[g.ny // 2] @ wave))

    march(END, watch)
    t, logs, phase = np.array(times), 0.5 * np.log(energies), np.unwrap(phases)
    late = t > SETTLED
    growth, frequency = np.polyfit(t[late], logs[late], 1)[0], -np.polyfit(t[late], phase[late], 1)[0]
    return Measured({"growth": growth, "frequency": frequency}, {"amplitude": (t, logs - logs[0])})


PUBLISHED = {key: table("orr_sommerfeld").published(key, Re=REYNOLDS) for key in ("growth", "frequency")}


def draw(figure, outcome) -> None:
    left, right = figure.subplots(1, 2)
    figures.computed(left, outcome, NAME, "amplitude")
    t = np.linspace(0, END, 21)
    figures.published(left, t, PUBLISHED["growth"].value * t, "linear theory")
    left.set(xlabel="t (s)", ylabel="logarithm of the amplitude", xlim=(0, END))
    figures.legend(left)
    lines = [(NAME, "growth", "growth rate, relative"), (NAME, "frequency", "frequency, relative")]
    figures.convergence(right, outcome, lines)


CASE = Case(
    name="orr_sommerfeld",
    title="Tollmien-Schlichting wave in plane Poiseuille flow, Re 7500",
    resolution="cells across",
    setups=(
        Setup(
            NAME,
            settings,
            measure,
            (
                Quantity("growth", "growth rate", PUBLISHED["growth"], 0.15, at=128, least_order=1.5),
                Quantity("frequency", "frequency", PUBLISHED["frequency"], 0.01, at=128, least_order=1.5),
            ),
            quick=(96, 128),
            full=(96, 128, 192, 256),
        ),
    ),
    draw=draw,
)
