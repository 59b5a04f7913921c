"""The commands, and how whatever goes wrong leaves the program: one sentence for a person, one JSON for a program."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from agentvid.cli.bundle import bundle_app
from agentvid.cli.chain import chain_app
from agentvid.cli.editing_command import EDITING_EXAMPLES, eval_editing
from agentvid.cli.exit_codes import EXIT_BAD_INPUT, EXIT_FAILED, EXIT_INTERRUPTED, Interrupted
from agentvid.cli.models import models_app
from agentvid.cli.serve import SERVE_EXAMPLES, keys_app, serve
from agentvid.cli.train import train_app
from agentvid.errors import AgentvidError, InputError

__all__ = ["app", "run_app"]

app = typer.Typer(
    name="agentvid",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
    help="A multimodal agent whose reasoning chain you can edit: only what the edit changes runs again.",
    epilog='Example: agentvid run "make the red cup blue, then orbit slowly around it" coffee.jpg --out results',
)
eval_app = typer.Typer(no_args_is_help=True, help="Measure the system by interventions.")
app.add_typer(chain_app, name="chain")
app.add_typer(eval_app, name="eval")
app.add_typer(train_app, name="train")
app.add_typer(bundle_app, name="bundle")
app.add_typer(models_app, name="models")
app.add_typer(keys_app, name="keys")
app.command(epilog=SERVE_EXAMPLES)(serve)
eval_app.command("editing", epilog=EDITING_EXAMPLES)(eval_editing)

Text = Annotated[str, typer.Argument(help="What you want, in English or Chinese. '-' reads it from standard input.")]
Files = Annotated[list[str] | None, typer.Argument(help="Pictures and clips the message is about.")]
SessionName = Annotated[str | None, typer.Option("--session", help="Go on with this session, or start it.")]
Out = Annotated[Path | None, typer.Option(help="Results folder [default: agentvid-results/SESSION-tN].")]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON document on stdout, whatever happens.")]
Given = Annotated[
    list[str] | None,
    typer.Option(
        help="Give a port's value: t1.s1.box=x0,y0,x1,y1 · t1.s1.mask=mask.png · t1.s3.plan='{…}'. Repeatable."
    ),
]
Planner = Annotated[
    str | None,
    typer.Option(help=r"Who writes the chain: offline | unified | llm \[default: AGENTVID_PLANNER, else offline]."),
]
Engine = Annotated[str | None, typer.Option(help="Wish an engine for every step it can do.")]
Budget = Annotated[
    str | None,
    typer.Option(help="What the session may spend in all, '2 CNY': a run that might pass it waits for approval."),
]
Seed = Annotated[int | None, typer.Option(min=0, max=2**63 - 1, help="Seed of every random draw [default: 0].")]
Review = Annotated[
    str | None,
    typer.Option(help="never | ask | when_costly: stop for approval [default: when_costly on a terminal, else never]."),
]
Tools = Annotated[list[Path] | None, typer.Option("--tools", help="A folder with tools of your own. Repeatable.")]


@app.command(
    epilog='Examples: agentvid run "把红色的杯子变成蓝色" coffee.jpg --given t1.s1.box=150,20,420,330 · '
    'agentvid run "draw a red ball" --session s --budget 2CNY · agentvid run "no, green" --session s · '
    "agentvid run undo --session s · "
    "AGENTVID_LLM_BASE_URL=http://localhost:11434/v1 AGENTVID_LLM_MODEL=qwen3:8b "
    'agentvid run "give the cup the colour of the sea" coffee.jpg --planner llm'
)
def run(
    text: Text,
    files: Files = None,
    session: SessionName = None,
    out: Out = None,
    planner: Planner = None,
    engine: Engine = None,
    review: Review = None,
    budget: Budget = None,
    given: Given = None,
    seed: Seed = None,
    tools: Tools = None,
    json_: Json = False,
) -> int:
    """Send a message with pictures and clips: plan a chain, run it, write the results folder.

    A message without files that corrects the last chain of the session ("no, green", "in step 3 use a darker blue",
    "only 3 seconds", "undo") edits that chain, or moves in its history; it adds no turn.
    """
    from agentvid.cli.turn import run_message

    return run_message(
        text=text,
        files=files or [],
        session=session,
        out=out,
        planner=planner,
        engine=engine,
        review=review,
        budget=budget,
        given=given or [],
        seed=seed,
        tools=tools or [],
        as_json=json_,
    )


@app.command(epilog="Example: agentvid chat coffee.jpg · then: 把红色的杯子变成蓝色 · then: not blue, green")
def chat(
    files: Files = None,
    session: SessionName = None,
    out: Out = None,
    planner: Planner = None,
    engine: Engine = None,
    review: Review = None,
    tools: Tools = None,
) -> int:
    """Talk in the terminal: each message goes on from the last; review, evidence, undo and edits by prompt."""
    from agentvid.cli.chat import chat as talk

    return talk(
        files=files or [],
        session=session,
        out=out,
        planner=planner,
        engine=engine,
        review=review,
        tools=tools or [],
    )


@app.command(epilog='Example: agentvid plan "remove the kiwi on the right" kiwi.jpg --json')
def plan(
    text: Text,
    files: Files = None,
    session: SessionName = None,
    planner: Planner = None,
    engine: Engine = None,
    given: Given = None,
    seed: Seed = None,
    tools: Tools = None,
    json_: Json = False,
) -> int:
    """Write and check a chain without running it."""
    from agentvid.cli.turn import run_message

    return run_message(
        text=text,
        files=files or [],
        session=session,
        out=None,
        planner=planner,
        engine=engine,
        review="never",
        given=given or [],
        seed=seed,
        tools=tools or [],
        as_json=json_,
        plan_only=True,
    )


@app.command(
    epilog="Examples: agentvid resume holiday --given t1.s1.box=150,20,420,330 · "
    "agentvid resume holiday --planner offline"
)
def resume(
    session: Annotated[str, typer.Argument(help="The session to go on with.")],
    given: Given = None,
    planner: Annotated[
        str | None,
        typer.Option(help=r"Who plans a turn that has no chain yet \[default: who it was begun with]."),
    ] = None,
    turn: Annotated[int | None, typer.Option(min=1, help="The turn [default: the last one].")] = None,
    out: Out = None,
    tools: Tools = None,
    json_: Json = False,
) -> int:
    """Go on with a turn: after an interruption, a failure, to approve it, or with what it waited for."""
    from agentvid.cli.turn import resume_turn

    return resume_turn(
        session=session, turn=turn, given=given or [], planner=planner, out=out, tools=tools or [], as_json=json_
    )


@app.command()
def engines(json_: Json = False) -> int:
    """List engines and planners: what each bears, whether it is ready, how to get it."""
    from agentvid.cli.listing import list_engines

    return list_engines(as_json=json_)


@app.command()
def tools(
    name: Annotated[str | None, typer.Argument(help="Show one tool in full.")] = None,
    extra: Tools = None,
    json_: Json = False,
) -> int:
    """List tools: what each does, takes and gives."""
    from agentvid.cli.listing import list_tools

    return list_tools(name=name, extra=extra or [], as_json=json_)


@app.command()
def sessions(json_: Json = False) -> int:
    """List the sessions kept here, the newest first."""
    from agentvid.cli.listing import list_sessions

    return list_sessions(as_json=json_)


@app.command()
def doctor(json_: Json = False) -> int:
    """Check this installation: Python, libraries, folders, engines, workers, the planner's endpoint."""
    from agentvid.cli.doctor import examine

    return examine(as_json=json_)


