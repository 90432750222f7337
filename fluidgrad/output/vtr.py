"""Export for ParaView of runs on stretched grids: one rectilinear grid file per snapshot, and their times.

(A run on a uniform grid needs no export: ParaView opens its ``run.h5``, see :mod:`fluidgrad.output.vtk`.)
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from xml.sax.saxutils import quoteattr

import numpy as np

from fluidgrad import fields
from fluidgrad.grid import Grid
from fluidgrad.output.atomic import storage_errors, write_file
from fluidgrad.output.reader import Run


def export_vtr(run: Run, directory: Path | str, names: str | Sequence[str] = ()) -> Path:
    """Write every snapshot of a run as ``<name>_NNNNNN.vtr`` and the series of them as ``<name>.pvd``.

    Pressure, velocity, transported scalars, the stored fields, and the distance from the walls of bodies are
    exported, and in addition the fields (or groups) in ``names``: those at nodes as point data, all others
    at the cell centres as cell data, in float64.

    Returns the path of the ``.pvd`` file, the one to open.

    Raises
    ------
    ConfigError : there is no field of one of the names.
    StorageError : a snapshot is damaged, or a file cannot be written.
    """
    directory = Path(directory)
    with storage_errors(directory, "make"):
        directory.mkdir(parents=True, exist_ok=True)
    asked = fields.expand([names] if isinstance(names, str) else names, run.scalars)
    wanted = dict.fromkeys((*run.fields, *asked))
    others = [name for name in wanted if name not in ("u", "v")]
    files = []
    for position in range(len(run)):
        path = directory / f"{run.name}_{position:06d}.vtr"
        write_file(path, _rectilinear(run.grid, *_arrays(run, position, others)))
        files.append(path.name)
    collection = directory / f"{run.name}.pvd"
    write_file(collection, _collection(files, run.times).encode())
    return collection


def _arrays(run: Run, position: int, names: list[str]) -> tuple[dict[str, np.ndarray], ...]:
    """Cell data and point data of a snapshot: name -> values, vectors with a last axis of three."""
    flow = run.flow(position)
    u_c, v_c = fields.velocity_at_centres(flow)
    cells = {"velocity": np.stack([u_c, v_c, np.zeros_like(u_c)], axis=-1)}
    points = {} if flow.distance is None else {"distance": flow.distance}
    for name in names:
        if fields.lookup(name, run.scalars).location == "node":
            points[name] = run.field(name, position)
        else:
            cells[name] = fields.at_centres(flow, name)
    return cells, points


def _rectilinear(grid: Grid, cells: dict[str, np.ndarray], points: dict[str, np.ndarray]) -> bytes:
    """A ``.vtr`` file: a description in XML, then the numbers as they are, each array after its length."""
    extent = f'"0 {grid.nx} 0 {grid.ny} 0 0"'
    blocks: list[bytes] = []

    def section(tag: str, arrays: dict[str, np.ndarray]) -> str:
        lines = []
        for name, array in arrays.items():
            parts = 3 if array.ndim == 3 else 1
            lines.append(
                f'<DataArray type="Float64" Name={quoteattr(name)} NumberOfComponents="{parts}" '
                f'format="appended" offset="{sum(map(len, blocks))}"/>\n'
            )
            values = np.ascontiguousarray(array, "<f8")
            blocks.append(np.uint64(values.nbytes).astype("<u8").tobytes() + values.tobytes())
        return f"<{tag}>\n{''.join(lines)}</{tag}>\n"

    axes = {"x": grid.x_f, "y": grid.y_f, "z": np.zeros(1)}
    head = (
        '<?xml version="1.0"?>\n'
        '<VTKFile type="RectilinearGrid" version="1.0" byte_order="LittleEndian" header_type="UInt64">\n'
        f"<RectilinearGrid WholeExtent={extent}>\n<Piece Extent={extent}>\n"
        + section("CellData", cells)
        + section("PointData", points)
        + section("Coordinates", axes)
        + '</Piece>\n</RectilinearGrid>\n<AppendedData encoding="raw">\n_'
    )
    return b"".join([head.encode(), *blocks, b"\n</AppendedData>\n</VTKFile>\n"])


def _collection(files: list[str], times: np.ndarray) -> str:
    entries = "".join(
        f'<DataSet timestep="{float(time)!r}" file={quoteattr(file)}/>\n'
        for file, time in zip(files, times, strict=True)
    )
    return (
        '<?xml version="1.0"?>\n<VTKFile type="Collection" version="0.1" byte_order="LittleEndian">\n'
        f"<Collection>\n{entries}</Collection>\n</VTKFile>\n"
    )
