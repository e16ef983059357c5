"""Kinds of columns that the contracts of stages are made of."""

from __future__ import annotations

from dataclasses import replace

from siting.contracts import Column


def text(name: str, meaning: str) -> Column:
    """Text that may be blank."""
    return Column(name, "text", meaning, required=False)


def day(name: str, meaning: str, *, required: bool = True) -> Column:
    """A day."""
    return Column(name, "date", meaning, required=required)


def number(name: str, meaning: str, unit: str = "") -> Column:
    """A number."""
    return Column(name, "float", meaning, unit)


def maybe(name: str, meaning: str, unit: str = "") -> Column:
    """A number that may be blank: a small count hides it, or there is nothing to tell."""
    return Column(name, "float", meaning, unit, required=False)


def endless(name: str, meaning: str, unit: str = "") -> Column:
    """A number that may be blank, or without end."""
    return Column(name, "float", meaning, unit, required=False, infinite=True)


def some(column: Column) -> Column:
    """The same column, which stands only in the tables of studies that give it."""
    return replace(column, may_be_absent=True)
