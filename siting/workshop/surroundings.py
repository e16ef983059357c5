"""What the page's map draws beside communes and cells: EPCI, and the background of the maps."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

from siting.outputs import compact, context, web_context

if TYPE_CHECKING:
    from siting.workshop.replies import SurroundingsReply
    from siting.workshop.workshop import Workshop

SIMPLIFY_DEGREES = 0.0008


def of_study(workshop: Workshop) -> SurroundingsReply:
    """Outlines and names of the EPCI, and the layers of the key `context`, as maps pack them."""
    read = workshop.ground.read
    shapes = read.boundaries.to_crs(4326)
    communes = read.communes.set_index("code")
    owner = communes["epci_code"].reindex(shapes["code"]).fillna("").to_numpy(str)
    names = dict(zip(communes["epci_code"], communes["epci_name"], strict=True))
    whole = shapes.geometry.to_numpy()
    codes = sorted(set(owner) - {""})
    outlines = np.array([shapely.union_all(whole[owner == code]) for code in codes], object)
    middles = shapely.point_on_surface(outlines) if codes else outlines
    around = context.gather(read.context)
    simple = shapely.simplify(outlines, SIMPLIFY_DEGREES) if codes else outlines
    return {
        "epci": {
            "code": codes,
            "name": [str(names[code]) for code in codes],
            "at": [(round(float(at.y), 5), round(float(at.x), 5)) for at in middles],
            "shape": compact.pack_shapes(simple),
        },
        "epci_of": [codes.index(code) if code else -1 for code in owner],
        "context": None if around is None else web_context.data(around, shapely.union_all(whole)),
    }
