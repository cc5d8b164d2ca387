"""The protocol that every family of models satisfies."""

from collections.abc import Sequence
from typing import Protocol

from models.prediction import Prediction
from nlp.reading import Reading


class Classifier(Protocol):
    """Predicts from readings; `version` goes into every prediction."""

    version: str

    def predict(self, readings: Sequence[Reading]) -> list[Prediction]:
        """One prediction per reading, in order."""
        ...
