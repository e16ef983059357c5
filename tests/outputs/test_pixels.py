"""Pictures of few colours against the pixels that were drawn."""

from io import BytesIO

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from PIL import Image

from siting.outputs import pixels


def read(written: bytes) -> np.ndarray:
    return np.asarray(Image.open(BytesIO(written)).convert("RGB")).astype(int)


@settings(max_examples=30, deadline=None)
@given(
    arrays.arrays(
        np.uint8,
        st.tuples(st.integers(1, 15), st.integers(1, 15), st.just(4)),
        elements=st.integers(0, 255),
    )
)
def test_pictures_of_few_colours_keep_each_pixel(drawn):
    written = pixels.png(drawn, 300, "Rodez à l’est")
    assert np.array_equal(read(written), drawn[..., :3])
    assert written == pixels.png(drawn, 300, "Rodez à l’est")
    image = Image.open(BytesIO(written))
    assert image.mode == "P"
    assert image.text["Title"] == "Rodez à l’est"


def test_blends_move_little_and_flat_colours_not_at_all():
    tones = np.linspace(0, 1, 100)[:, None, None, None]
    ends = np.array([[255, 255, 204], [37, 52, 148], [0, 0, 0], [213, 94, 0]])
    blends = (1 - tones) * ends[:, None] + tones * ends
    drawn = np.full((200, 200, 4), 255, np.uint8)
    drawn[:100, :16, :3] = np.round(blends).reshape(100, 16, 3)
    drawn[110:, :100, :3] = ends[0]
    drawn[110:, 100:, :3] = ends[1]
    assert len(np.unique(drawn.reshape(-1, 4), axis=0)) > pixels.COLOURS
    got = read(pixels.png(drawn, 300))
    assert np.array_equal(got[110:], drawn[110:, :, :3])
    assert np.abs(got - drawn[..., :3]).max() <= 16
    assert np.mean(np.square(got - drawn[..., :3])) < 1


def test_a_photograph_keeps_its_colours():
    drawn = np.random.default_rng(3).integers(0, 256, (120, 120, 4), np.uint8)
    written = pixels.png(drawn, 72)
    assert Image.open(BytesIO(written)).mode == "RGB"
    assert np.array_equal(read(written), drawn[..., :3])
