"""What the studio's forms are made from: tools with their titles, engines, planners, and the schemas of evidence."""

from __future__ import annotations

import re
from typing import Any, Final

from pydantic import TypeAdapter

from agentvid.agent.agent import Agent
from agentvid.agent.planners import planner_states
from agentvid.media.types import EVIDENCE_TYPES, MEDIA_TYPES, PORT_TYPES
from agentvid.report.chinese import said
from agentvid.report.record import Language
from agentvid.report.words import port_label, tool_title
from agentvid.server.studio.states import state_words
from agentvid.tool import Parameter

__all__ = ["catalog_of", "choices_in"]

_QUOTED: Final = re.compile(r'"([^"]{0,30})"')
_LISTED: Final = re.compile(r"[a-z_]+(?:, [a-z_]+)+(?:,? or [a-z_]+)?")
_FEWEST: Final = 3


def catalog_of(agent: Agent, language: Language) -> dict[str, Any]:
    """Return the catalogue as JSON."""
    engines = [
        {
            "name": engine.name,
            "status": (state := engine.status().state),
            "status_words": state_words(state, language),
            "label": engine.name if state == "ready" else f"{engine.name} · {state_words(state, language)}",
            "tasks": [capability.task for capability in engine.capabilities()],
        }
        for engine in agent.engines.values()
    ]
    tools = [
        {
            "name": tool.name,
            "title": tool_title(tool.name, language),
            "summary": said(tool.summary, language),
            "parameters": [_parameter(parameter, language) for parameter in tool.parameters],
            "ports": [
                {
                    "name": port.name,
                    "label": port_label(port.name, language),
                    "type": port.type,
                    "evidence": port.type in EVIDENCE_TYPES,
                }
                for port in tool.ports
            ],
            "tasks": list(tool.tasks),
        }
        for tool in agent.tools.values()
    ]
    planners = [{"name": found.name, "status": found.status.state} for found in planner_states(agent.settings)]
    return {"tools": tools, "engines": engines, "planners": planners, "schemas": _schemas()}


def choices_in(doc: str) -> list[str]:
    """Return the values that a parameter's words name as its choices: three or more in quotes, or a list to begin
    with. Empty where it takes free words."""
    quoted = list(dict.fromkeys(_QUOTED.findall(doc)))
    if len(quoted) >= _FEWEST and "for example" not in doc and "such as" not in doc:
        return quoted
    listed = _LISTED.match(doc)
    if listed is None or not doc[listed.end() :].startswith((";", "")) or " " in doc[: listed.start()]:
        return []
    words = re.split(r", (?:or )?| or ", listed.group())
    rest = doc[listed.end() :]
    return words if len(words) >= _FEWEST and (not rest or rest[0] in ";.") else []


def _parameter(parameter: Parameter, language: Language) -> dict[str, Any]:
    return {
        "name": parameter.name,
        "label": port_label(parameter.name, language),
        "type": parameter.type,
        "many": parameter.many,
        "required": parameter.required,
        "default": parameter.default,
        "doc": said(parameter.doc, language),
        "choices": choices_in(parameter.doc) if parameter.type == "Text" else [],
    }


def _schemas() -> dict[str, Any]:
    names = [name for name in PORT_TYPES if name in EVIDENCE_TYPES and name not in MEDIA_TYPES]
    return {name: TypeAdapter(PORT_TYPES[name]).json_schema() for name in names}
