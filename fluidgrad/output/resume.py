"""Going back to a checkpoint: what of a run's files stays, what goes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from fluidgrad.errors import RefusedError, StorageError
from fluidgrad.fields import ScalarUnits
from fluidgrad.output import index, schema, snapshots
from fluidgrad.output.checkpoints import Checkpoint, list_checkpoints, load_checkpoint, step_of
from fluidgrad.output.snapshots import Recipe, Snapshot

Report = Callable[[str], None]


@dataclass
class CutBack:
    """The state of a run's directory at its newest whole checkpoint."""

    checkpoint: Checkpoint | None = None
    instants: dict[int, tuple[float, int]] = field(default_factory=dict)
    """Index of each snapshot that stays -> its time and step."""
    attributes: dict[str, Any] = field(default_factory=dict)
    """Provenance recorded when the run started."""
    doomed: list[Path] = field(default_factory=list)
    """Files from after the checkpoint, and damaged ones that are going to be written again."""


def plan_cut_back(directory: Path, recipe: Recipe, report: Report) -> CutBack:
    """Look through a run's directory, changing nothing; ``report`` is told of everything unusual.

    Raises
    ------
    RefusedError : the snapshots are on another grid or hold other variables than ``recipe`` says.
    StorageError : there are snapshots but no whole checkpoint.
    """
    checkpoint = load_checkpoint(directory, report)
    if checkpoint is None:
        if number := len(snapshots.list_snapshots(directory)):
            raise StorageError(
                f"{directory} has {number} snapshots but no whole checkpoint to continue from: "
                "start anew with --overwrite, which moves this run aside"
            )
        return CutBack(doomed=list_checkpoints(directory))
    plan = CutBack(checkpoint)
    known: dict[int, tuple[float, int]] = {}
    if (directory / index.NAME).exists():
        try:
            stored = index.read_index(directory / index.NAME)
            known, plan.attributes = stored.instants, stored.attributes
        except StorageError as error:
            report(f"made anew: {error}")
    _sort_snapshots(plan, checkpoint, directory, known, report)
    _require_same(directory, list(plan.instants), recipe, report)
    step = int(checkpoint.meta["step"])
    plan.doomed += [path for path in list_checkpoints(directory) if step_of(path) > step]
    return plan


def _sort_snapshots(
    plan: CutBack,
    checkpoint: Checkpoint,
    directory: Path,
    known: dict[int, tuple[float, int]],
    report: Report,
) -> None:
    """Decide for each snapshot whether it stays.

    Those before the next one do. The next one does if it is the checkpoint's own instant: it is then
    complete, and the simulation need not write it again.
    """
    upcoming, step = int(checkpoint.meta["next_snapshot"]), int(checkpoint.meta["step"])
    present = snapshots.list_snapshots(directory)
    for number in present:
        path = directory / snapshots.file_name(number)
        if number > upcoming:
            plan.doomed.append(path)
            continue
        instant = known.get(number) if number < upcoming else None
        if instant is None:
            try:
                snapshot = snapshots.read_snapshot(path)
            except StorageError as error:
                report(f"left out of {index.NAME}: {error}")
                continue
            instant = (snapshot.time, snapshot.step)
        if instant[1] > step:
            plan.doomed.append(path)
        else:
            plan.instants[number] = instant
    for number in sorted(set(known) - set(present)):
        report(f"missing: {snapshots.file_name(number)}")


def _require_same(directory: Path, numbers: list[int], recipe: Recipe, report: Report) -> None:
    """Refuse to continue a run with a snapshot layout other than that of its snapshots so far."""
    for number in sorted(numbers, reverse=True):
        path = directory / snapshots.file_name(number)
        try:
            snapshot = snapshots.read_snapshot(path)
        except StorageError as error:
            report(f"a snapshot cannot be read: {error}")
        else:
            _compare(path, snapshot, recipe)
            return


def _compare(path: Path, snapshot: Snapshot, recipe: Recipe) -> None:
    expected = dict.fromkeys(recipe.variables, recipe.precision)
    if not snapshot.grid.matches(recipe.grid):
        raise RefusedError(f"{path} is on another grid than the configuration asks for: resume with the same")
    if snapshot.variables != expected:
        raise RefusedError(
            f"{path} holds {_listed(snapshot.variables, snapshot.scalars)} but the configuration asks for "
            f"{_listed(expected, recipe.scalars)}: resume with the same bodies, scalars, [output] fields and "
            "precision"
        )


def _listed(variables: dict[str, str], scalars: ScalarUnits) -> str:
    kind = "/".join(sorted(set(variables.values())))
    return f"{', '.join(name for name in variables if name not in schema.on_sides(scalars))} in {kind}"
