"""What live things of a notebook share: a widget where one can be shown, beside a picture that stands on its own.

A notebook is shown as the richest form that whoever shows it knows. In a running notebook that is the widget; in one
that was executed without a person, on a page of a repository, or in an exported document it is the picture.

JupyterLab hands what a widget does to a thread of its own (a subshell), while cells run in another, and interrupting
the kernel reaches only the cells. What takes long is therefore begun in `aside`, and has a button that stops it.
"""

from __future__ import annotations

import contextvars
import importlib
import threading
from abc import ABC, abstractmethod
from collections.abc import Callable
from html import escape
from pathlib import Path
from typing import Any, Final

from agentvid.errors import AgentvidError, InputError
from agentvid.notebook.picture import png_of

__all__ = ["Panel", "aside", "beside", "canvas", "telling", "widgets"]

_HERE: Final = Path(__file__).parent
_VIEW: Final = "application/vnd.jupyter.widget-view+json"


class Panel(ABC):
    """Base of what can be looked at and touched. A part draws itself by `picture`, and makes its `widget`."""

    _widget: Any = None

    @abstractmethod
    def _renew(self) -> None:
        """Bring the live form, where there is one, to how things stand; who changes them calls it."""

    @abstractmethod
    def picture(self) -> Any:
        """Return what is to be seen now, as a Pillow picture."""

    @property
    def widget(self) -> Any:
        """The live form, made when it is first asked for: an ipywidgets widget.

        Raises: InputError where ipywidgets or anywidget is missing (extra `lab`).
        """
        if self._widget is None:
            self._widget = self._make_widget()
            self._renew()
        return self._widget

    @abstractmethod
    def _make_widget(self) -> Any:
        """Make the live form."""

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        bundle: dict[str, Any] = {"image/png": png_of(self.picture()), "text/plain": repr(self)}
        if self._widget is not None:
            self._renew()
        try:
            live = self.widget._repr_mimebundle_()
        except InputError:
            return bundle
        return {**(live[0] if isinstance(live, tuple) else live), **bundle}

    def _ipython_display_(self) -> None:
        """Show the picture, then the live form: a notebook that is opened again has lost the second. Live, the style
        of the canvas hides the first."""
        display = importlib.import_module("IPython.display")
        bundle = self._repr_mimebundle_()
        view = bundle.pop(_VIEW, None)
        display.publish_display_data(bundle)
        if view is not None:
            display.publish_display_data({_VIEW: view, "text/plain": bundle["text/plain"]})


def telling(told: Any, work: Callable[[], object]) -> bool:
    """Do it, and tell in `told`, an HTML widget, why it was not done: what a widget raises is seen by nobody."""
    try:
        work()
    except AgentvidError as error:
        told.value = f"<b>{escape(error.given)}</b>: {escape(error.expected or error.do)}"
        return False
    except Exception as fault:
        told.value = f"<b>{type(fault).__name__}</b>: {escape(str(fault))}"
        raise
    return True


def aside(work: Callable[[], object]) -> None:
    """Do it in a thread, so that whoever pressed the button can press another."""
    threading.Thread(target=contextvars.copy_context().run, args=(work,), name="agentvid-aside", daemon=True).start()


def widgets() -> Any:
    """Return the module ipywidgets.

    Raises: InputError where it is not installed.
    """
    try:
        import anywidget  # noqa: F401
        import ipywidgets
    except ImportError as error:
        raise InputError(f"{error.name} is not installed", "extra lab", "pip install 'agentvid[lab]'") from error
    return ipywidgets


def beside(parts: list[Any]) -> Any:
    """Return widgets side by side, or one below the other where it is narrow."""
    return widgets().HBox(parts, layout={"flex_flow": "row wrap"})


def canvas(source: str, wide: int, words: str, *, draws: bool = False, walks: bool = False) -> Any:
    """Return a picture that tells boxes drawn on it: `box`, four numbers in pixels of a picture that is `wide`; and
    keys pressed on it, each a message {"pressed": key} that wants one in return. `source` is the address of the
    picture, which may be smaller than `wide`; `words` is what is told to screen readers.

    Raises: InputError where widgets can't be made.
    """
    widgets()
    import anywidget
    import traitlets

    class Canvas(anywidget.AnyWidget):
        _esm = _HERE / "canvas.js"
        _css = _HERE / "canvas.css"
        source = traitlets.Unicode().tag(sync=True)
        wide = traitlets.Int().tag(sync=True)
        words = traitlets.Unicode().tag(sync=True)
        draws = traitlets.Bool().tag(sync=True)
        walks = traitlets.Bool().tag(sync=True)
        box = traitlets.List(traitlets.Float()).tag(sync=True)

    return Canvas(source=source, wide=wide, words=words, draws=draws, walks=walks)
