"""Tables, self-contained maps, print maps, documents."""
