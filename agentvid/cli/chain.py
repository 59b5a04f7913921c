"""`agentvid chain …`: look at reasoning chains, change them, go back and forth in their history."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from agentvid.errors import InputError

__all__ = ["chain_app"]

chain_app = typer.Typer(no_args_is_help=True, help="Look at reasoning chains, change them, compare and merge them.")

SessionArgument = Annotated[str | None, typer.Argument(help="The session.", show_default=False)]
SessionOption = Annotated[str | None, typer.Option("--session", help="The session, as an option.")]
TurnOption = Annotated[int | None, typer.Option("--turn", min=1, help="The turn [default: the last one].")]
Out = Annotated[Path | None, typer.Option(help="Results folder [default: agentvid-results/SESSION-tN].")]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON document on stdout, whatever happens.")]
Tools = Annotated[list[Path] | None, typer.Option("--tools", help="A folder with tools of your own. Repeatable.")]
Run = Annotated[bool, typer.Option("--run", help="Run what is shown then; what was computed before is not run again.")]


@chain_app.command("show", epilog="Example: agentvid chain show holiday --turn 2")
def show(
    session: SessionArgument = None, named: SessionOption = None, turn: TurnOption = None, json_: Json = False
) -> int:
    """Show a turn's chain: thoughts, tools, arguments, evidence, status."""
    from agentvid.cli.turn import show_chain

    return show_chain(session=_session(session, named), turn=turn, as_json=json_)


@chain_app.command(
    "edit",
    epilog="Examples: agentvid chain edit --session holiday --set t1.s3.args.colour=green --dry-run · "
    "agentvid chain edit --session holiday --set t1.s4.args.image=@v2 --set t1.s1.given.mask=mask.png · "
    'agentvid chain edit --session holiday --say "in step 3 use a darker blue" · '
    "agentvid chain edit --session holiday --say undo · "
    'agentvid chain edit --session holiday --say "the colour of the sea instead" --planner llm --dry-run',
)
def edit(
    session: SessionArgument = None,
    named: SessionOption = None,
    turn: TurnOption = None,
    sets: Annotated[
        list[str] | None,
        typer.Option(
            "--set",
            help="STEP.args.NAME=VALUE, STEP.given.PORT=VALUE, STEP.seed=2, STEP.engine=NAME, STEP.thought=WORDS, "
            "STEP.pinned=true, STEP.tool=NAME. VALUE may be @v2, @t1.s4.image or a file. Empty takes away. Repeatable.",
        ),
    ] = None,
    edits: Annotated[Path | None, typer.Option(help="A JSON list of typed edits; '-' is standard input.")] = None,
    say: Annotated[
        str | None, typer.Option(help="The change in plain words, in English or Chinese; also 'undo', '回到第一版'.")
    ] = None,
    planner: Annotated[
        str | None, typer.Option(help="llm: what the rules can't read of --say is asked of a model.")
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only tell what it would run, and what that costs.")
    ] = False,
    out: Out = None,
    tools: Tools = None,
    json_: Json = False,
) -> int:
    """Change a chain, before or after it ran: the price is told, and only what the change touches runs."""
    from agentvid.cli.chain_edit import edit_chain

    return edit_chain(
        session=_session(session, named),
        turn=turn,
        sets=sets or [],
        file=edits,
        said=say,
        planner=planner,
        dry_run=dry_run,
        out=out,
        tools=tools or [],
        as_json=json_,
    )


@chain_app.command("history", epilog="Example: agentvid chain history holiday")
def history(
    session: SessionArgument = None, named: SessionOption = None, turn: TurnOption = None, json_: Json = False
) -> int:
    """Show all revisions of a turn as a tree: who changed what when, branches, how each run ended."""
    from agentvid.cli.history import show_history

    return show_history(session=_session(session, named), turn=turn, as_json=json_)


@chain_app.command("diff", epilog="Example: agentvid chain diff --session holiday 1 2 --out compared")
def diff(
    a: Annotated[str, typer.Argument(help="A revision (number) or a branch (name).")],
    b: Annotated[str, typer.Argument(help="Another one.")],
    named: SessionOption = None,
    turn: TurnOption = None,
    media: Annotated[bool, typer.Option("--media/--plan-only", help="Compare what they answered, too.")] = True,
    out: Annotated[Path | None, typer.Option(help="Folder for side-by-side pictures and clips.")] = None,
    json_: Json = False,
) -> int:
    """Compare two revisions: the plans in words, pictures and clips frame by frame."""
    from agentvid.cli.history import show_diff

    return show_diff(a, b, session=_session(None, named), turn=turn, media=media, out=out, as_json=json_)


@chain_app.command("branch", epilog="Example: agentvid chain branch --session holiday greener --at 1")
def branch(
    name: Annotated[str, typer.Argument(help="Name of the new branch.")],
    at: Annotated[str | None, typer.Option(help="Revision or branch to begin at [default: what is shown].")] = None,
    named: SessionOption = None,
    turn: TurnOption = None,
    json_: Json = False,
) -> int:
    """Make a branch and go on it."""
    from agentvid.cli.history import make_branch

    return make_branch(name, at, session=_session(None, named), turn=turn, as_json=json_)


