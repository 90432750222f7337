"""Comparison with published and exact results: cases, the tables they are held against, and reports."""

from __future__ import annotations
