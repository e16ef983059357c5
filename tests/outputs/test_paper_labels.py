"""Names never touch, whatever the places; titles and quotation marks break where they may."""

from __future__ import annotations

import math
from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from siting.outputs import labels, paper, print_scale
from siting.outputs.theme import DEFAULT

PLACES = st.lists(st.tuples(st.floats(0, 100), st.floats(0, 100)), max_size=40)
TAKEN = st.lists(st.tuples(st.floats(0, 100), st.floats(0, 100)), max_size=8)


@given(PLACES, TAKEN, st.floats(0.1, 8))
def test_placed_names_are_apart_and_inside(points, taken, gap):
    full = [(x - 1, y - 1, x + 1, y + 1) for x, y in taken]
    frame = (0.0, 0.0, 100.0, 100.0)
    found = labels.place(points, lambda i: (5 + i % 7, 2), full, frame, lambda _: gap, 30)
    assert len(found) <= 30
    for one, other in combinations([one.box for one in found], 2):
        assert not labels.overlap(one, other)
    for one in found:
        assert not any(labels.overlap(one.box, box) for box in full)
        assert one.box[0] >= 0
        assert one.box[3] <= 100
        x, y = points[one.index]
        assert not (one.box[0] < x < one.box[2] and one.box[1] < y < one.box[3])


def test_a_lone_name_stands_right_of_its_place():
    (one,) = labels.place([(50, 50)], lambda _: (10, 2), [], (0, 0, 100, 100), lambda _: 3, 9)
    assert one.box == (53, 49, 63, 51)


def test_quotation_marks_stay_with_their_words():
    said = "Temps de trajet vers l'équipement « France Services » le plus proche : tous ?"
    for wide in range(15, 120):
        for line in paper.wrap(said, wide, 9, DEFAULT):
            assert not line.endswith("«")
            assert not line.startswith(("»", ":", "?"))


def test_titles_are_cut_evenly():
    said = "Accès aux France Services en Aveyron : proche ou loin, raccordé ou non"
    lines = paper.wrap(said, 194, 14, DEFAULT, bold=True)
    assert len(lines) == 2
    assert min(map(len, lines)) > 0.6 * max(map(len, lines))


@given(st.text("ab -'", max_size=80), st.floats(5, 60))
def test_wrapping_loses_no_letter(said, wide):
    lines = paper.wrap(said, wide, 8, DEFAULT)
    assert "".join(lines).replace(" ", "") == said.replace(" ", "")


@given(st.floats(0.01, 5000))
def test_scale_bars_are_round_and_fit(kilometres):
    long = print_scale.scale_length(kilometres)
    assert 0 < long <= kilometres
    assert long * 2.6 > kilometres
    assert f"{long:.0e}"[0] in "125"


def test_a_needed_name_stays_near_its_place_and_hides_little_of_the_signs():
    crowd = [(x, y, x + 4.0, y + 4.0) for x in range(40, 60, 4) for y in range(40, 60, 4)]
    arguments = ([(50.0, 50.0)], lambda _: (12.0, 2.0), crowd, (0.0, 0.0, 100.0, 100.0))
    assert labels.place(*arguments, lambda _: 1.0, 5) == []
    (placed,) = labels.place(*arguments, lambda _: 1.0, 5, needed=1)
    end = labels.nearest(placed.box, (50.0, 50.0))
    assert math.dist(end, (50.0, 50.0)) <= math.hypot(
        1 + labels.FARTHER[-1], 1 + labels.FARTHER[-1]
    )
    assert placed.away == (math.dist(end, (50.0, 50.0)) > math.hypot(1, 1))


@given(PLACES, TAKEN)
def test_needed_names_meet_no_name_and_nothing_closed(points, taken):
    signs = [(x - 3, y - 3, x + 3, y + 3) for x, y in taken]
    closed = (0.0, 0.0, 30.0, 10.0)
    frame = (0.0, 0.0, 100.0, 100.0)
    placed = labels.place(
        points, lambda _: (12, 2), signs, frame, lambda _: 1.0, 30, len(points), [closed]
    )
    for label, other in combinations([label.box for label in placed], 2):
        assert not labels.overlap(label, other)
    assert not any(labels.overlap(label.box, closed) for label in placed)


def test_no_name_stands_against_the_sign_of_another_place():
    sign = (53.0, 49.0, 55.0, 51.0)  # its edge is where the name would begin
    arguments = ([(50.0, 50.0)], lambda _: (10.0, 2.0), [sign], (0.0, 0.0, 100.0, 100.0))
    (placed,) = labels.place(*arguments, lambda _: 1.0, 5)
    assert placed.box[2] <= 49.0


def test_a_needed_name_stands_over_signs_rather_than_nowhere_but_never_over_a_name():
    frame = (0.0, 0.0, 40.0, 10.0)
    points = [(20.0, 5.0), (20.0, 5.0)]
    placed = labels.place(points, lambda _: (14.0, 3.0), [frame], frame, lambda _: 1.0, 5, needed=2)
    assert [label.index for label in placed] == [0, 1]
    assert not labels.overlap(placed[0].box, placed[1].box)
