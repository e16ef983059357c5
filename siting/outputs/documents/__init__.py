"""Documents: one model, three writers (DOCX, ODT, PDF)."""
