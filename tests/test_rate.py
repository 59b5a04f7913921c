"""Figures: Wilson's interval, means, and what becomes of them as JSON."""

from __future__ import annotations

import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentvid.evals.rate import Mean, Rate, figure_from_json


@pytest.mark.parametrize(
    ("hits", "n", "low", "high"),
    [(8, 10, 0.4902, 0.9433), (0, 10, 0.0, 0.2775), (10, 10, 0.7225, 1.0), (435, 512, 0.8161, 0.8780)],
)
def test_wilsons_interval(hits, n, low, high):
    assert Rate(hits, n).interval == pytest.approx((low, high), abs=1e-4)


def test_of_no_case_everything_is_possible():
    assert math.isnan(Rate(0, 0).value)
    assert Rate(0, 0).interval == (0.0, 1.0)
    assert Rate(0, 0).to_json()["value"] is None


@given(st.integers(1, 600).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_an_interval_holds_its_share(case):
    rate = Rate(*case)
    low, high = rate.interval

    assert 0 <= low <= rate.value <= high <= 1


def test_a_mean_leaves_out_what_is_not_finite():
    mean = Mean.of([1.0, 3.0, math.nan, math.inf], "dB")

    assert (mean.value, mean.n) == (2.0, 2)
    assert mean.interval == pytest.approx((2 - 1.96, 2 + 1.96), abs=1e-3)


@pytest.mark.parametrize("figure", [Rate(3, 4), Rate(0, 0), Mean.of([1.0, 2.0], "deg"), Mean.of([], "s")], ids=str)
def test_figures_go_through_json(figure):
    told = json.loads(json.dumps(figure.to_json(), allow_nan=False))

    assert figure_from_json(told).to_json() == figure.to_json()
