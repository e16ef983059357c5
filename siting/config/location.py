"""The keys of `locate:`: where new sites should stand, and how many."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from siting.config.base import Model

Minutes = Annotated[float, Field(gt=0, le=600, allow_inf_nan=False)]
Room = Annotated[float, Field(ge=0, allow_inf_nan=False)]
Share = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]

COVERING = ("lscp", "mclp", "gradual-coverage", "backup-coverage")


class Locate(Model):
    """A question to the location models; docs/location.md tells what each model seeks."""

    model: Literal[
        "lscp",
        "mclp",
        "gradual-coverage",
        "backup-coverage",
        "p-median",
        "p-center",
        "weighted-p-center",
        "equity",
    ]
    p: int | None = Field(None, ge=1, description="sites to choose beside those that serve")
    phases: tuple[Annotated[int, Field(ge=1)], ...] = Field(
        (), description="sites in all after each phase, in place of p: nested plans"
    )
    first: Literal["small", "large"] = Field("small", description="which phase is the best one")
    service: str | None = Field(None, description="whose facilities serve; the first if none")
    existing: bool = Field(
        default=True, description="whether they serve already; else as if none stood"
    )
    sites: Literal["candidates", "facilities", "communes", "cells"] = Field(
        "candidates", description="where sites may stand: communes means their chefs-lieux"
    )
    demand: Literal["cells", "communes", "likely_users", "expected_users"] = Field(
        "cells",
        description="who comes, and from where; expected_users: those of the census, by interest",
    )
    required: tuple[str, ...] = Field((), description="sites that every plan chooses")
    closed: tuple[str, ...] = Field((), description="sites that no plan chooses")
    max_minutes: Minutes | None = Field(None, description="covered, or how far one may go")
    full_minutes: float = Field(0, ge=0, le=600, description="wholly covered; gradual-coverage")
    capacity: Room | dict[str, Room] | None = Field(
        None, description="people that a site serves; for all, or by site"
    )
    decay: Literal["linear", "survey"] = Field(
        "linear", description="survey: use as the answers say; gradual-coverage"
    )
    split: bool = Field(default=False, description="whether sites may share a cell or commune")
    floor: Share | dict[str, Share] | None = Field(
        None, description="share of each EPCI to be covered; for all, or by EPCI"
    )
    leave_out_unreached: bool = Field(
        default=False, description="leave out people whom no site reaches, and say how many"
    )
    gap: float = Field(0, ge=0, lt=1, description="relative gap that is good enough")
    work: float = Field(60_000, gt=0, description="limit of each phase, milliseconds or so")
    seed: int = Field(0, ge=0)

    @model_validator(mode="after")
    def _fitting(self) -> Locate:
        if self.model == "lscp":
            if self.p is not None or self.phases:
                raise ValueError("locate_lscp_alone")
        elif (self.p is None) == (not self.phases):
            raise ValueError("locate_p_or_phases")
        if list(self.phases) != sorted(set(self.phases)):
            raise ValueError("not_increasing")
        if self.model in COVERING and self.max_minutes is None:
            raise ValueError("locate_max_minutes")
        if self.decay != "linear" and self.model != "gradual-coverage":
            raise ValueError("locate_decay")
        if self.capacity is not None and self.model not in ("p-median", "mclp"):
            raise ValueError("locate_capacity")
        if self.split and self.capacity is None:
            raise ValueError("locate_split")
        if self.floor is not None and (self.model != "mclp" or self.capacity is not None):
            raise ValueError("locate_floor")
        return self
