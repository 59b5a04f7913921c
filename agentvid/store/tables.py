"""The tables of the log as numbered migrations, and which of their columns may name objects.

Migrations are append only: a released one is never changed. Columns named `*_json` hold JSON; times are seconds since
the epoch.
"""

from __future__ import annotations

from typing import Final

from agentvid.store.server_tables import KEY_NAMES, OPENAI_TABLES, SERVER_TABLES

__all__ = ["JSON_COLUMNS", "MIGRATIONS"]

MIGRATIONS: Final[tuple[tuple[str, ...], ...]] = (
    (  # 1: sessions, turns, revisions, runs, cached results, versions, answers, ownership, leases
        """
        CREATE TABLE sessions (
            session TEXT PRIMARY KEY, owner TEXT NOT NULL, title TEXT NOT NULL, created REAL NOT NULL
        )
        """,
        "CREATE INDEX sessions_of_owner ON sessions (owner, created)",
        """
        CREATE TABLE turns (
            session TEXT NOT NULL REFERENCES sessions, turn INTEGER NOT NULL, message_json TEXT NOT NULL,
            phase TEXT NOT NULL, error_json TEXT, created REAL NOT NULL,
            PRIMARY KEY (session, turn)
        )
        """,
        """
        CREATE TABLE revisions (
            session TEXT NOT NULL, turn INTEGER NOT NULL, n INTEGER NOT NULL,
            branch TEXT NOT NULL, parent INTEGER, author TEXT NOT NULL, chain_json TEXT NOT NULL,
            edits_json TEXT NOT NULL, note TEXT NOT NULL, created REAL NOT NULL,
            PRIMARY KEY (session, turn, n),
            FOREIGN KEY (session, turn) REFERENCES turns,
            FOREIGN KEY (session, turn, parent) REFERENCES revisions
        )
        """,
        """
        CREATE TABLE step_runs (
            session TEXT NOT NULL, turn INTEGER NOT NULL, revision INTEGER NOT NULL, step TEXT NOT NULL,
            record_json TEXT NOT NULL, saved REAL NOT NULL,
            PRIMARY KEY (session, turn, revision, step),
            FOREIGN KEY (session, turn, revision) REFERENCES revisions
        )
        """,
        """
        CREATE TABLE results (
            owner TEXT NOT NULL, key TEXT NOT NULL, tool TEXT NOT NULL, result_json TEXT NOT NULL,
            created REAL NOT NULL,
            PRIMARY KEY (owner, key)
        )
        """,
        "CREATE INDEX results_of_tool ON results (tool, created)",
        """
        CREATE TABLE versions (
            session TEXT NOT NULL REFERENCES sessions, n INTEGER NOT NULL, artifact_json TEXT NOT NULL,
            label TEXT NOT NULL, source TEXT NOT NULL, created REAL NOT NULL,
            PRIMARY KEY (session, n)
        )
        """,
        """
        CREATE TABLE answers (
            session TEXT NOT NULL, turn INTEGER NOT NULL, n INTEGER NOT NULL, parts_json TEXT NOT NULL,
            created REAL NOT NULL, checks_json TEXT NOT NULL,
            PRIMARY KEY (session, turn, n),
            FOREIGN KEY (session, turn) REFERENCES turns
        )
        """,
        """
        CREATE TABLE ownership (
            session TEXT PRIMARY KEY, token TEXT NOT NULL, pid INTEGER NOT NULL, host TEXT NOT NULL,
            boot TEXT NOT NULL, start TEXT NOT NULL, since REAL NOT NULL, heartbeat REAL NOT NULL, until REAL NOT NULL
        )
        """,
        """
        CREATE TABLE leases (
            holder TEXT NOT NULL, sha256 TEXT NOT NULL, pid INTEGER NOT NULL, host TEXT NOT NULL,
            boot TEXT NOT NULL, start TEXT NOT NULL, until REAL NOT NULL,
            PRIMARY KEY (holder, sha256)
        )
        """,
    ),
    (  # 2: jobs that engines started elsewhere
        """
        CREATE TABLE jobs (
            owner TEXT NOT NULL, key TEXT NOT NULL, step_key TEXT NOT NULL, engine TEXT NOT NULL, task TEXT NOT NULL,
            job TEXT, attempt INTEGER NOT NULL, settled REAL, created REAL NOT NULL,
            PRIMARY KEY (owner, key)
        )
        """,
        "CREATE INDEX jobs_of_step ON jobs (owner, step_key)",
    ),
    (  # 3: results by frame (all of a key but the inputs; NULL where it was kept before), budgets, spending
        "ALTER TABLE results ADD COLUMN frame TEXT",
        "CREATE INDEX results_of_frame ON results (owner, frame, tool)",
        """
        CREATE TABLE budgets (
            session TEXT PRIMARY KEY REFERENCES sessions, amount REAL NOT NULL, currency TEXT NOT NULL,
            created REAL NOT NULL
        )
        """,
        """
        CREATE TABLE spending (
            session TEXT NOT NULL REFERENCES sessions, turn INTEGER NOT NULL, step TEXT NOT NULL,
            amount REAL NOT NULL, currency TEXT NOT NULL, created REAL NOT NULL
        )
        """,
        "CREATE INDEX spending_of_session ON spending (session, currency)",
    ),
    (  # 4: history as a tree: heads of branches, the branch a turn is on, the way of redo, which run was answered
        """
        CREATE TABLE heads (
            session TEXT NOT NULL, turn INTEGER NOT NULL, branch TEXT NOT NULL, n INTEGER NOT NULL,
            PRIMARY KEY (session, turn, branch),
            FOREIGN KEY (session, turn, n) REFERENCES revisions
        )
        """,
        """
        CREATE TABLE current_branches (
            session TEXT NOT NULL, turn INTEGER NOT NULL, branch TEXT NOT NULL,
            PRIMARY KEY (session, turn),
            FOREIGN KEY (session, turn, branch) REFERENCES heads
        )
        """,
        """
        CREATE TABLE left_children (
            session TEXT NOT NULL, turn INTEGER NOT NULL, branch TEXT NOT NULL,
            parent INTEGER NOT NULL, child INTEGER NOT NULL,
            PRIMARY KEY (session, turn, branch, parent)
        )
        """,
        "INSERT INTO heads SELECT session, turn, branch, max(n) FROM revisions GROUP BY session, turn, branch",
        "ALTER TABLE revisions ADD COLUMN merged INTEGER",
        "ALTER TABLE answers ADD COLUMN revision INTEGER",
        """
        UPDATE answers SET revision = (
            SELECT max(n) FROM revisions
            WHERE session = answers.session AND turn = answers.turn AND created <= answers.created
        )
        """,
    ),
    SERVER_TABLES,  # 5
    OPENAI_TABLES,  # 6
    KEY_NAMES,  # 7
)

JSON_COLUMNS: Final[tuple[tuple[str, str], ...]] = (
    ("turns", "message_json"),
    ("turns", "error_json"),
    ("revisions", "chain_json"),
    ("revisions", "edits_json"),
    ("step_runs", "record_json"),
    ("results", "result_json"),
    ("versions", "artifact_json"),
    ("answers", "parts_json"),
    ("answers", "checks_json"),
    ("uploads", "artifact_json"),
)
"""(table, column) of all JSON that may name objects: what they name is in use."""
