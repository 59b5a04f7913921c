"""The tables of the server, migration 5 of the log: keys, browsers that signed in, accepted work, events by number,
uploads, small pictures of media, answers for retries. And those of its OpenAI-shaped dialect, migration 6: videos by
their ids, conversations by the digest of what was said. And names of keys and when each was last used, migration
7. Released: never changed."""

from __future__ import annotations

from typing import Final

__all__ = ["KEY_NAMES", "OPENAI_TABLES", "SERVER_TABLES"]

SERVER_TABLES: Final[tuple[str, ...]] = (
    """
    CREATE TABLE api_keys (
        key_id TEXT PRIMARY KEY, sha256 TEXT NOT NULL UNIQUE, owner TEXT NOT NULL, created REAL NOT NULL,
        revoked REAL
    )
    """,
    """
    CREATE TABLE sign_ins (
        sha256 TEXT PRIMARY KEY, key_id TEXT NOT NULL REFERENCES api_keys, until REAL NOT NULL
    )
    """,
    """
    CREATE TABLE work (
        id INTEGER PRIMARY KEY AUTOINCREMENT, owner TEXT NOT NULL, session TEXT NOT NULL, turn INTEGER NOT NULL,
        approved INTEGER NOT NULL, tries INTEGER NOT NULL, created REAL NOT NULL
    )
    """,
    """
    CREATE TABLE events (
        session TEXT NOT NULL, n INTEGER NOT NULL, turn INTEGER NOT NULL, event TEXT NOT NULL,
        created REAL NOT NULL,
        PRIMARY KEY (session, n)
    ) WITHOUT ROWID
    """,
    """
    CREATE TABLE uploads (
        owner TEXT NOT NULL, sha256 TEXT NOT NULL, artifact_json TEXT NOT NULL, name TEXT NOT NULL,
        created REAL NOT NULL,
        PRIMARY KEY (owner, sha256)
    )
    """,
    """
    CREATE TABLE derived (
        sha256 TEXT NOT NULL, form TEXT NOT NULL, made TEXT NOT NULL,
        PRIMARY KEY (sha256, form)
    )
    """,
    """
    CREATE TABLE retries (
        owner TEXT NOT NULL, key TEXT NOT NULL, request TEXT NOT NULL, status INTEGER, headers TEXT, body BLOB,
        created REAL NOT NULL,
        PRIMARY KEY (owner, key)
    )
    """,
    "CREATE INDEX retries_by_age ON retries (created)",
)

OPENAI_TABLES: Final[tuple[str, ...]] = (
    """
    CREATE TABLE videos (
        id TEXT PRIMARY KEY, owner TEXT NOT NULL, session TEXT NOT NULL, turn INTEGER NOT NULL,
        asked TEXT NOT NULL, created REAL NOT NULL
    )
    """,
    "CREATE INDEX videos_of_owner ON videos (owner, created)",
    """
    CREATE TABLE chats (
        owner TEXT NOT NULL, digest TEXT NOT NULL, session TEXT NOT NULL, turn INTEGER NOT NULL,
        revision INTEGER NOT NULL, created REAL NOT NULL,
        PRIMARY KEY (owner, digest)
    )
    """,
)

KEY_NAMES: Final[tuple[str, ...]] = (
    "ALTER TABLE api_keys ADD COLUMN name TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE api_keys ADD COLUMN used REAL",
)
