"""What a study cannot feed, and why."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Missing:
    """A map or a chart that the study cannot feed, and why, in the current language."""

    name: str
    why: str
