"""Checks of fluids and flows whose viscosity varies."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from fluidgrad.config.draft import Draft
from fluidgrad.config.problems import Finding

Findings = Iterator[Finding]

NEED_VISCOSITY = {
    "prandtl": "diffusivity",
    "schmidt": "diffusivity",
    "rayleigh": "expansion",
    "grashof": "expansion",
}
"""Settings of scalars that are ratios to the viscosity -> what to give instead."""


def check_model(draft: Draft) -> Findings:
    """A law of viscosity is the only word on viscosity, and its bounds are in order."""
    if (fluid := draft.fluid) is None or fluid.newtonian:
        return
    model = fluid.model
    for name in ("viscosity", "reynolds", "speed", "length", "scales"):
        if name in fluid.model_fields_set:
            yield Finding(("fluid", name), _superfluous(name, model.law), at_key=True)
    for index, scalar in enumerate(draft.scalars):
        for name, instead in NEED_VISCOSITY.items():
            if getattr(scalar, name) is not None:
                yield Finding(
                    ("scalars", index, name),
                    f"needs a constant viscosity, fluid.model is {model.law!r}; give {instead}",
                    at_key=True,
                )
    low, high = {
        "power law": ("smallest_viscosity", "largest_viscosity"),
        "carreau": ("viscosity_sheared", "viscosity_at_rest"),
    }[model.law]
    smaller, larger = getattr(model, low), getattr(model, high)
    if smaller > larger:
        yield Finding(("fluid", "model", low), f"must not exceed {high}, {larger:g}; found {smaller:g}")


def _superfluous(name: str, law: str) -> str:
    if name == "reynolds" and law == "power law":
        return (
            "says nothing with a power law; leave it out and give model.consistency = "
            "speed^(2 - index) x length^index / Reynolds number"
        )
    return f"has no effect where fluid.model gives the viscosity ({law}); leave it out"


def check_diffusion(draft: Draft) -> Findings:
    """Implicit viscosity is a constant one."""
    if draft.fluid is None or draft.numerics is None or draft.fluid.newtonian:
        return
    if draft.numerics.diffusion == "implicit":
        yield Finding(
            ("numerics", "diffusion"),
            f"implicit diffusion needs a constant viscosity, fluid.model is {draft.fluid.model.law!r}; "
            "use 'explicit', and bounds of viscosity no wider than the flow needs",
        )


def check_subgrid(draft: Draft) -> Findings:
    """The constant of the sub-grid model is not given without the model."""
    if (numerics := draft.numerics) is None or numerics.subgrid == "smagorinsky":
        return
    if numerics.smagorinsky_constant != type(numerics).model_fields["smagorinsky_constant"].default:
        yield Finding(
            ("numerics", "smagorinsky_constant"),
            'has no effect without [numerics] subgrid = "smagorinsky"; give both or neither',
            at_key=True,
        )


RHEOLOGY_CHECKS: tuple[Callable[[Draft], Findings], ...] = (check_model, check_diffusion, check_subgrid)
"""All checks of this module, in the order in which they run."""
