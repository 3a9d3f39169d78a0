"""Folds a read model or a process in memory, and keeps what a process answers."""

from __future__ import annotations

from shared.read_models.fold import Fold


class Folded:
    """The rows after these events, and the commands that followed from each."""

    def __init__(self, model, *events):
        self._model = model
        self._fold = Fold(model)
        self.commands = []
        self.take(*events)

    def take(self, *events):
        for event in events:
            if type(event) not in self._model.folds:
                continue
            keys = list(self._model.keys(event))
            changed = self._fold.changes(0, event, keys)
            self._fold.rows.update(changed)
            if self._model.reacts:
                for row in [row for _, row in changed] or [None]:
                    self.commands += self._model.react(row, event)
        return self

    @property
    def rows(self):
        return {key: row for key, row in self._fold.rows.items() if row is not None}

    @property
    def row(self):
        (row,) = self.rows.values()
        return row

    @property
    def told(self):
        """The templates of the commands given, in order."""
        return [getattr(command, "template", type(command).__name__) for command in self.commands]