@app.command()
def gc(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only tell what would go.")] = False, json_: Json = False
) -> int:
    """Remove stored media that no session, result or running process uses any more."""
    from agentvid.cli.listing import collect_garbage

    return collect_garbage(dry_run=dry_run, as_json=json_)


@app.command()
def demo(out: Annotated[Path, typer.Option(help="Results folder.")] = Path("demo-results")) -> int:
    """Run two messages on the photo and the clip that ship: a Chinese one and an English one."""
    from agentvid.cli.demo import run_demo

    return run_demo(out)


@eval_app.command(
    "causal",
    epilog="Examples: agentvid eval causal · agentvid eval causal 'make the red cup blue' coffee.jpg · "
    "agentvid eval causal --suite all --out causal · agentvid eval causal --suite media --media my-photos",
)
def eval_causal(
    files: Annotated[
        list[str] | None, typer.Argument(help=r"A message and its files \[default: the two demo messages].")
    ] = None,
    engine: Annotated[str | None, typer.Option(help="Engine to wish for, wherever it can do a step.")] = None,
    suite: Annotated[
        str | None,
        typer.Option(
            help="media (20 chains of photos and clips) | small (50 chains of the small world) | all. The same command "
            "goes on where it was stopped; a chain that was measured with the same code is not measured again."
        ),
    ] = None,
    media: Annotated[Path | None, typer.Option(help="Also the pictures and clips of this folder.")] = None,
    out: Annotated[
        Path | None, typer.Option(help=r"Folder of a suite \[default: agentvid-results/eval-causal-SUITE].")
    ] = None,
    chains: Annotated[int | None, typer.Option(min=1, help="Only so many chains of each suite.")] = None,
    json_: Json = False,
) -> int:
    """Give each evidence port and each thought of a chain another value and measure what follows: there, only there."""
    from agentvid.cli.causal import check_options, measure

    if suite is None:
        check_options(media=media, out=out, chains=chains)
        return measure(files or [], as_json=json_, engine=engine)
    from agentvid.cli.causal_suite import measure_suites

    check_options(message=files, engine=engine)
    return measure_suites(suite, media=media, out=out, chains=chains, as_json=json_)


