"""The direction of imports, what a light import may load, and the size of modules."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import fluidgrad

PACKAGE = Path(fluidgrad.__file__).parent
MODULES = {
    ".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts).removesuffix(".__init__"): path
    for path in sorted(PACKAGE.rglob("*.py"))
}

LAYERS = (
    (
        "errors",
        "expressions",
        "display",
        "jit",
        "kernels",
        "rungekutta",
        "threads",
        "shapes",
        "motion",
    ),
    ("grid",),
    ("flow", "interpolation", "compilation", "differences"),
    ("fields", "analysis"),
    (
        "config",
        "walls",
        "placement",
        "cutcells",
        "wallviscosity",
        "boundary",
        "pressure",
        "rheology",
        "spectral",
    ),
    (
        "bodies",
        "implicit",
        "forcing",
        "scalars",
        "scalarbounds",
        "scalarwalls",
        "buoyancy",
        "transfer",
        "cases",
        "diagnostics",
        "output",
        "accessor",
        "progress",
    ),
    (
        "stepping",
        "loads",
        "provenance",
        "plotting",
        "companions",
        "statistics",
        "budgets",
        "powers",
        "tracers",
    ),
    ("assembly", "recording", "continuing", "guards", "stepsize"),
    ("simulation", "loop"),
    ("estimates", "resources", "bench", "validation", "report"),
    ("cli",),
    ("__main__",),
)
"""Parts of the package, each of which imports only from its own row or from those above."""

RANK = {part: rank for rank, row in enumerate(LAYERS) for part in row}

SOLVER = {
    "kernels", "walls", "placement", "bodies", "loads", "boundary", "pressure", "spectral", "implicit",
    "forcing", "cases", "diagnostics", "stepping", "stepsize", "rheology", "rungekutta", "threads", "scalars",
    "cutcells", "scalarbounds", "scalarwalls", "wallviscosity", "buoyancy", "transfer", "assembly",
    "recording", "continuing", "companions", "statistics", "budgets", "powers", "tracers", "guards",
    "simulation", "loop", "estimates", "resources", "bench", "validation", "cli",
}  # fmt: skip
READERS = {"accessor", "analysis", "differences", "fields", "flow", "grid", "output", "plotting"}
HEAVY = {"numba", "h5py", "matplotlib", "xarray", "scipy", "ducc0"}


def imported(path: Path) -> set[str]:
    """Full names of all modules of the package that a file imports, also inside functions; imports for type
    checkers only are left out."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.If) and ast.unparse(node.test).endswith("TYPE_CHECKING"):
            node.body = []
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: imports name their module in full"
            for alias in node.names:
                full = f"{node.module}.{alias.name}"
                found.add(full if full in MODULES else node.module)
    return {name for name in found if name.partition(".")[0] == "fluidgrad"}


def part(module: str) -> str:
    return module.split(".")[1] if "." in module else ""


@pytest.mark.parametrize("module", MODULES)
def test_imports_go_one_way(module):
    own = part(module)
    if not own:
        return
    assert own in RANK, f"{module}: give it a place in LAYERS"
    others = {name for name in imported(MODULES[module]) if part(name) not in ("", own)}
    back = {name for name in others if RANK[part(name)] > RANK[own]}
    if own == "simulation":  # run() is a method, so it reaches for the loop and for what stores it
        back -= {"fluidgrad.loop", "fluidgrad.recording"}
    assert not back, f"{module} imports from above: {sorted(back)}"


@pytest.mark.parametrize("module", [m for m in MODULES if part(m) == "kernels"])
def test_kernels_stand_alone(module):
    assert {part(name) for name in imported(MODULES[module])} <= {"kernels", "jit"}


@pytest.mark.parametrize("module", [m for m in MODULES if part(m) in READERS])
def test_results_are_read_and_drawn_without_the_solver(module):
    assert not {part(name) for name in imported(MODULES[module])} & SOLVER


@pytest.mark.parametrize("module", MODULES)
def test_no_module_is_too_long(module):
    assert len(MODULES[module].read_text(encoding="utf-8").splitlines()) <= 400


def loaded(statement: str) -> set[str]:
    """Heavy libraries that a fresh interpreter has loaded after a statement."""
    code = f"{statement}; import sys; print(*{{name.partition('.')[0] for name in sys.modules}})"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return HEAVY & set(run.stdout.split())


@pytest.mark.parametrize(
    "module", ["fluidgrad", "fluidgrad.config", "fluidgrad.errors", "fluidgrad.cli", "fluidgrad.cli.app"]
)
def test_light_modules_load_nothing_heavy(module):
    assert loaded(f"import {module}") == set()


def test_drawing_loads_no_solver():
    code = "import fluidgrad.plotting, fluidgrad.output, sys; print(*sys.modules)"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    names = {part(name) for name in run.stdout.split() if name.startswith("fluidgrad.")}
    assert not names & SOLVER
    assert "numba" not in run.stdout.split()


def test_no_public_name_of_the_analysis_is_a_module():
    from fluidgrad import analysis

    homes = {module.split(".")[2] for module in MODULES if module.startswith("fluidgrad.analysis.")}
    assert not homes & set(analysis.__all__)  # a module, once loaded, would take the name's place
    assert all(getattr(analysis, name) for name in analysis.__all__)
