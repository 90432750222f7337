"""The notebooks run from top to bottom, and are stored with outputs that say nothing about a machine."""

from __future__ import annotations

import json
import os
import re
import sys
import warnings
from pathlib import Path

import nbformat
import pytest

ROOT = Path(__file__).parent.parent
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))

SMALL = {
    "01_first_run": "cells, reynolds, end = 32, 100, 20.0",
    "02_cylinder_wake": "cells, end = 8, 40.0",
    "03_convection": "cells, height, plumes = 24, 16, 24",
    "04_gradient_fields": "cells, end = 10, 25.0",
    "05_vortices": "cells, end, pair_cells, cavity_cells = 8, 40.0, 96, 48",
    "08_own_analysis": "cells, viscosity, end = 64, 2e-3, 1.6",
    "06_lagrangian_structures": "cells, every, seeds = 64, 0.1, 200",
    "07_turbulence": "cells, end = 96, 6.0\nforced_cells, forced_end = 48, 24.0",
}
"""Parameters with which the notebooks take seconds."""

STRICT = """\
import warnings

warnings.simplefilter("error")
for kernel in ("zmq", "ipykernel", "IPython", "jupyter_client", "traitlets", "tornado"):
    warnings.filterwarnings("ignore", category=DeprecationWarning, module=rf"{kernel}(\\.|$)")
"""
"""First cell: warnings are errors, but for those of the kernel itself."""

CHECKS = {
    "01_first_run": """\
assert (difference_u, difference_v) < (0.01, 0.01)  # Ghia et al. differ from exact values by that much
errors = {n: [abs(found[k] / extrema[reynolds][k] - 1) for k in found] for n, found in results.items()}
assert max(errors[32]) < 0.025 < 0.05 < max(errors[16])
assert Path("outputs/cavity.gif").stat().st_size > 1000
""",
    "02_cylinder_wake": """\
assert abs(shedding.strouhal / 0.165 - 1) < 0.1
assert abs(pulse.frequency / shedding.frequency - 2) < 0.02
assert np.bincount(number, minlength=bins).min() > 0
assert difference < 0.15  # half a period later the flow is its own mirror image
assert 0.5 < length < 3.0
assert 45 < leaves < 80
assert abs((pressed + rubbed) / pulse.mean - 1) < 0.15
assert Path("outputs/cycle.gif").stat().st_size > 1000
""",
    "03_convection": """\
assert abs(hot / cold - 1) < 1e-9
assert max(abs(flows[ra][1] / published[ra][0] - 1) for ra in published) < 0.01
assert abs(growth - theory[3000]) < 0.4
assert abs(rolls.diagnostics()["temperature_nusselt_bottom"] / spectral[10000] - 1) < 0.03
assert slope.max() > 5
""",
    "04_gradient_fields": """\
for along in "xy":  # Newton's law, and that pressure does nearly all off the walls
    acceleration, push, friction = balance[along]
    assert left_over[along] < 0.1 * rms(acceleration) and rms(friction) < 0.2 * rms(push)
assert divergence < 1e-6 and abs(excess) < 0.12
assert poisson < 0.06 and errors == sorted(errors, reverse=True)
assert len(vortices) >= 3 and max(distances) < 0.25
assert 0.8 < drift < 1 and change < 1e-12
assert 0.3 < shares[2] < 0.6 and 0.5 * power < loss.sum() < power
assert 75 < lowest < leaves < 140
assert abs(nusselt / correlation - 1) < 0.08
""",
    "05_vortices": """\
assert all((mask == turning).all() for mask in masks.values()) and turning.sum() > 1000
assert common > 0.85
assert len(everything) > len(sheared) > len(vortices) >= 7
assert set(fates) == {"left", "alive"} and len(long) >= 5
assert abs(spacing * shedding.frequency / speed - 1) < 0.03 and 0.2 < ratio < 0.4
assert abs(np.mean(growth) - 1) < 0.15 and 0 < -np.mean(losses) < 0.02
assert len(both) == 2 and abs(period - 1) < 0.05
assert abs(np.interp(0.5, t, a) / np.interp(0.5, t, grown) - 1) < 0.01
assert abs(part[0.02] - 0.24) < 0.04
assert (total, len(points)) == (1, 7) and max(misses.values()) < 0.008
assert np.hypot(centre[0] - 0.5308, centre[1] - 0.5652) < 1.5 / cavity_cells
""",
    "08_own_analysis": """\
assert apart < 0.1 and wrong < 0.01
assert beyond <= 1e-12 and 0.2 < reached[-4] < 0.6
assert abs(from_snapshots - series["palinstrophy_made"][at]).max() == 0
assert abs(vortex.circulation / gamma - 1) < 0.03 and abs(core / (1.1209 * radius) - 1) < 0.03
stored = fg.open_run("outputs/shear_layers")
assert "palinstrophy" in stored.variables and stored.series_units["palinstrophy_booked"][0] == "m-2 s-2"
assert len(list((out / "paraview").glob("*.vtr"))) == len(run) == 17
""",
    "06_lagrangian_structures": """\
assert gyre_error < 5e-6
assert stretched["yellow"] < 2 < 20 < stretched["red"]
assert stretched["braid"] > 30 and abs(changed) < 0.01
assert on_ridges > 3 * by_area
assert steady < 2e-3 < 0.3 < unsteady
assert np.median(difference) < 5e-4
assert len(rows) == 2 and max(ratio for _, ratio, _ in rows) < 2
""",
    "07_turbulence": """\
assert max(parseval, identity, apart) < 1e-10
assert all(np.diff(mean_k) < 0)
assert inverse > 0.03 and direct > 1
assert kurtosis["vorticity"][-1] > 3.5 and kurtosis["dvorticity_dx"][-1] > 3.5
assert abs(limit - 1) < 1e-10 and 2 < across[0] / along[0] < 4
assert budget.closure[late].max() < 0.01
assert closes < 1e-3
assert upwards > 0.3 and downwards > 0.3
""",
}
"""Last cells: what the notebooks have found."""


