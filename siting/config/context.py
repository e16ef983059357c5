"""The key `context:`: what lies around the territory on maps; nothing is computed on it."""

from __future__ import annotations

from siting.settings import File, Model


class ContextKeys(Model):
    """Layers of a quiet background, drawn below the data; each may be left out.

    Shapes are GeoJSON or GeoPackage files with `name` and `class`; towns are a CSV
    `id,name,lon,lat,population`.
    """

    departements: File | None = None
    lakes: File | None = None
    rivers: File | None = None
    railways: File | None = None
    roads: File | None = None
    towns: File | None = None
