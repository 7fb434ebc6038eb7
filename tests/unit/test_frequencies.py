"""Counts of common words that a process keeps."""

from __future__ import annotations

from persistence.user_frequencies import KEPT, SECONDS, Frequencies


def test_a_count_is_known_until_its_time_is_over() -> None:
    time = [0.0]
    kept = Frequencies(lambda: time[0])
    kept.note("ada", 3000, 20_000)
    time[0] = SECONDS - 1
    known = kept.get("ada", 20_000)
    assert known is not None
    assert known.count == 3000
    time[0] = SECONDS
    assert kept.get("ada", 20_000) is None
    assert kept.get("ben", 20_000) is None


def test_a_count_that_ended_early_answers_no_further_question() -> None:
    kept = Frequencies()
    kept.note("ada", 2001, 2000)
    assert kept.get("ada", 2000) is not None
    assert kept.get("ada", 2001) is None


def test_the_words_noted_last_are_kept() -> None:
    kept = Frequencies()
    for number in range(KEPT + 1):
        kept.note(number, 3000, 20_000)
    assert kept.get(0, 1) is None
    assert kept.get(1, 1) is not None


def test_a_count_says_whether_its_words_are_too_many_to_be_read() -> None:
    kept = Frequencies()
    kept.note("ada", 3000, 20_000)
    kept.note("an", 20_001, 20_000, listed=False)
    ada, an = kept.get("ada", 1), kept.get("an", 1)
    assert ada is not None
    assert ada.listed
    assert an is not None
    assert not an.listed
