"""Analysis of labelled data: ``ds.fluid`` on datasets of runs, loaded by ``import fluidgrad.accessor``.

>>> data = fluidgrad.open_run("outputs/cylinder_wake").to_xarray()        # doctest: +SKIP
>>> data = xarray.open_dataset("run.h5", engine="h5netcdf")               # doctest: +SKIP
>>> data.fluid.okubo_weiss().isel(time=-1).plot()                         # doctest: +SKIP

Results carry units, names and coordinates; those over time are computed one snapshot at a time, when their values
are used.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import xarray

from fluidgrad import fields
from fluidgrad.analysis.sources import nearest
from fluidgrad.errors import ConfigError
from fluidgrad.fields import Field
from fluidgrad.flow import Flow
from fluidgrad.grid import LOCATIONS, Grid
from fluidgrad.interpolation import weights
from fluidgrad.output.labelled import over_time
from fluidgrad.output.schema import COORDINATE_ATTRIBUTES, PERIODIC, SCALARS, SIDES

VORTEX_UNITS = {
    "label": "1", "circulation": "m2 s-1", "core_circulation": "m2 s-1", "area": "m2", "peak": "s-1",
}  # fmt: skip
"""Units of the columns of a table of vortices that are not in metres."""


class LabelledFlows:
    """The flows of a dataset, rebuilt one at a time, with the face of a run: ``times`` (n,), ``grid``, ``flow(k)``,
    ``name``, ``scalars``.

    The dataset has the velocity ``u``, ``v`` on faces (``x_f``, ``y_f``) or both at centres, and may have the
    pressure ``p``, what the sides hold, ``distance`` and scalars, under the names of :mod:`fluidgrad.output.schema`.
    Attributes ``periodic_x`` and ``periodic_y`` tell of joined sides; without them a side is not.

    Raises
    ------
    ConfigError : there is no velocity in it, or its coordinates are no grid.
    """

    def __init__(self, dataset: xarray.Dataset) -> None:
        self._dataset = dataset
        self.grid = _grid(dataset)
        self.name = str(dataset.attrs.get("title", ""))
        self.times = np.atleast_1d(dataset["time"].values) if "time" in dataset.coords else np.zeros(1)
        names = [name for name in str(dataset.attrs.get(SCALARS, "")).split() if name in dataset]
        self.scalars = {
            name: (dataset[name].attrs.get("units", "1"), dataset[name].attrs.get("long_name", name))
            for name in names
        }
        self._last: tuple[int, Flow] | None = None

    def __len__(self) -> int:
        return self.times.size

    def flow(self, index: int = -1, *, time: float | None = None) -> Flow:
        """A flow by position, negative from the end, or the one nearest to a time (s)."""
        k = range(len(self))[index] if time is None else nearest(self.times, time)
        last = self._last  # another thread may be reading too
        if last is None or last[0] != k:
            last = self._last = (k, self._rebuilt(k))
        return last[1]

    def _rebuilt(self, k: int) -> Flow:
        now = self._dataset.isel(time=k) if "time" in self._dataset.dims else self._dataset

        def values(name: str, *dims: str) -> np.ndarray:
            return now[name].transpose(*dims).values.astype(float)

        staggered = "x_f" in now["u"].dims
        dims = LOCATIONS["x-face" if staggered else "centre"], LOCATIONS["y-face" if staggered else "centre"]
        flow = Flow.of(
            self.grid,
            *(values(name, *at) for name, at in zip(("u", "v"), dims, strict=True)),
            values("p", *LOCATIONS["centre"]) if "p" in now else np.nan,
            time=float(self.times[k]),
            step=int(now["step"]) if "step" in now else 0,
            sides={name: values(name, *about.dims) for name, about in SIDES.items() if name in now},
            distance=values("distance", *LOCATIONS["node"]) if "distance" in now else None,
            scalars={name: values(name, *LOCATIONS["centre"]) for name in self.scalars},
        )
        sides = {
            name: beside | {
                side: values(stored, *now[stored].dims)
                for side, stored in fields.side_values(name).items() if stored in now
            }
            for name, beside in flow.scalar_sides.items()
        }  # fmt: skip
        return replace(flow, scalar_sides=sides, scalar_units=self.scalars)


@xarray.register_dataset_accessor("fluid")
class Fluid:
    """What a dataset says of its flow. Every derived field is a method by its name, ``ds.fluid.vorticity()``, patterns
    such as ``ds.fluid.grad_p()`` among them (:mod:`fluidgrad.fields`)."""

    def __init__(self, dataset: xarray.Dataset) -> None:
        self._dataset = dataset

    @functools.cached_property
    def flows(self) -> LabelledFlows:
        """The flows of the dataset; what functions of :mod:`fluidgrad.analysis` take as a source."""
        return LabelledFlows(self._dataset)

    def __getattr__(self, name: str) -> Callable[[], xarray.DataArray]:
        if name.startswith("_"):
            raise AttributeError(name)
        scalars = self.flows.scalars
        try:
            found = fields.lookup(name, scalars)
        except ConfigError as error:
            raise AttributeError(str(error)) from None

        def method() -> xarray.DataArray:
            return self.field(name)

        method.__name__, method.__doc__ = name, f"{found.long_name}: {found.formula}"
        return method

    def __dir__(self) -> list[str]:
        return sorted({*super().__dir__(), *fields.known(self.flows.scalars)})

    def field(self, name: str) -> xarray.DataArray:
        """A field by its name, stored or derived, where it lives. Raises ConfigError if there is none."""
        found = fields.lookup(name, self.flows.scalars)
        stored = self._dataset.get(name)
        if stored is not None and {*LOCATIONS[found.location]} <= {*stored.dims}:
            return stored.assign_coords(self._instants())
        return self._labelled(found)

    def gradient(self, name: str) -> xarray.Dataset:
        """Both derivatives of a field, ``d<name>_dx`` and ``d<name>_dy``, at the cell centres
        (:func:`fluidgrad.fields.gradient_at_centres`)."""
        return self._patterns(name, "d{}_dx", "d{}_dy")

    def hessian(self, name: str) -> xarray.Dataset:
        """The second derivatives of a field at the cell centres (:func:`fluidgrad.analysis.hessian`)."""
        return self._patterns(name, "d2{}_dx2", "d2{}_dxdy", "d2{}_dy2")

    def velocity_gradient(self) -> xarray.Dataset:
        """All four components at the cell centres (:func:`fluidgrad.analysis.velocity_gradient`)."""
        return xarray.Dataset({**self.gradient("u"), **self.gradient("v")})

    def probe(self, x: float, y: float, names: str | Sequence[str] = ()) -> xarray.Dataset:
        """Fields at a point (m) over time, bilinear; default: velocity, pressure and scalars. Of what is stored no
        more is read than lies around the point.

        Raises ConfigError if the point is outside the domain, or there is no field of one of the names.
        """
        grid = self.flows.grid
        if not (grid.x_f[0] <= x <= grid.x_f[-1] and grid.y_f[0] <= y <= grid.y_f[-1]):
            raise ConfigError(
                f"({x:g}, {y:g}) is outside the domain: x = {grid.extent('x')}, y = {grid.extent('y')}"
            )
        wanted = [names] if isinstance(names, str) else list(names) or [*fields.PRIMARY, *self.flows.scalars]
        series = {}
        for name in fields.expand(wanted, self.flows.scalars):
            whole = corners = self.field(name)
            for dim in set(whole.dims) - {"time"}:
                place = x if dim.startswith("x") else y
                first, second, share = (
                    float(one) for one in weights(grid, dim, np.float64(place), np.float64)
                )
                pair = corners.isel({dim: [int(first), int(second)]}, drop=True)
                corners = (pair * xarray.DataArray([1 - share, share], dims=dim)).sum(dim, skipna=False)
            series[name] = corners.assign_attrs(whole.attrs)
        return xarray.Dataset(series).assign_coords(x=x, y=y)

    def spectrum(self, quantity: str = "energy", **options: Any) -> xarray.Dataset:
        """Spectrum at every time over wave numbers ``k`` (rad/m): ``density`` per wave number and ``content`` per
        shell. ``quantity`` is "energy", "enstrophy" or a field; options as :func:`fluidgrad.analysis.energy_spectrum`.
        """
        from fluidgrad import analysis

        of = {"energy": analysis.energy_spectrum, "enstrophy": analysis.enstrophy_spectrum}
        make = of.get(quantity) or functools.partial(analysis.field_spectrum, name=quantity)
        every = [make(self.flows.flow(k), **options) for k in range(len(self.flows))]
        one = every[0]
        k = xarray.DataArray(one.k, dims="k", attrs={"units": "rad m-1", "long_name": "wave number"})
        words = {"content": f"{one.quantity} per shell", "density": f"{one.quantity} per wave number"}
        data = {
            name: self._stacked([getattr(each, name) for each in every], ("k",), {"long_name": about})
            for name, about in words.items()
        }
        return xarray.Dataset(data, {"k": k, **self._instants()}, {"along": one.along, "note": one.note})

    def ftle(self, time: float | None = None, **options: Any) -> xarray.DataArray:
        """Finite-time Lyapunov exponents (1/s) of the flow from a time (s) on; options as
        :func:`fluidgrad.analysis.ftle`."""
        from fluidgrad import analysis

        found = analysis.ftle(self.flows, time, **options)
        coordinates = {
            dim: (dim, getattr(found, dim), {"units": "m", "long_name": f"{dim} at the start"})
            for dim in ("x", "y")
        }
        attributes = {
            "units": "s-1",
            "long_name": "finite-time Lyapunov exponent",
            "duration": found.duration,
        }
        return xarray.DataArray(
            found.values, {**coordinates, "time": found.time}, ("y", "x"), name="ftle", attrs=attributes
        )

    def vortices(self, index: int = -1, *, time: float | None = None, **options: Any) -> xarray.Dataset:
        """The vortices of one instant: a table along ``vortex``, and ``labels`` and ``regions``, the number of the
        vortex that a cell is in. Options as :func:`fluidgrad.analysis.find_vortices`."""
        from fluidgrad import analysis

        found = analysis.find_vortices(self.flows, index=index, time=time, **options)
        table = {
            name: ("vortex", values, {"units": VORTEX_UNITS.get(name, "m")})
            for name, values in found.table().items()
        }
        numbers = table.pop("label")
        cells = {name: (LOCATIONS["centre"], getattr(found, name)) for name in ("labels", "regions")}
        places = {dim: self._coordinate(dim) for dim in ("x", "y")}
        # The grid has the names x and y; the centroid goes by others.
        table = {f"centre_{name}" if name in places else name: column for name, column in table.items()}
        about = {"criterion": found.criterion, "threshold": found.threshold}
        return xarray.Dataset(table | cells, {"vortex": numbers, **places, "time": found.time}, about)

    # Labels ----------------------------------------------------------------------------------------------

    def _patterns(self, name: str, *forms: str) -> xarray.Dataset:
        base = fields.lookup(name, self.flows.scalars)
        made = [fields.PATTERNS[form].of(form.replace("{}", name), base) for form in forms]
        return xarray.Dataset({one.name: self._labelled(one) for one in made})

    def _labelled(self, found: Field) -> xarray.DataArray:
        """A field of the flows with its labels, computed when it is used."""
        dims, flows = LOCATIONS[found.location], self.flows
        attributes = {"units": found.units, "long_name": found.long_name}
        coordinates = {dim: self._coordinate(dim) for dim in dims}
        if "time" not in self._dataset.dims:
            variable = xarray.Variable(dims, found.function(flows.flow(0)), attributes)
        else:
            shape = flows.grid.shape(found.location)
            data = over_time(len(flows), shape, lambda k, part: found.function(flows.flow(k))[part])
            variable = xarray.Variable(("time", *dims), data, attributes)
        return xarray.DataArray(variable, {**coordinates, **self._instants()}, name=found.name)

    def _stacked(self, rows: list[np.ndarray], dims: tuple[str, ...], attributes: dict) -> xarray.Variable:
        """One array per instant as a variable."""
        if "time" in self._dataset.dims:
            return xarray.Variable(("time", *dims), np.stack(rows), attributes)
        return xarray.Variable(dims, rows[0], attributes)

    def _instants(self) -> dict[str, xarray.DataArray]:
        return {name: self._dataset[name] for name in ("time", "step") if name in self._dataset}

    def _coordinate(self, dim: str) -> xarray.Variable:
        if dim in self._dataset.coords:
            return self._dataset[dim].variable
        return xarray.Variable(dim, getattr(self.flows.grid, dim), COORDINATE_ATTRIBUTES[dim])


def _grid(dataset: xarray.Dataset) -> Grid:
    """The grid of a dataset; ConfigError if it has none, or not all of it."""
    if missing := [name for name in ("u", "v") if name not in dataset]:
        raise ConfigError(f"the dataset has no {' and no '.join(missing)}: .fluid needs the velocity")
    faces = [_faces(dataset, dim) for dim in ("x", "y")]
    try:
        return Grid(*faces, *(bool(dataset.attrs.get(name, 0)) for name in PERIODIC))
    except ValueError as error:
        raise ConfigError(f"the coordinates of the dataset are no grid: {error}") from None


def _faces(dataset: Mapping[str, xarray.DataArray], dim: str) -> np.ndarray:
    """Faces along an axis: stored, or around evenly spaced centres."""
    centres = np.atleast_1d(dataset[dim].values)
    if f"{dim}_f" in dataset:
        faces = np.atleast_1d(dataset[f"{dim}_f"].values)
        middle = 0.5 * (faces[1:] + faces[:-1])
        if middle.shape != centres.shape or not np.allclose(
            middle, centres, rtol=0, atol=1e-6 * np.ptp(faces)
        ):
            raise ConfigError(
                f"{dim} and {dim}_f do not fit: .fluid needs the whole domain, so take the field first and a part of "
                "it then"
            )
        return faces
    widths = np.diff(centres)
    if centres.size < 2 or np.ptp(widths) > 1e-6 * abs(widths.mean()):
        raise ConfigError(f"the centres {dim} are not evenly spaced: store the faces between them as {dim}_f")
    return np.linspace(centres[0] - 0.5 * widths[0], centres[-1] + 0.5 * widths[0], centres.size + 1)
