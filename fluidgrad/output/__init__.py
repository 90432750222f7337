"""Results on disk: written so that nothing finished can be lost, read without trusting the file.

A run directory holds one small HDF5 file per snapshot, the last two checkpoints, and ``run.h5``, which
shows all snapshots as one file. Each file is made in memory, sealed with a checksum, and put in place in
one piece (:mod:`~fluidgrad.output.atomic`, :mod:`~fluidgrad.output.container`), so that a reader, or a run
continued after a crash, finds either the old file or the new one, whole.
"""

from __future__ import annotations

from fluidgrad.output.checkpoints import load_checkpoint
from fluidgrad.output.reader import Run, open_run
from fluidgrad.output.rundir import RunLock, choose_directory
from fluidgrad.output.vtr import export_vtr
from fluidgrad.output.writer import RunWriter

__all__ = ["Run", "RunLock", "RunWriter", "choose_directory", "export_vtr", "load_checkpoint", "open_run"]