@chain_app.command("checkout", epilog="Example: agentvid chain checkout --session holiday main")
def checkout(
    where: Annotated[str, typer.Argument(help="A branch (name) or a revision (number).")],
    named: SessionOption = None,
    turn: TurnOption = None,
    run: Run = False,
    out: Out = None,
    json_: Json = False,
) -> int:
    """Go on another branch, or back to a revision. Nothing is lost."""
    from agentvid.cli.history import go_to

    return go_to(where, session=_session(None, named), turn=turn, run=run, out=out, as_json=json_)


@chain_app.command("undo", epilog="Example: agentvid chain undo holiday")
def undo(
    session: SessionArgument = None,
    named: SessionOption = None,
    turn: TurnOption = None,
    run: Run = False,
    out: Out = None,
    json_: Json = False,
) -> int:
    """Go back to the revision before this one; its results are still there."""
    from agentvid.cli.history import step_back

    return step_back(session=_session(session, named), turn=turn, run=run, out=out, as_json=json_)


@chain_app.command("redo", epilog="Example: agentvid chain redo holiday")
def redo(
    session: SessionArgument = None,
    named: SessionOption = None,
    turn: TurnOption = None,
    run: Run = False,
    out: Out = None,
    json_: Json = False,
) -> int:
    """Go forward again to what was undone."""
    from agentvid.cli.history import step_forward

    return step_forward(session=_session(session, named), turn=turn, run=run, out=out, as_json=json_)


@chain_app.command("merge", epilog="Example: agentvid chain merge --session holiday greener --choose theirs")
def merge(
    other: Annotated[str, typer.Argument(help="The branch (name) or revision (number) to merge in.")],
    choose: Annotated[
        list[str] | None,
        typer.Option(help="Where both sides changed the same: ours, theirs, or CONFLICT=ours. Repeatable."),
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only tell what it would give, and conflicts.")] = False,
    named: SessionOption = None,
    turn: TurnOption = None,
    out: Out = None,
    json_: Json = False,
) -> int:
    """Merge another branch into what is shown, step by step, and run what that changes."""
    from agentvid.cli.history import merge_in

    return merge_in(
        other,
        choose or [],
        session=_session(None, named),
        turn=turn,
        dry_run=dry_run,
        out=out,
        as_json=json_,
    )


@chain_app.command("pick", epilog="Example: agentvid chain pick --session holiday t1.s1.box --from greener")
def pick(
    what: Annotated[str, typer.Argument(help="A step (t1.s3) or a given value (t1.s1.box).")],
    source: Annotated[str, typer.Option("--from", help="The branch or revision to take it from.")],
    named: SessionOption = None,
    turn: TurnOption = None,
    out: Out = None,
    json_: Json = False,
) -> int:
    """Take one step, or one given value, from another branch or revision."""
    from agentvid.cli.history import pick_from

    return pick_from(what, source, session=_session(None, named), turn=turn, out=out, as_json=json_)


@chain_app.command(
    "budget", epilog="Examples: agentvid chain budget holiday --set '2 CNY' · agentvid chain budget holiday --clear"
)
def budget(
    session: SessionArgument = None,
    named: SessionOption = None,
    amount: Annotated[
        str | None, typer.Option("--set", help="What the session may spend in all: '2 CNY', 2.5EUR.")
    ] = None,
    clear: Annotated[bool, typer.Option("--clear", help="Take the budget away.")] = False,
    json_: Json = False,
) -> int:
    """Show what a session may spend, has spent and has left; a run that might pass it waits for approval."""
    from agentvid.cli.budget import show_budget

    return show_budget(session=_session(session, named), amount=amount, clear=clear, as_json=json_)


@chain_app.command("lint", epilog="Examples: agentvid chain lint holiday · agentvid chain lint holiday --fix --dry-run")
def lint(
    session: SessionArgument = None,
    named: SessionOption = None,
    turn: TurnOption = None,
    fix: Annotated[bool, typer.Option("--fix", help="Repair errors and warnings in a new revision, not run.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only tell the edits that would repair it.")] = False,
    budget: Annotated[str | None, typer.Option(help="Amount and currency, for example '2.5 CNY'.")] = None,
    json_: Json = False,
) -> int:
    """Tell what is wrong, wasteful or without effect in a chain, with edits that repair it."""
    from agentvid.cli.lint import lint_chain

    return lint_chain(
        session=_session(session, named), turn=turn, fix=fix, dry_run=dry_run, budget=budget, as_json=json_
    )


def _session(argument: str | None, option: str | None) -> str:
    """Return the one session that is named.

    Raises: InputError where none is, or two are.
    """
    names = [name for name in (argument, option) if name]
    if len(names) != 1:
        raise InputError(
            "no session" if not names else f"two sessions, {' and '.join(names)}",
            "--session NAME",
            "see `agentvid sessions`",
        )
    return names[0]
