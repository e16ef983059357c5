"""The location models on offer, a module each; `siting.location.registry` reads their `MODEL`.

A new model is a module here (its solver in it, or beside the others) and, where the page offers it,
its name in the texts; nothing else lists models.
"""
