"""SAM through two libraries: the same checkpoint, in either layout, gives equal masks."""

from __future__ import annotations

import importlib.util

import numpy as np
import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("transformers")
if importlib.util.find_spec("segment_anything") is None:  # importing it would want torchvision
    pytest.skip("needs segment-anything", allow_module_level=True)

from agentvid.errors import InputError  # noqa: E402
from agentvid.models.sam import loading  # noqa: E402
from agentvid.models.sam.loading import SamShape, load_sam, shape_of  # noqa: E402
from agentvid.models.sam.names import to_segment_anything, to_transformers  # noqa: E402
from agentvid.models.sam.predict import Predictor  # noqa: E402

TINY = SamShape(
    side=64, patch=8, width=32, depth=3, heads=4, window=3, global_layers=(1,), prompt_width=16, mask_channels=16,
    decoder_mlp=48, rating_width=24,
)  # fmt: skip


@pytest.fixture(scope="module")
def checkpoint() -> dict:
    """A tiny random checkpoint with the names that the published ones have."""
    torch.manual_seed(4)
    model = loading._in_segment_anything(TINY)
    return {name: torch.randn_like(tensor) * 0.5 for name, tensor in model.state_dict().items()}


def picture() -> np.ndarray:
    return np.random.default_rng(2).integers(0, 255, (40, 60, 3), dtype=np.uint8)


def test_its_shape_is_read_from_the_tensors(checkpoint):
    assert shape_of(checkpoint) == shape_of(to_transformers(checkpoint)) == TINY


def test_names_go_there_and_back(checkpoint):
    there = to_transformers(checkpoint)
    model = loading._in_transformers(TINY)
    assert there.keys() == model.state_dict().keys()
    back = to_segment_anything(there)
    assert back.keys() == checkpoint.keys()
    assert all(torch.equal(back[name], tensor) for name, tensor in checkpoint.items())
    assert to_transformers(there) == there and to_segment_anything(checkpoint) == checkpoint


@pytest.mark.parametrize(
    "click",
    [{"point": (20.0, 12.0)}, {"box": (5.0, 4.0, 40.0, 30.0)}, {"point": (20.0, 12.0), "box": (5.0, 4.0, 40.0, 30.0)}],
    ids=["point", "box", "both"],
)
def test_both_libraries_give_equal_masks_from_either_layout(checkpoint, click):
    answers = [
        Predictor(load_sam(tensors, through), picture()).masks(**click)
        for tensors in (checkpoint, to_transformers(checkpoint))
        for through in ("transformers", "segment-anything")
    ]
    first, sure = answers[0]
    assert first.shape == (3, 40, 60) and sure.shape == (3,)
    assert first.std() > 0.01 and (first > 0).any() and (first < 0).any()
    for masks, rated in answers[1:]:
        assert np.abs(masks - first).max() <= 1e-5 * np.abs(first).max()
        assert ((masks > 0) == (first > 0)).mean() > 0.999
        assert np.allclose(rated, sure, rtol=1e-4, atol=1e-6)


def test_the_click_matters(checkpoint):
    predictor = Predictor(load_sam(checkpoint, "segment-anything"), picture())
    one, other = predictor.masks(point=(5, 5))[0], predictor.masks(point=(50, 30))[0]
    assert np.abs(one - other).max() > 2e-3 * np.abs(one).max()  # two hundred times what equal masks may differ by


def test_loading_draws_nothing_from_the_common_random_numbers(checkpoint):
    torch.manual_seed(9)
    expected = torch.rand(1)
    torch.manual_seed(9)
    load_sam(checkpoint, "transformers")
    assert torch.equal(torch.rand(1), expected)


def test_other_tensors_are_refused(checkpoint, monkeypatch):
    with pytest.raises(InputError, match="not those of a SAM"):
        load_sam({"a": torch.ones(1)}, "transformers")
    less = {name: tensor for name, tensor in checkpoint.items() if "iou_token" not in name}
    with pytest.raises(InputError, match="iou_token"):
        load_sam(less, "segment-anything")
    monkeypatch.setattr(loading, "installed", lambda: ())
    with pytest.raises(InputError, match="not installed"):
        load_sam(checkpoint, "transformers")
