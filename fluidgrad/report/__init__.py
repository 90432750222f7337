"""A run as one HTML page that needs nothing else."""

from __future__ import annotations

from fluidgrad.report.writing import write_report

__all__ = ["write_report"]
