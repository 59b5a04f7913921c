"""Which keys have a kept result, remembered between the quick steps of one run.

Asking the log for each key may cost as much as a quick step's own work. Once a few keys of a frame (all of a key but
the inputs) were asked for, all that are kept with it are fetched, and from then on what was kept since. What other
processes keep is seen `LOOK_SECONDS` later at most: this is for steps that are quick to run again.
"""

from __future__ import annotations

import time
from collections import Counter
from typing import Final

from agentvid.store.log import Log

__all__ = ["LOOK_SECONDS", "KeptKeys"]

LOOK_SECONDS: Final = 0.1
"""How old what is known of other processes may be."""

_FEW: Final = 4
_MOST: Final = 2000
"""The keys of a frame with more kept results are not fetched."""
_WORTH: Final = 20
"""Nor where there are more than so many for each step of the run: asking for those it needs is quicker."""


class KeptKeys:
    """Tells keys of an owner that are not kept for certain from those that may be, in a run of so many steps."""

    def __init__(self, log: Log, owner: str, steps: int) -> None:
        self._log = log
        self._owner = owner
        self._most = min(_MOST, _WORTH * steps)
        self._asked: Counter[str] = Counter()
        self._fetched: set[str] = set()
        self._keys: set[str] = set()
        self._place: int | None = None
        self._looked = 0.0
        self._version = 0
        self._puts = 0

    def add(self, key: str) -> None:
        """Say that this run kept a result in the log just now."""
        self._puts += 1
        if self._fetched:
            self._keys.add(key)

    def may_have(self, frame: str, key: str) -> bool:
        """Return False where no result is kept by this key, True where the log has to be asked."""
        if frame not in self._fetched and not self._fetch(frame):
            return True
        if self._puts != self._log.puts or time.monotonic() - self._looked > LOOK_SECONDS:
            self.look()
        return key in self._keys

    def look(self) -> None:
        """Fetch the keys of what others kept since the last look, in this process or elsewhere."""
        if self._place is None:
            return
        self._looked, puts, version = time.monotonic(), self._log.puts, self._log.others_wrote()
        if (puts, version) != (self._puts, self._version):
            self._puts, self._version = puts, version
            self._place, new = self._log.kept_since(self._owner, self._place)
            self._keys.update(new)

    def _fetch(self, frame: str) -> bool:
        self._asked[frame] += 1
        if self._asked[frame] != _FEW:
            return False
        if self._place is None:
            self._looked, self._puts, self._version = time.monotonic(), self._log.puts, self._log.others_wrote()
            self._place = self._log.last_kept()
        keys = self._log.kept_keys(self._owner, frame, most=self._most)
        if keys is None:
            return False
        self._fetched.add(frame)
        self._keys.update(keys)
        return True
