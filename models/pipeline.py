"""The pipeline: read, predict, route. The only path, for batch, intake and evaluation alike."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from importlib.resources.abc import Traversable

from models.artifact import load, shipped
from models.city import City, load_city, standard
from models.neural import NeuralClassifier
from models.orgchart import OrgChart, load_orgchart
from models.prediction import Floats
from models.reasons import reasons
from models.router import Router, Routing
from nlp.complaint import Complaint
from nlp.mentions import Lexicon, municipalities
from nlp.reading import Reading, read


@dataclass(frozen=True, slots=True)
class Routed:
    """A complaint as it was read, its routing, the reasons in Korean, and the vector (width,) of its whole text."""

    reading: Reading
    routing: Routing
    reasons: tuple[str, ...]
    vector: Floats


@dataclass(frozen=True, slots=True)
class Pipeline:
    """A model, a city, and the router between them."""

    classifier: NeuralClassifier
    chart: OrgChart
    city: City
    router: Router
    lexicon: Lexicon

    def route(self, complaints: Sequence[Complaint]) -> list[Routed]:
        """One routing per complaint, in order."""
        readings = read(complaints, self.lexicon)
        predictions = self.classifier.predict(readings)
        routings = [self.router.route(*pair) for pair in zip(readings, predictions, strict=True)]
        return [
            Routed(reading, routing, reasons(reading, routing, self.chart, self.city), prediction.vector)
            for reading, routing, prediction in zip(readings, routings, predictions, strict=True)
        ]


def open_pipeline(
    model: Traversable | None = None, config: Traversable | None = None, day: date | None = None, threads: int = 0
) -> Pipeline:
    """The pipeline of a model folder and a city's folder as they hold on `day`; the shipped ones and today when
    none is given. Raises ModelError and ConfigError.
    """
    folder = config or standard()
    city = load_city(folder)
    chart = load_orgchart(folder, day or date.today())
    classifier = load(model or shipped(), threads)
    return assemble(classifier, chart, city)


def lexicon(chart: OrgChart, city: City) -> Lexicon:
    """What is looked for in texts: the offices' names, and those of other cities, with and without their hall (청)."""
    elsewhere = [name for name in municipalities() if name != city.name]
    cities = {f"{name}{hall}": ("municipality", name) for name in elsewhere for hall in ("", "청")}
    return Lexicon({**cities, **chart.names()})


def assemble(classifier: NeuralClassifier, chart: OrgChart, city: City) -> Pipeline:
    """A pipeline from its parts."""
    router = Router(chart, city, classifier.calibration, classifier.duties)
    return Pipeline(classifier, chart, city, router, lexicon(chart, city))
