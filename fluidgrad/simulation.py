"""The time loop: step sizes, schedules, guards."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numba
import numpy as np

from fluidgrad import assembly, cases, fields, guards, loads, transfer
from fluidgrad.boundary import SIDES, along_sides
from fluidgrad.companions import Companion, followed
from fluidgrad.config import Config, load
from fluidgrad.diagnostics import Observer, Survey, columns, open_sides, probed
from fluidgrad.display import Displayed
from fluidgrad.errors import BlowUpError, ConfigError
from fluidgrad.flow import Flow
from fluidgrad.stepping import FractionalStep, State
from fluidgrad.stepsize import StepSize
from fluidgrad.threads import set_threads

if TYPE_CHECKING:
    from fluidgrad.recording import Recorder

EVEN_OUT = 10
"""Steps before an output time over which the remaining time is spread evenly."""

SLIVER = 1e-9
"""Rest of the way to a time, relative to a step, that is round-off of the clock."""


class Simulation(Displayed):
    """A flow that can be advanced in time.

    Made from a checked configuration; :meth:`from_config` reads one from a file or a dict. ``sim.u``, ``sim.v``,
    ``sim.p`` are views of the velocity on the faces (m/s) and the pressure at the centres (m2/s2) as they are now:
    ask for them anew after a step, copy what is to be kept, and change the flow with :meth:`set_velocity`.

    Parameters
    ----------
    config : the configuration.
    initial : whether to set the initial flow; a run that is resumed has its own.
    threads : threads to compute with; None for all, or one on a small grid. The result does not depend on it.
    follow : what to compute along with the run, besides what the configuration asks for.
    """

    def __init__(
        self,
        config: Config,
        threads: int | None = None,
        initial: bool = True,
        follow: Sequence[Companion] = (),
    ):
        self.config = config
        self.grid = assembly.grid_of(config)
        self.threads = set_threads(threads, self.grid.nx * self.grid.ny)
        boundary = assembly.boundary_of(config, self.grid)
        forcing = assembly.forcing_of(config, self.grid)
        implicit = config.numerics.diffusion == "implicit"
        self.stepper = FractionalStep(
            self.grid,
            boundary,
            forcing,
            config.nu,
            config.numerics.advection,
            implicit,
            self.threads,
            bodies=assembly.bodies_of(config),
            tolerance=config.numerics.pressure_tolerance,
            rheology=assembly.rheology_of(config, self.grid),
            scalars=assembly.scalars_of(config),
        )
        self.step_size = StepSize(config, self.grid, self.stepper)
        self.observer = Observer(self.grid, self.stepper.metrics)
        self.probes = assembly.probes_of(config)
        self.series_columns = columns(boundary, self.probes, config.scalars)
        self.series_columns |= loads.columns(self.stepper.bodies)
        self.series_columns |= transfer.columns(self.stepper.transports)
        if self.stepper.rheology is not None:
            self.series_columns |= self.stepper.rheology.columns
        rng = forcing.random.generator() if forcing.random else None
        stage_pressure = None if self.stepper.p is None else self.grid.zeros()
        self.state = State(0.0, 0, self.grid.zeros(), self.grid.zeros(), stage_pressure, rng)
        self.state.scalars = {name: self.grid.zeros() for name in self.stepper.transports}
        self.dt = 0.0
        self.survey = Survey(0.0, 0.0, 0.0)
        self.change = math.inf
        """Largest rate of change of the velocity (m/s2) and the scalars (unit per s) in the last step; kept if a steady
        state is looked for."""
        self._pressure = self.grid.zeros()
        self._pressure_step = -1
        self.companions = [*assembly.companions_of(config, self), *follow]
        self.series_columns = followed(self.companions, self.series_columns)
        if initial:
            self.set_initial()

    @classmethod
    def from_config(
        cls,
        source: str | Path | dict,
        overrides: tuple[str, ...] = (),
        *,
        output: str | Path | None = None,
        resume: bool = False,
        threads: int | None = None,
        follow: Sequence[Companion] = (),
    ) -> Simulation:
        """A simulation from a TOML file, its text as a dict, with ``table.key=value`` overrides.

        With ``output``, :meth:`run` stores results in that directory, which must not hold a run yet; use the
        simulation as a context manager, or :meth:`close` it, to have the results complete. With ``resume`` it goes on,
        bit for bit, with the run that is there. ``follow`` takes numbers of your own for the time series
        (:func:`fluidgrad.diagnostic`) and other companions (:mod:`fluidgrad.companions`); a run with such is resumed
        with the same.
        """
        if resume and output is None:
            raise ConfigError("resume: give the directory of the run as output")
        config = load(source, list(overrides))
        if resume:
            from fluidgrad.continuing import adopt

            config = adopt(config, Path(output))
        simulation = cls(config, threads, not resume, follow)
        if output is not None:
            from fluidgrad.recording import Recorder

            record = Recorder.resume if resume else Recorder.create
            simulation.recorder = record(simulation, Path(output))
        return simulation

    recorder: Recorder | None = None
    """Stores what :meth:`run` does, or None."""

    @property
    def t(self) -> float:
        """Time, s."""
        return self.state.t

    @property
    def step_count(self) -> int:
        """Steps taken."""
        return self.state.step

    @property
    def u(self) -> np.ndarray:
        """Velocity along x on x-faces, (ny, nx + 1), a view; coordinates ``grid.x_f``, ``grid.y``."""
        return self._to_read(self.state.u, "x-face")

    @property
    def v(self) -> np.ndarray:
        """Velocity along y on y-faces, (ny + 1, nx), a view; coordinates ``grid.x``, ``grid.y_f``."""
        return self._to_read(self.state.v, "y-face")

    @property
    def p(self) -> np.ndarray:
        """Instantaneous kinematic pressure at centres, (ny, nx), a view; solved for when first asked for."""
        return self._to_read(self.padded_pressure(), "centre")

    def padded_pressure(self) -> np.ndarray:
        """The same with the first layer of halo filled, padded, m2/s2; not to be written to."""
        if self._pressure_step != self.step_count:
            self.stepper.pressure(self.state, self._pressure)
            self._pressure_step = self.step_count
        return self._pressure

    @property
    def scalars(self) -> dict[str, np.ndarray]:
        """The scalars at centres by name, views (ny, nx)."""
        return {name: self._to_read(c, "centre") for name, c in self.state.scalars.items()}

    def _to_read(self, padded: np.ndarray, location: str) -> np.ndarray:
        """A view that cannot be written to: pressure, halo and step size would not follow."""
        view = self.grid.view(padded, location)
        view.flags.writeable = False
        return view

    def set_initial(self) -> None:
        """Set the initial flow and scalars of the configuration."""
        self._set(assembly.initial_velocity(self.config, self.grid))
        for name in self.state.scalars:
            self.set_scalar(name, assembly.initial_scalar(self.config, self.grid, name))

    def set_velocity(self, u, v) -> None:
        """Replace the velocity and project it: functions ``f(x, y)``, numbers, or arrays on the faces of shapes
        (ny, nx + 1) and (ny + 1, nx)."""
        self._set(cases.from_velocity(self.grid, _of_space(u), _of_space(v)))

    def set_streamfunction(self, psi, mean=(0.0, 0.0)) -> None:
        """Replace the velocity by ``u = dpsi/dy, v = -dpsi/dx``: a function ``psi(x, y)`` or an array on the nodes,
        (ny + 1, nx + 1), plus a uniform flow; discretely divergence-free."""
        self._set(cases.from_streamfunction(self.grid, _of_space(psi), mean))

    def set_scalar(self, name: str, values) -> None:
        """Replace a scalar: a function ``f(x, y)``, a number, or an array at the centres, (ny, nx)."""
        if name not in self.state.scalars:
            there = ", ".join(self.state.scalars) or "none"
            raise ConfigError(f"there is no scalar {name!r}; the scalars of this flow: {there}")
        given = cases.from_scalar(self.grid, _of_space(values))
        if not np.isfinite(given).all():
            raise ConfigError(f"the values of {name} are not finite everywhere")
        c = self.state.scalars[name]
        self.grid.view(c, "centre")[...] = given
        self.stepper.transports[name].start(c, self.state.t)
        self._start()

    def _set(self, velocity) -> None:
        state, stepper = self.state, self.stepper
        for padded, plain, location in zip((state.u, state.v), velocity, ("x-face", "y-face"), strict=True):
            if not np.isfinite(plain).all():
                raise ConfigError(f"the initial velocity on {location}s is not finite everywhere")
            padded.fill(0.0)
            self.grid.view(padded, location)[...] = plain
        stepper.boundary.start_outflow(state.u, state.v)
        stepper.project(state.u, state.v, state.t)
        self._start()

    def _start(self) -> None:
        """Begin anew with a velocity or a scalar that was given."""
        if self.state.p is not None:
            self.stepper.pressure(self.state, self.state.p)
        self.change = math.inf
        self.refresh()
        for companion in self.companions:
            companion.start(self)

    def refresh(self) -> None:
        """Bring derived figures up to date after the state was replaced."""
        self.survey = self.observer.survey(self.state.u, self.state.v)
        self._pressure_step = -1

    def time_step(self) -> float:
        """The step that the settings allow now, s; see :class:`fluidgrad.stepsize.StepSize`."""
        return self.step_size.allowed(self.state, self.dt, self.survey.rate)

    def step(self, until: float | None = None) -> float:
        """Take one step and return its length in s. With ``until`` the last steps before that time are evened out
        so that one of them ends there exactly; if the time is reached but for round-off, only the clock is set.

        Raises
        ------
        BlowUpError : the result is not finite or has run away; the state is still that before the step.
        """
        dt = self.time_step()
        t = self.t + dt
        if until is not None:
            remaining = until - self.t
            if abs(remaining) <= SLIVER * dt:
                self.state.t = until
                return 0.0
            if remaining < 0.0:
                raise ConfigError(
                    f"until: {until:g} s is past, it is t = {self.t:g} s; time goes forward only"
                )
            count = max(1, math.ceil(remaining / dt - 1e-9))
            if count <= EVEN_OUT or self.config.time.step is not None:
                dt = remaining / count
                t = until if count == 1 else self.t + dt
        if not t > self.t or dt < guards.COLLAPSED_STEP * self.t:
            raise guards.blow_up(self, f"the time step has fallen to {dt:.3g} s", self.state.u, self.state.v)
        stepper, state = self.stepper, self.state
        numba.set_num_threads(self.threads)
        generator = state.rng and state.rng.bit_generator.state
        try:
            stepper.advance(state, dt)
            survey = self.observer.survey(stepper.u, stepper.v)
            guards.check(self, survey, dt)
        except BlowUpError:
            if generator:
                state.rng.bit_generator.state = generator
            raise
        if self.config.time.steady is not None:
            moved = [(stepper.u, stepper.v, state.u, state.v)]
            moved += [
                (stepper.transports[n].c, stepper.transports[n].c, c, c) for n, c in state.scalars.items()
            ]
            self.change = max(self.observer.largest_change(*arrays) for arrays in moved) / dt
        for companion in self.companions:
            companion.before_accept(self, dt)
        stepper.accept(state, t)
        self.survey, self.dt = survey, dt
        for companion in self.companions:
            companion.after_step(self, dt)
        return dt

    @property
    def steady(self) -> bool:
        """Whether the flow has become steady in the sense of ``[time] steady``."""
        return self.config.time.steady is not None and self.change < self.config.time.steady

    def run(
        self, until: float | None = None, progress: bool | Callable[[Simulation], None] = True
    ) -> Simulation:
        """Advance to a time (s; the configured end if None) or to a steady state.

        ``progress`` shows a bar (in a terminal or a notebook), or is called after each step.
        """
        from fluidgrad.loop import march

        march(self, self.config.time.end if until is None else until, progress)
        return self

    def close(self) -> None:
        """Finish the results on disk and unlock their directory; without an output it does nothing."""
        if self.recorder is not None:
            self.recorder.close()
            self.recorder = None

    def __enter__(self) -> Simulation:
        return self

    def __exit__(self, *_) -> None:
        self.close()

    def diagnostics(self) -> dict[str, float]:
        """The row of the time series for now; units and meanings in ``series_columns``."""
        u, v, stepper = self.state.u, self.state.v, self.stepper
        row = {
            "dt": self.dt,
            "cfl": self.survey.rate * self.dt,
            "kinetic_energy": self.survey.energy,
            "max_speed": self.observer.max_speed(u, v),
            "max_divergence": self.survey.divergence,
            **self.observer.budget(u, v, self.config.nu),
        }
        if stepper.rheology is not None:
            row |= stepper.rheology.diagnostics(u, v)
        for name in open_sides(stepper.boundary):
            row[f"flow_{name}"] = stepper.boundary.outward_flux(name, u, v)
        if stepper.bodies:
            forces = stepper.loads(self.state, self.padded_pressure())
            row |= loads.row(stepper.bodies, forces, stepper.cut_solver.iterations)
        row |= transfer.row(stepper.transports, self.state)
        if self.probes:
            found = {"u": (u, "x-face"), "v": (v, "y-face"), "p": (self.padded_pressure(), "centre")}
            found |= {name: (c, "centre") for name, c in self.state.scalars.items()}
            row |= probed(self.grid, self.probes, found)
        for companion in self.companions:
            row |= companion.row(self)
        return row

    def flow(self, pressure: bool = True, copy: bool = True) -> Flow:
        """A copy of the present flow, for analysis and pictures. Without pressure, which has to be solved for, that is
        nan; without copy, velocity and pressure are views, right until the next step."""
        u, v, g = self.state.u, self.state.v, self.grid
        across = along_sides(g, u, v)
        carried = transfer.carried(self.stepper.transports, self.state.scalars)
        if self.stepper.walls is not None:
            across["distance"] = self.stepper.walls.distance(self.t)
        for companion in self.companions:
            carried.setdefault("particles", {}).update(companion.particles(self))
        p = self.p if pressure else np.broadcast_to(np.nan, g.shape("centre"))
        u, v, p = (q.copy() if copy else q for q in (self.u, self.v, p))
        return Flow(g, self.t, self.step_count, u, v, p, **across, **carried)

    def field(self, name: str) -> np.ndarray:
        """A scalar field by name (see :data:`fluidgrad.fields.FIELDS`), at its own location."""
        return fields.compute(self.flow(), name)

    def _title(self) -> str:
        return f"Simulation {self.config.name}".rstrip()

    def _rows(self) -> list[tuple[str, str]]:
        sides = self.stepper.boundary.sides
        return [
            ("time", f"t = {self.t:.6g} s, step {self.step_count}"),
            ("grid", f"{self.grid.nx} x {self.grid.ny} cells"),
            *((axis, self.grid.extent(axis)) for axis in ("x", "y")),
            ("viscosity", self.config.fluid.summary()),
            ("sides", ", ".join(f"{name} {sides[name].type}" for name in SIDES)),
            ("results", str(self.recorder.directory) if self.recorder else "not stored"),
        ]


def _of_space(q):
    """A user's function of x and y in the form of the solver's functions of x, y and t."""
    return (lambda x, y, t: q(x, y)) if callable(q) else q
