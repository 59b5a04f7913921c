"""Messages read by what their words mean, not by phrases: tables of words, and what they come to in the chain at hand.

words          tables, pieces of a message, what is left over     read    every piece to its reader
camera(_words) how a camera moves and how long                    photo(_words)  things, colours, operations
stage(_*)      the small world's layouts                          steps   whole steps: skip, pin, seed, engine, order
media          boxes, joins, questions              unclear  what says only that it is not liked
"""

from __future__ import annotations

from agentvid.planner.rewrite.sense.anew import asks_alone
from agentvid.planner.rewrite.sense.questions import question_given
from agentvid.planner.rewrite.sense.read import sense
from agentvid.planner.rewrite.sense.unclear import is_change, is_other, is_unclear

__all__ = ["asks_alone", "is_change", "is_other", "is_unclear", "question_given", "sense"]
