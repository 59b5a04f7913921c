"""Several processes on one training: each computes its share of every step, and what they find is added up.

    with Together.begin(3, helper, arguments) as together:     # this process leads two helpers
        together.tell(numbers); together.add_up(tensors)

    def helper(together, *arguments):                                  # in each helper
        while (numbers := together.hear()) is not None: ...

Small models leave a second core idle where one process uses two threads; two processes with a thread each do not.
The helpers end with the leader, whatever ends it. Gloo (CPU), on this machine alone.
"""

from __future__ import annotations

import os
import signal
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import torch
import torch.distributed as dist
from safetensors.torch import load, save
from torch import Tensor
from torch.multiprocessing import get_context

from agentvid.errors import EngineDied

__all__ = ["Together"]

_LIMIT: Final = timedelta(days=30)
"""How long one waits for another, who may be measuring, or stopped for a while."""
_NUMBERS: Final = 4


class Together:
    """One of `size` processes; number 0 leads. All calls are made by all of them in the same order."""

    def __init__(self, rank: int, size: int) -> None:
        self.rank, self.size = rank, size

    @staticmethod
    @contextmanager
    def begin(size: int, helper: Callable[..., None], arguments: Sequence[Any]) -> Iterator[Together]:
        """Start `size` - 1 helpers, which call `helper(together, *arguments)`, and lead them. They end with the block.

        `helper` and `arguments` are pickled for the new processes: a function of a module, and plain data.
        """
        with tempfile.TemporaryDirectory(prefix="agentvid-together-") as folder:
            meeting = Path(folder) / "meeting"
            context = get_context("spawn")
            helpers = [
                context.Process(target=_help, args=(rank, size, meeting, helper, arguments), daemon=True)
                for rank in range(1, size)
            ]
            for process in helpers:
                process.start()
            try:
                _join(0, size, meeting)
                together = Together(0, size)
                yield together
                together._end()
            finally:
                for process in helpers:
                    process.join(timeout=5)
                    if process.is_alive():
                        process.terminate()
                        process.join()
                if dist.is_initialized():
                    dist.destroy_process_group()

    def add_up(self, tensors: Sequence[Tensor]) -> None:
        """Replace each tensor by its sum over all processes.

        Raises: EngineDied where another process is gone.
        """
        flat = torch.cat([tensor.flatten() for tensor in tensors])
        with _answered():
            dist.all_reduce(flat)
        for tensor, whole in zip(tensors, torch.split(flat, [t.numel() for t in tensors]), strict=True):
            tensor.copy_(whole.view_as(tensor))

    def tell(self, *numbers: float) -> None:
        """Lead: tell the helpers up to three numbers."""
        told = torch.tensor([1.0, *numbers] + [0.0] * (_NUMBERS - 1 - len(numbers)), dtype=torch.float64)
        with _answered():
            dist.broadcast(told, 0)

    def hear(self) -> tuple[float, ...] | None:
        """Help: return what the leader tells, or None when it is over."""
        told = torch.zeros(_NUMBERS, dtype=torch.float64)
        with _answered():
            dist.broadcast(told, 0)
        return tuple(told[1:].tolist()) if told[0] else None

    def hand_out(self, tensors: Mapping[str, Tensor] | None = None) -> dict[str, Tensor]:
        """Return the tensors that the leader gives, in every process."""
        told = bytearray(save(dict(tensors))) if tensors is not None else bytearray()
        length = torch.tensor([len(told)])
        with _answered():
            dist.broadcast(length, 0)
        whole = torch.frombuffer(told, dtype=torch.uint8) if told else torch.empty(int(length), dtype=torch.uint8)
        with _answered():
            dist.broadcast(whole, 0)
        return load(whole.numpy().tobytes())

    def part_of(self, count: int) -> slice:
        """Return which of `count` things this process takes care of."""
        return slice(count * self.rank // self.size, count * (self.rank + 1) // self.size)

    def _end(self) -> None:
        with suppress(RuntimeError):
            dist.broadcast(torch.zeros(_NUMBERS, dtype=torch.float64), 0)


@contextmanager
def _answered() -> Iterator[None]:
    """Say in our words that another process does not answer."""
    try:
        yield
    except RuntimeError as error:
        raise EngineDied(
            "a process that shares this training has ended", "all of them at work", "run it again: it goes on"
        ) from error


def _join(rank: int, size: int, meeting: Path) -> None:
    os.environ.setdefault("GLOO_SOCKET_IFNAME", "lo0" if sys.platform == "darwin" else "lo")
    dist.init_process_group("gloo", init_method=f"file://{meeting}", rank=rank, world_size=size, timeout=_LIMIT)


def _help(rank: int, size: int, meeting: Path, helper: Callable[..., None], arguments: Sequence[Any]) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the leader is interrupted, and ends the helpers
    torch.set_num_threads(1)
    _join(rank, size, meeting)
    with suppress(EngineDied):  # the leader is gone
        helper(Together(rank, size), *arguments)
    os._exit(0)
