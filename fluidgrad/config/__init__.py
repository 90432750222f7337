"""Configurations: what is asked of a run, checked before anything is computed."""

from __future__ import annotations

from fluidgrad.config.loading import load
from fluidgrad.config.problems import InvalidConfigError, Problem
from fluidgrad.config.schema import Config
from fluidgrad.config.template import json_schema, template

__all__ = ["Config", "InvalidConfigError", "Problem", "json_schema", "load", "template"]
