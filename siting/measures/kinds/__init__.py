"""The measures of a study, a module each; `siting.measures.registry` reads their `MEASURE`.

A new measure is a module here and its words in the texts; nothing else lists measures.
"""
