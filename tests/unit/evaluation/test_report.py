"""The figures of a filter, and the paper's test set drawn from ours."""

from collections import Counter

from raiox.evaluation.report import TABLE_1, compose


def test_the_papers_test_set_is_drawn_as_it_was_composed() -> None:
    labels = ["frontal"] * 900 + ["rotated_90", "rotated_180", "rotated_270"] * 300
    labels += ["nonpulmonary_xray"] * 100 + ["natural"] * 80 + ["document"] * 30 + ["inverted"] * 50

    drawn = compose(labels, TABLE_1)

    counts = Counter(labels[i] for i in drawn)
    assert len(set(drawn.tolist())) == 600
    assert counts["frontal"] == 300
    assert counts["nonpulmonary_xray"] == 100
    assert counts["natural"] + counts["document"] == 100
    assert "inverted" not in counts
    assert (compose(labels, TABLE_1) == drawn).all()


def test_too_few_images_give_no_such_test_set() -> None:
    assert compose(["frontal"] * 300, TABLE_1) is None
