"""What a turn tells while it is worked on, as lines of thought."""

from __future__ import annotations

from typing import Any

__all__ = ["thought_of"]


def thought_of(event: dict[str, Any]) -> str:
    """Return an event as a piece of thought, "" where it is none."""
    match event["type"]:
        case "thought_delta":
            return str(event["text"])
        case "chain":
            steps = event["chain"]["steps"]
            return "".join(
                f"{step['id']} {step['tool']}: {step.get('thought') or ''}".rstrip(": ") + "\n" for step in steps
            )
        case "step_done":
            words = f": {event['message']}" if event["message"] else ""
            return f"{event['step']} {event['status']} ({event['seconds']:.1f} s){words}\n"
        case "warning":
            return f"{event['text']}\n"
        case _:
            return ""
