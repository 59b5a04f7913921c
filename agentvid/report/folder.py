"""The results folder of a turn: the answer's media under friendly names, `chain.json`, `report.html`.

    1-edited.png  2-novel-view.mp4     the answer, numbered as it is told
    steps/t1.s1-mask.png               media of steps on the way, to look at, correct and give back
    chain.json                         the chain; `Chain.model_validate` reads it back
    report.html                        the page; it links to the files above and needs nothing else

A folder of agentvid's own is replaced as a whole (`report.swap`); in one with files of others every file is moved in
whole, `report.html` last, so that nothing half-written stays and the page never speaks of files that are not there. A
small list of what was written lies beside them: files that are not on it are never replaced, files that an earlier
turn left are taken away.
"""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Final

from agentvid.errors import InputError
from agentvid.media.types import Media
from agentvid.report.record import AnswerPart, TurnRecord
from agentvid.report.swap import written_beside

if TYPE_CHECKING:
    from agentvid.store.objects import ObjectStore

__all__ = ["MANIFEST", "claim", "file_names", "write_results"]

MANIFEST: Final = ".agentvid.json"

_FRIENDLY: Final = {
    "animate": "clip",
    "caption": "captioned",
    "check": "checked",
    "compose": "composed",
    "edit_image": "edited",
    "edit_video": "edited",
    "future_frames": "future",
    "generate_image": "picture",
    "generate_video": "clip",
    "make_3d": "model",
    "map_to_view": "walk",
    "mux": "with-sound",
    "navigate": "walk",
    "novel_view": "novel-view",
    "speak": "voice",
}

_SUFFIXES: Final = {
    "image/png": ".png",
    "image/jpeg": ".jpg",
    "image/webp": ".webp",
    "image/gif": ".gif",
    "video/mp4": ".mp4",
    "video/webm": ".webm",
    "video/quicktime": ".mov",
    "video/x-matroska": ".mkv",
    "audio/wav": ".wav",
    "audio/x-wav": ".wav",
    "audio/mpeg": ".mp3",
    "audio/mp4": ".m4a",
    "audio/flac": ".flac",
    "audio/ogg": ".ogg",
    "model/gltf-binary": ".glb",
}


def write_results(out: Path, record: TurnRecord, store: ObjectStore) -> Path:
    """Write the results folder of a turn and return the path of its `report.html`.

    Raises: InputError naming the folder where it can't be written, StoreError where media of the answer are missing.
    """
    from agentvid.report.page import render

    names = file_names(record)
    answers = {part.artifact.artifact for part in record.answer if part.artifact}
    here = {sha256: name for sha256, name in names.items() if sha256 in answers or store.has(sha256)}
    chain = json.dumps(record.chain.to_json(), ensure_ascii=False, indent=2) + "\n"
    page = render(record, store, here)
    sources = [(name, store.path(sha256)) for sha256, name in here.items()]
    try:
        _write(out, sources, [("chain.json", chain), ("report.html", page)])
    except OSError as error:
        raise InputError(
            f"the results folder {out} can't be written: {error.strerror or error}",
            "a folder that can be written, on a disk with room",
            "choose another with --out",
        ) from error
    return out / "report.html"


def file_names(record: TurnRecord) -> dict[str, str]:
    """Return the name in the results folder of each media object, by sha256: the answer's first, then those of steps.

    What came in with the message is not among them: whoever sent it has it.
    """
    came_in = {part.artifact.artifact for part in record.message if part.artifact}
    names: dict[str, str] = {}
    for part in record.answer:
        if part.artifact is not None and part.artifact.artifact not in names:
            names[part.artifact.artifact] = f"{len(names) + 1}-{_friendly(record, part)}{_suffix(part.artifact)}"
    for step in record.chain:
        for found in record.found(step):
            if isinstance(found.value, Media) and found.value.artifact not in {*names, *came_in}:
                names[found.value.artifact] = f"steps/{step.id}-{found.port.replace('_', '-')}{_suffix(found.value)}"
    return names


def _friendly(record: TurnRecord, part: AnswerPart) -> str:
    ref = part.ref or (record.origin(part.artifact) if part.artifact else None)
    if ref is None or not record.chain.has(ref.step):
        return str(getattr(part.artifact, "type", "media"))
    tool = record.chain.step(ref.step).tool
    name = _FRIENDLY.get(tool, tool.replace("_", "-"))
    main = ref.port in ("image", "video", "audio", "mesh", name)
    return name if main else f"{name}-{ref.port.replace('_', '-')}"


def _suffix(media: Media) -> str:
    return _SUFFIXES.get(media.mime, "")


def claim(out: Path) -> None:
    """Check that a results folder may be written to: new, empty of results, or written by agentvid before.

    Raises: InputError naming the folder and the file of somebody else's that would be replaced.
    """
    ours = _ours(out)
    for name in ("report.html", "chain.json"):
        if (out / name).exists() and name not in ours:
            raise _foreign(out, name)


def _foreign(out: Path, name: str) -> InputError:
    return InputError(
        f"{out / name} is there already, and agentvid did not write it",
        "a new folder, or one that agentvid wrote",
        "choose another with --out, or move the file away",
    )


def _ours(out: Path) -> list[str]:
    try:
        names = json.loads((out / MANIFEST).read_text(encoding="utf-8"))["files"]
    except (OSError, ValueError, KeyError, TypeError):
        return []
    return [name for name in names if isinstance(name, str) and ".." not in PurePosixPath(name).parts]


def _write(out: Path, sources: list[tuple[str, Path]], texts: list[tuple[str, str]]) -> None:
    made = [folder for folder in (out, *out.parents) if not folder.exists()]
    ours = _ours(out)
    names = [name for name, _ in [*sources, *texts]]
    foreign = next((name for name in names if (out / name).exists() and name not in ours), None)
    if foreign is not None:
        raise _foreign(out, foreign)
    try:
        if out.exists():
            _list(out, {*names, *ours})
        with written_beside(out, [*names, MANIFEST], [*ours, *names, MANIFEST]) as writing:
            for name, source in sources:
                (writing / name).parent.mkdir(exist_ok=True)
                shutil.copyfile(source, writing / name)
            for name, text in texts:
                (writing / name).write_text(text, encoding="utf-8")
            _list(writing, set(names))
    except OSError:
        for folder in made:
            if folder.is_dir() and not any(folder.iterdir()):
                folder.rmdir()
        raise


def _list(folder: Path, names: set[str]) -> None:
    """Write the list of what is agentvid's in a folder, whole."""
    fresh = folder / f"{MANIFEST}.{os.getpid()}"
    fresh.write_text(json.dumps({"files": sorted(names)}), encoding="utf-8")
    fresh.replace(folder / MANIFEST)
