"""A thought that was edited: where no tool or engine reads it, what it says is read into edits of what the steps use.

The new thought is held against the old one: another colour, thing, length, angle, side or operation in it is a change
of the plan, and of the steps and expectations that follow. Where nothing of that kind differs, that is said.
"""

from __future__ import annotations

from collections.abc import Mapping

from agentvid.chain.chain import Chain
from agentvid.chain.run import Run
from agentvid.planner import PlanRequest
from agentvid.planner.grammar.lexicon import detect_language
from agentvid.planner.rewrite.draft import Draft, Which
from agentvid.planner.rewrite.read import finished
from agentvid.planner.rewrite.rewriting import Rewrite
from agentvid.planner.rewrite.texts import told
from agentvid.planner.rewrite.thought import put_thought
from agentvid.tool import ToolSpec

__all__ = ["reread"]


def reread(
    step: str,
    thought: str,
    chain: Chain,
    run: Run,
    tools: Mapping[str, ToolSpec],
    request: PlanRequest,
    *,
    is_read: bool = False,
    earlier: Mapping[str, str] | None = None,
) -> Rewrite:
    """Return the edits that another thought on a step comes to, the thought itself among them.

    `chain` still holds the old thought. `is_read` tells that the step's tool or engine reads its thought itself
    (`run.call.read_thought`): then nothing but the thought changes there. `notes` tell where nothing follows.

    Raises: ChainError for a step that is not in the chain.
    """
    chain.step(step)
    language = detect_language(thought or request.text)
    draft = Draft(chain, chain, run, tools, request, language, thought, reads=lambda _: is_read, is_message=False)
    try:
        put_thought(draft, step, thought)
    except Which as which:
        known = draft.named(which.steps)
        return Rewrite(kind="question", language=language, question=f"{told(language, 'which')} {known}")
    return finished(draft, dict(earlier or {}))
