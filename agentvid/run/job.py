"""Run an engine so that what it started elsewhere ends with the step: where a step is cancelled, so is its job.

Does not cover: keeping the job's id (`store.jobs`), what is said to a worker of it (`run.worker`).
"""

from __future__ import annotations

from agentvid.engine import Engine, EngineContext, EngineRequest, EngineResult, OffersCancelJob
from agentvid.errors import AgentvidError, Cancelled

__all__ = ["run_engine"]


async def run_engine(engine: Engine, request: EngineRequest, context: EngineContext) -> EngineResult:
    """Run one request; where it was cancelled and the engine offers it, cancel its job at the vendor and forget it.

    A job that the vendor does not cancel is kept, and the next run goes on with it.

    Raises: what the engine raised.
    """
    try:
        return await engine.run(request, context)
    except Cancelled:
        job = context.jobs.job
        if job is not None and isinstance(engine, OffersCancelJob):
            try:
                await engine.cancel_job(job)
            except AgentvidError as error:
                context.warn(f"job {job} was not cancelled at the vendor: {error.given}")
            else:
                await context.forget_job()
        raise
