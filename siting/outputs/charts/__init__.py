"""Charts: each a figure, the table it is drawn from, and a text for those who do not see it.

Every function takes a table and gives a `Chart`; nothing is drawn until `Chart.figure` or
`Chart.render`. Kinds of things are told apart by line style, sign or hatching as well as by colour.
"""
