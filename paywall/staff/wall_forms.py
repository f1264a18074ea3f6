"""The words of the wall as one form."""

from collections.abc import Iterator, Mapping
from typing import Any

from django import forms
from unfold.widgets import UnfoldAdminTextareaWidget, UnfoldAdminTextInputWidget

from paywall.gate import wording
from paywall.gate.wording import GROUPS, PIECES, Piece


class WallForm(forms.Form):
    """Every text of the wall, and a note for colleagues."""

    note = forms.CharField(
        max_length=200,
        required=False,
        widget=UnfoldAdminTextInputWidget,
        help_text="For colleagues: what this version is for.",
    )

    def __init__(self, data: Any = None, *, texts: Mapping[str, str], note: str = "") -> None:
        super().__init__(data, initial={**wording.complete(texts), "note": note})
        for piece in PIECES.values():
            self.fields[piece.key] = _field(piece)

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        for key, piece in PIECES.items():
            if problem := wording.problem_with(piece, given.get(key, "")):
                self.add_error(key, problem)
        return given

    @property
    def groups(self) -> Iterator[tuple[str, list[forms.BoundField]]]:
        """The fields of each wall and offer under its title."""
        for group in GROUPS:
            yield group.title, [self[piece.key] for piece in group.pieces]


def _field(piece: Piece) -> forms.CharField:
    told = [f"{{{name}}}: {meaning}." for name, meaning in piece.may_name.items()]
    if piece.may_be_empty:
        told.append("Empty: nothing stands there.")
    short, long = UnfoldAdminTextInputWidget, UnfoldAdminTextareaWidget
    return forms.CharField(
        label=piece.label,
        required=False,
        widget=long(attrs={"rows": 2}) if piece.longest > 120 else short,
        help_text=" ".join(told),
    )
