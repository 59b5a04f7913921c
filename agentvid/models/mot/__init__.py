"""The native unified model: one network that understands, thinks and draws. BAGEL is its first configuration.

    from agentvid.models.mot import Unified, flows

    model = Unified.from_pretrained("ByteDance-Seed/BAGEL-7B-MoT", device="cuda")
    red = flows.edit(model, [photo], "make the car red", think=True)

Plain PyTorch: no flash-attention, CPU or GPU. Start reading at `session.py` (what it can do) and `model.py` (what it
is); `config.py` lists what differs between families; `training/` packs samples and gives losses.

Does not cover: serving, quantisation, off-loading.
"""

from agentvid.models.mot import flows
from agentvid.models.mot.config import MoTConfig, bagel_7b, tiny
from agentvid.models.mot.decode import Decoding
from agentvid.models.mot.drawing import Drawing, DrawProgress, Sketch, draw_together
from agentvid.models.mot.frames import Frames, draw_frames
from agentvid.models.mot.guidance import Guidance
from agentvid.models.mot.sampling import Schedule
from agentvid.models.mot.session import Mark, Seen, Session, Thought
from agentvid.models.mot.unified import Unified

__all__ = [
    "Decoding",
    "DrawProgress",
    "Drawing",
    "Frames",
    "Guidance",
    "Mark",
    "MoTConfig",
    "Schedule",
    "Seen",
    "Session",
    "Sketch",
    "Thought",
    "Unified",
    "bagel_7b",
    "draw_frames",
    "draw_together",
    "flows",
    "tiny",
]
