"""How the viscosity of a fluid follows its rate of shear."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from fluidgrad.config.base import Table, setting

_LAW = "How the viscosity follows the rate of shear."


class Newtonian(Table):
    """The viscosity is constant, that of the table above: water, air, oil."""

    law: Literal["newtonian"] = setting(_LAW)


class PowerLaw(Table):
    """Viscosity K*g^(n-1) at shear rate g: thinning for n < 1 (polymer solutions), thickening for n > 1 (starch).

    Ostwald and de Waele. The law has no viscosity at rest (infinite for n < 1), so bounds belong to it; they should
    lie outside what the flow of interest reaches, and the larger one rules the time step where fluid is at rest.
    A flow of speed U and length L has the Reynolds number ``U^(2-n) L^n / K``.
    """

    law: Literal["power law"] = setting(_LAW)
    consistency: float = setting(
        "Consistency K over density, the viscosity at a shear rate of 1/s.",
        unit="m2 s^(n-2)",
        gt=0,
        examples=[0.01],
    )
    index: float = setting(
        "Index n: below 1 the fluid thins when sheared, above it thickens.", gt=0, le=5, examples=[0.5]
    )
    smallest_viscosity: float = setting(
        "Bound that the viscosity does not fall below.", unit="m2 s-1", default=0.0, ge=0
    )
    largest_viscosity: float = setting(
        "Bound that it does not exceed; with index < 1 it is that at rest.",
        unit="m2 s-1",
        gt=0,
        examples=[1.0],
    )

    def viscosity_at(self, rate: float) -> float:
        """Kinematic viscosity, m2/s, at a shear rate in 1/s."""
        if rate == 0.0 and self.index != 1.0:
            return self.largest_viscosity if self.index < 1.0 else self.smallest_viscosity
        viscosity = self.consistency * rate ** (self.index - 1.0)
        return min(max(viscosity, self.smallest_viscosity), self.largest_viscosity)


class Carreau(Table):
    """Viscosity nu_inf + (nu_0 - nu_inf)*(1 + (time*g)^2)^((n-1)/2) at shear rate g: thins between two plateaus.

    Carreau (1972); blood, polymer melts. A power law of index n far from both plateaus.
    """

    law: Literal["carreau"] = setting(_LAW)
    viscosity_at_rest: float = setting("Viscosity nu_0 at rest.", unit="m2 s-1", gt=0, examples=[0.01])
    viscosity_sheared: float = setting(
        "Viscosity nu_inf that is left at large shear rates.", unit="m2 s-1", default=0.0, ge=0
    )
    time: float = setting("Time; thinning begins at a shear rate of 1/time.", unit="s", gt=0, examples=[1.0])
    index: float = setting("Index n; the smaller, the more the fluid thins.", gt=0, le=1, examples=[0.5])

    def viscosity_at(self, rate: float) -> float:
        """Kinematic viscosity, m2/s, at a shear rate in 1/s."""
        thinned = (1.0 + (self.time * rate) ** 2) ** (0.5 * (self.index - 1.0))
        return self.viscosity_sheared + (self.viscosity_at_rest - self.viscosity_sheared) * thinned


Model = Annotated[Newtonian | PowerLaw | Carreau, Field(discriminator="law")]
