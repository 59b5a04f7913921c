"""Leave out parts of the context at random, so that the model can be guided by the difference that they make.

A text that is left out takes no positions; a picture that is left out keeps its place, so that what follows stays
where it was (`packing.py`).

Source: classifier-free guidance (arXiv 2207.12598) with the rates and positions of BAGEL (arXiv 2505.14683).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch

from agentvid.errors import SettingsError
from agentvid.models.mot.training.element import Element, Look, Noisy, Sample, Text

__all__ = ["Dropout", "choose_dropped"]


@dataclass(frozen=True)
class Dropout:
    """How often droppable texts, pictures for the eye, and clean latents (pictures and clips) are left out, 0 … 1.

    Raises: SettingsError where a rate is no probability.
    """

    text: float = 0.1
    look: float = 0.3
    clean: float = 0.3

    def __post_init__(self) -> None:
        rates = (self.text, self.look, self.clean)
        if not all(0 <= rate <= 1 for rate in rates):
            raise SettingsError(f"dropout rates {rates}", "numbers in 0 … 1")

    def rate_of(self, element: Element) -> float:
        """Return how often an element is left out; 0 where it is not droppable."""
        if isinstance(element, Noisy) or not element.droppable:
            return 0.0
        if isinstance(element, Text):
            return self.text
        return self.look if isinstance(element, Look) else self.clean


def choose_dropped(
    samples: Sequence[Sample], dropout: Dropout, generator: torch.Generator
) -> tuple[tuple[bool, ...], ...]:
    """Return for each element of each sample whether it is left out.

    One number is drawn per element, so that the same generator state leaves out more where rates are higher, and the
    choice for one element does not hang on the rates of others.
    """
    chosen = []
    for sample in samples:
        drawn = torch.rand(len(sample.elements), generator=generator, device=generator.device).tolist()
        rates = (dropout.rate_of(element) for element in sample.elements)
        chosen.append(tuple(number < rate for number, rate in zip(drawn, rates, strict=True)))
    return tuple(chosen)
