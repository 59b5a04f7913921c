"""Training of unified models: samples of words, pictures and frames, packed into one forward with both losses.

    from agentvid.models.mot.training import Clean, Freeze, Look, Noisy, Sample, Text, freeze, training_losses

    edit = Sample((Clean(before), Look(pixels, droppable=True), Text(ids, droppable=True), Noisy(after)))
    losses = training_losses(model, [edit], special, torch.Generator().manual_seed(step))
    losses.total.backward()

    element.py     what a sample is made of
    dropout.py     what is left out at random
    packing.py     samples to one sequence: rows, positions, labels
    masks.py       who sees whom, dense, by sample, or through FlexAttention
    flow.py        times and noise
    objective.py   the forward and its losses
    freezing.py    what is not trained, how the generating expert begins

Does not cover: optimisers, data loading, averages of weights.
"""

from agentvid.models.mot.training.dropout import Dropout, choose_dropped
from agentvid.models.mot.training.element import Clean, Clip, Element, Look, Noisy, Sample, Text
from agentvid.models.mot.training.flow import Draws, draw, shifted_sigmoid
from agentvid.models.mot.training.freezing import Freeze, Frozen, copy_init_moe, freeze, zero_llm2vae
from agentvid.models.mot.training.masks import AttendBy, BySample, Flex, Rule, attend_by
from agentvid.models.mot.training.objective import Losses, Objective, packed_losses, packed_rows, training_losses
from agentvid.models.mot.training.packing import Mode, Packed, Split, pack

__all__ = [
    "AttendBy",
    "BySample",
    "Clean",
    "Clip",
    "Draws",
    "Dropout",
    "Element",
    "Flex",
    "Freeze",
    "Frozen",
    "Look",
    "Losses",
    "Mode",
    "Noisy",
    "Objective",
    "Packed",
    "Rule",
    "Sample",
    "Split",
    "Text",
    "attend_by",
    "choose_dropped",
    "copy_init_moe",
    "draw",
    "freeze",
    "pack",
    "packed_losses",
    "packed_rows",
    "shifted_sigmoid",
    "training_losses",
    "zero_llm2vae",
]