@pytest.fixture
def jupyter_here(tmp_path, monkeypatch):
    """Jupyter as it is after installation: its kernel ``python3`` is this interpreter with this checkout, and its files
    are in a directory of the test."""
    kernel = tmp_path / "data" / "kernels" / "python3"
    kernel.mkdir(parents=True)
    argv = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
    (kernel / "kernel.json").write_text(json.dumps({"argv": argv, "display_name": "", "language": "python"}))
    places = [str(ROOT), os.environ.get("PYTHONPATH", "")]
    for name, value in {
        "JUPYTER_PATH": tmp_path / "data",
        "JUPYTER_CONFIG_DIR": tmp_path / "config",
        "JUPYTER_RUNTIME_DIR": tmp_path / "runtime",
        "IPYTHONDIR": tmp_path / "ipython",
        "TMPDIR": tmp_path,
        "PYTHONPATH": os.pathsep.join(filter(None, places)),
    }.items():
        monkeypatch.setenv(name, str(value))


def execute(notebook) -> None:
    """Run all cells; an error in one is an error of the test."""
    with warnings.catch_warnings():
        for package in ("jupyter_client", "jupyter_core", "nbclient", "zmq", "tornado", "traitlets"):
            warnings.filterwarnings("ignore", category=DeprecationWarning, module=rf"{package}(\.|$)")
        from nbclient import NotebookClient

        where = {"metadata": {"path": str(ROOT / "notebooks")}}
        NotebookClient(notebook, timeout=300, kernel_name="python3", resources=where).execute()


def code_cells(notebook) -> list:
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_on_a_small_grid(path, jupyter_here):
    notebook = nbformat.read(path, as_version=4)
    before = sorted(file.name for file in path.parent.iterdir())
    (parameters,) = (cell for cell in code_cells(notebook) if "parameters" in cell.metadata.get("tags", ()))
    parameters.source = SMALL[path.stem]
    new = nbformat.v4.new_code_cell
    notebook.cells = [new(STRICT), *notebook.cells, new(CHECKS[path.stem])]
    execute(notebook)
    assert sorted(file.name for file in path.parent.iterdir()) == before


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_is_stored_with_its_outputs(path):
    notebook = nbformat.read(path, as_version=4)
    nbformat.validate(notebook)
    assert notebook.metadata.kernelspec.name == "python3"
    cells = code_cells(notebook)
    assert [cell.execution_count for cell in cells] == list(range(1, len(cells) + 1))
    outputs = [output for cell in cells for output in cell.outputs]
    assert not [o for o in outputs if o.output_type == "error" or o.get("name") == "stderr"]
    assert sum("image/png" in output.get("data", ()) for output in outputs) >= 5
    assert path.stat().st_size < 1.2e6


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_tells_nothing_about_the_machine_that_ran_it(path):
    text = "\n".join(_texts(nbformat.read(path, as_version=4)))
    assert not re.findall(r"(?<![\w.:/<])/(?:\w[\w.+-]*/)+|\b[A-Z]:\\", text)


def _texts(notebook) -> list[str]:
    """Everything to read in a notebook, pictures left out."""
    texts = [cell.source for cell in notebook.cells]
    for output in (output for cell in code_cells(notebook) for output in cell.outputs):
        data = output.get("data", {})
        texts += [output.get("text", ""), *(data[kind] for kind in data if kind.startswith("text/"))]
    return texts
