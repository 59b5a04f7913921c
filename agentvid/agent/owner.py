"""One agent for many owners: the same tools, engines, workers, store and log; results and sessions of their own."""

from __future__ import annotations

import copy
from dataclasses import replace

from agentvid.agent.agent import Agent
from agentvid.run.chain_run import InFlight

__all__ = ["agent_of"]


def agent_of(agent: Agent, owner: str) -> Agent:
    """Return the agent as `owner` has it: its sessions are made for them, and it finds and keeps only their results.

    Close the agent it was made from, never this one.
    """
    theirs = copy.copy(agent)
    theirs.executor = replace(agent.executor, owner=owner, in_flight=InFlight())
    theirs.driver = agent.driver.of(theirs.executor)
    return theirs
