"""What live things of a notebook share: a widget where one can be shown, beside a picture that stands on its own.

A notebook is shown as the richest form that whoever shows it knows. In a running notebook that is the widget; in one
that was executed without a person, on a page of a repository, or in an exported document it is the picture.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from pathlib import Path
from typing import Any, Final

from agentvid.errors import InputError
from agentvid.notebook.picture import png_of

__all__ = ["Panel", "canvas", "widgets"]

_HERE: Final = Path(__file__).parent


class Panel(ABC):
    """Base of what can be looked at and touched. A part draws itself by `picture`, and makes its `widget`."""

    _widget: Any = None

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
        return self._widget

    @abstractmethod
    def _make_widget(self) -> Any:
        """Make the live form."""

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        bundle: dict[str, Any] = {"image/png": png_of(self.picture()), "text/plain": repr(self)}
        try:
            live = self.widget._repr_mimebundle_()
        except InputError:
            return bundle
        return {**(live[0] if isinstance(live, tuple) else live), **bundle}


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


def canvas(source: str, words: str, *, draws: bool = False, walks: bool = False) -> Any:
    """Return a picture that tells boxes drawn on it (`box`, four numbers in its pixels) and keys (`pressed`, the key
    and how many there were). `source` is its address, `words` what is told to screen readers.

    Raises: InputError where widgets can't be made.
    """
    widgets()
    import anywidget
    import traitlets

    class Canvas(anywidget.AnyWidget):
        _esm = _HERE / "canvas.js"
        _css = _HERE / "canvas.css"
        source = traitlets.Unicode().tag(sync=True)
        words = traitlets.Unicode().tag(sync=True)
        draws = traitlets.Bool().tag(sync=True)
        walks = traitlets.Bool().tag(sync=True)
        box = traitlets.List(traitlets.Float()).tag(sync=True)
        pressed = traitlets.List(default_value=["", 0]).tag(sync=True)

    return Canvas(source=source, words=words, draws=draws, walks=walks)
