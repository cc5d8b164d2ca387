import random

from models.orgchart import OrgChart
from nlp.reading import read_one
from training.augment import described, disturb, join, joined_pairs
from training.collate import carrying
from training.examples import Example


def test_noise_keeps_the_labels_and_the_evidence(examples: list[Example]) -> None:
    for seed in range(20):
        for example in examples:
            noisy = disturb(example, seed)
            assert [one.duty for one in noisy.duties] == [one.duty for one in example.duties]
            reading = read_one(noisy.complaint)
            assert all(carrying(reading, one.evidence) for one in noisy.duties)


def test_noise_is_the_same_for_the_same_seed(examples: list[Example]) -> None:
    assert [disturb(one, 3) for one in examples] == [disturb(one, 3) for one in examples]


def test_a_joined_pair_asks_for_both_and_is_as_hard_as_its_offices_make_it(
    examples: list[Example], chart: OrgChart
) -> None:
    city = join(examples[0], examples[4], chart, random.Random(0))
    assert {one.duty for one in city.duties} == {"road.light", "park.facility"}
    assert (city.lead, city.complexity) == ("road.light", 3)
    assert join(examples[0], examples[2], chart, random.Random(0)).complexity == 4


def test_pairs_never_join_two_complaints_of_one_office(examples: list[Example], chart: OrgChart) -> None:
    for pair in joined_pairs(examples, chart, 20, 0):
        assert len({chart.office_of(one.duty).id for one in pair.duties}) > 1


def test_every_duty_but_nonsense_is_described(chart: OrgChart) -> None:
    assert {one.lead for one in described(chart)} == set(chart.duties) - {"none.unclear"}
