"""Rules about engines and money: steps that no engine can do, engines that are not to be relied on, the budget."""

from __future__ import annotations

from collections.abc import Iterator

from agentvid.chain.edit import Edit, SetEngine
from agentvid.chain.step import Step
from agentvid.engine import Capability
from agentvid.errors import NoEngine
from agentvid.planner.lint.context import Context
from agentvid.planner.lint.finding import Finding, make
from agentvid.run.call import routes_of
from agentvid.run.route import ONLY_BY_WISH, USABLE, bears

__all__ = ["resource_rules"]


def resource_rules(context: Context) -> Iterator[Finding]:
    """Yield what is to be said about the engines of a chain and what they cost."""
    for step in context.chain:
        yield from _engine(context, step)
    yield from _budget(context)


def _engine(context: Context, step: Step) -> Iterator[Finding]:
    spec = context.spec(step)
    if spec is None or context.is_given(step):
        return
    try:
        routes_of(spec, context.engines, step.engine)
    except NoEngine as error:
        told = "; ".join(filter(None, (error.given, error.do)))
        yield make("no_engine", step.id, _unwished(context, step, reliable=False), told=told)
        return
    for route, capability in context.capabilities(step):
        if route.state == "unproven":
            yield make("unproven", step.id, _unwished(context, step, reliable=True), engine=route.engine)
        if capability.draft:
            fix = _unwished(context, step, reliable=True)
            yield make("draft", step.id, fix, engine=route.engine, task=route.task)


def _unwished(context: Context, step: Step, *, reliable: bool) -> list[Edit]:
    """Return the edit that drops a step's wish where routing then finds an engine; `reliable`: ready, and no draft."""
    if step.engine is None:
        return []
    routes = context.routes(step, None)
    if routes is None:
        return []
    for route in routes.values():
        capability = bears(context.engines[route.engine], route.task)
        if reliable and (route.state != "ready" or capability is None or capability.draft):
            return []
    return [SetEngine(step=step.id, engine=None)]


def _budget(context: Context) -> Iterator[Finding]:
    limit = context.budget
    if limit is None:
        return
    prices = {step.id: _price(context, step, limit.currency) for step in context.chain}
    cost = sum(prices.values())
    if cost <= limit.amount:
        return
    dear = sorted((step for step in context.chain if prices[step.id]), key=lambda step: -prices[step.id])
    edits: list[Edit] = []
    left = cost
    for step in dear:
        free = _free_engine(context, step)
        if left > limit.amount and free:
            edits.append(SetEngine(step=step.id, engine=free))
            left -= prices[step.id]
    most = ", ".join(f"{step.id} {prices[step.id]:g}" for step in dear[:3])
    fix = edits if left <= limit.amount else []
    yield make("budget", "", fix, cost=f"{cost:g}", currency=limit.currency, limit=f"{limit.amount:g}", most=most)


def _price(context: Context, step: Step, currency: str) -> float:
    if context.is_known(step):
        return 0.0
    prices = [capability.price for _, capability in context.capabilities(step)]
    return sum(price.amount for price in prices if price is not None and price.currency == currency)


def _is_free(capability: Capability | None) -> bool:
    return capability is not None and capability.price is not None and not capability.price.amount


def _free_engine(context: Context, step: Step) -> str | None:
    spec = context.spec(step)
    for name in sorted(context.engines.keys() - ONLY_BY_WISH):
        engine = context.engines[name]
        borne = [bears(engine, task) for task in spec.tasks] if spec else []
        if engine.status().state in USABLE and borne and all(map(_is_free, borne)):
            return name
    return None