@eval_app.command(
    "small",
    epilog="Example: agentvid eval small --weights weights/nano --scenes 64 --tasks text_to_image --tasks follow",
)
def eval_small(
    weights: Annotated[
        str | None,
        typer.Option(
            help=r"Folder of a checkpoint in its published layout \[default: AGENTVID_SMALL, else the weights shipped]."
        ),
    ] = None,
    scenes: Annotated[int, typer.Option(min=1, help="How many held-out scenes.")] = 512,
    tasks: Annotated[
        list[str] | None,
        typer.Option(
            help="ceiling text_to_image phrasing inferred edit follow view loop caption question future … "
            r"Repeatable \[default: all]."
        ),
    ] = None,
    seed: Annotated[int | None, typer.Option(min=0, help=r"Which held-out scenes \[default: 900].")] = None,
    out: Annotated[Path | None, typer.Option(help=r"Folder \[default: agentvid-results/eval-small-DIGEST].")] = None,
    json_: Json = False,
) -> int:
    """Measure a small unified model on held-out scenes of the small world, by an independent judge."""
    from agentvid.cli.small import measure

    return measure(weights, scenes=scenes, seed=seed, tasks=tasks or [], out=out, as_json=json_)


@eval_app.command(
    "world",
    epilog="Examples: agentvid eval world --suite sanity --cases 2 · agentvid eval world --suite rollout --kinds push "
    "--kinds view --cases 8 --out rollouts",
)
def eval_world(
    suite: Annotated[
        str,
        typer.Option(help="sanity (wrong clips in order?) | rollout (models against the truth) | trust (bounds)."),
    ] = "rollout",
    cases: Annotated[int, typer.Option(min=1, help="How many of each kind, by seed.")] = 8,
    kinds: Annotated[
        list[str] | None,
        typer.Option(help=r"push go_on hidden view clip; of trust: classical small. Repeatable \[default: all]."),
    ] = None,
    clip: Annotated[Path | None, typer.Option(help=r"A real clip \[default: the one that ships].")] = None,
    out: Annotated[Path | None, typer.Option(help=r"Folder \[default: agentvid-results/eval-world-SUITE].")] = None,
    json_: Json = False,
) -> int:
    """Measure how far world models can be trusted: the small model, the classical engine, and rivals to beat."""
    from agentvid.cli.world import measure

    return measure(suite, cases=cases, kinds=kinds or [], clip=clip, out=out, as_json=json_)


def run_app(arguments: list[str] | None = None) -> int:
    """Run the command line and return the exit code; no exception leaves."""
    arguments = sys.argv[1:] if arguments is None else arguments
    as_json = "--json" in arguments
    try:
        code = _run(arguments, as_json)
        sys.stdout.flush()
        return code
    except OSError as error:  # nobody reads what we write, or there is no room for it
        sys.stdout = open(os.devnull, "w")  # noqa: SIM115, PTH123 (or the interpreter fails again when it flushes)
        if not isinstance(error, BrokenPipeError):
            sys.stderr.write(f"error: the output can't be written: {error}\n")
        return EXIT_FAILED


def _run(arguments: list[str], as_json: bool) -> int:
    try:
        code = int(app(args=arguments, standalone_mode=False) or 0)
        return _interrupted("", as_json) if code == EXIT_INTERRUPTED else code
    except Interrupted as stopped:
        return _interrupted(stopped.session, as_json, stopped.turn)
    except AgentvidError as error:
        return _tell(error, as_json)
    except KeyboardInterrupt:
        return _interrupted("", as_json)
    except OSError:
        raise
    except Exception as error:
        if hasattr(error, "format_message"):
            return _tell(InputError(str(error.format_message()), "see --help", "correct the command line"), as_json)
        if type(error).__name__ in ("Exit", "Abort"):
            return int(getattr(error, "exit_code", 1))
        fault = f"{type(error).__name__}: {error}"
        return _tell(AgentvidError(fault, "the command to finish", "please report it", code="unexpected"), as_json)


def _tell(error: AgentvidError, as_json: bool) -> int:
    code = EXIT_BAD_INPUT if isinstance(error, InputError) else EXIT_FAILED
    if as_json:
        _print_refusal(dict(error.document()), "refused" if code == EXIT_BAD_INPUT else "failed")
    else:
        lines = [f"error: {error.given}"]
        lines += [f"  expected: {error.expected}"] if error.expected else []
        lines += [f"  do: {error.do}"] if error.do else []
        print("\n".join(lines), file=sys.stderr)
    return code


def _interrupted(session: str, as_json: bool, turn: int | None = None) -> int:
    named = f"{session} --turn {turn}" if turn else session
    do = f"`agentvid resume {named}` goes on" if session else "run it again"
    if as_json:
        told = {"code": "interrupted", "given": "interrupted", "expected": "", "do": do}
        _print_refusal(told, "failed", session or None)
    else:
        print(f"interrupted; finished steps are kept: {do}", file=sys.stderr)
    return EXIT_INTERRUPTED


def _print_refusal(error: dict[str, Any], status: str, session: str | None = None) -> None:
    from agentvid.agent.refusal import refusal
    from agentvid.cli.out import write_json

    write_json(refusal(error, session, status))
