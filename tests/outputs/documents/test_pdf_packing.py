"""Smaller PDF files that say the same: read back by another reader."""

from __future__ import annotations

import io
import re
import zlib

import numpy as np
import pytest
from pypdf import PdfReader

from siting.outputs.documents import pdf_packing

rng = np.random.default_rng(18)
FEW = rng.integers(0, 255, (40, 3), dtype=np.uint8)[rng.integers(0, 40, 60 * 80)]
MANY = rng.integers(0, 255, (60 * 80, 3), dtype=np.uint8)


def file_of(dots, objects=300) -> bytes:
    """A page that shows a picture, and objects that nobody needs."""
    content = zlib.compress(dots.tobytes())
    bodies = [
        b"<</Type/Catalog/Pages 2 0 R/Lang(fr)>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 80 60]/Resources<</XObject<</I 4 0 R>>>>>>",
        b"<</Length %d/Type/XObject/Subtype/Image/Filter/FlateDecode/Width 80/Height 60"
        b"/ColorSpace /DeviceRGB/BitsPerComponent 8>>\nstream\n%s\nendstream"
        % (len(content), content),
        *(b"<</Number %d/Of(endobj %d)>>" % (i, i) for i in range(objects)),
    ]
    out, places = bytearray(b"%PDF-1.7\n%\x80\x80\x80\x80\n"), []
    for number, body in enumerate(bodies, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(out)
    rows = b"".join(b"%010d 00000 n\r\n" % place for place in places)
    out += b"xref\n0 %d\n0000000000 65535 f\r\n%s" % (len(bodies) + 1, rows)
    out += b"trailer\n<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF" % (len(bodies) + 1, start)
    return bytes(out)


@pytest.mark.parametrize("dots", [FEW, MANY], ids=["few", "many"])
def test_the_same_document_in_fewer_bytes(dots):
    made = file_of(dots)
    small = pdf_packing.packed(made)
    assert len(small) < len(made)
    before, after = PdfReader(io.BytesIO(made)), PdfReader(io.BytesIO(small))
    assert after.trailer["/Root"]["/Lang"] == "fr"
    for number in range(5, 305):
        assert after.get_object(number) == before.get_object(number)
    picture = after.pages[0].images[0].image.convert("RGB")
    np.testing.assert_array_equal(np.asarray(picture).reshape(-1, 3), dots)
    palette = isinstance(after.get_object(4)["/ColorSpace"], list)
    assert palette == (dots is FEW)


def test_what_is_laid_out_otherwise_is_left_alone():
    made = file_of(FEW, objects=3)
    small = pdf_packing.packed(made)
    assert pdf_packing.packed(small) == small  # its references are a stream already
    wrong = re.sub(rb"\n5 0 obj", b"\n6 0 obj", made)
    assert pdf_packing.packed(wrong) == wrong
    assert pdf_packing.packed(b"%PDF-1.7 no end") == b"%PDF-1.7 no end"
