"""Every verdict has its sentences, its signal, and its line in docs/reference/verdicts.md."""

import re
import unicodedata

import pytest

from gate_contract.signal_patterns import PATTERNS
from gate_contract.verdicts import SENTENCES, Verdict
from tests.docs.pages import ROOT

PAGE = ROOT / "docs" / "reference" / "verdicts.md"
ROWS = {
    cells[0].strip("`"): cells
    for line in PAGE.read_text("utf-8").splitlines()
    if line.startswith("| `")
    for cells in [[cell.strip() for cell in line.strip("|").split("|")]]
}


def test_the_page_has_every_verdict_once_and_no_other() -> None:
    assert list(ROWS) == list(Verdict)


@pytest.mark.parametrize("verdict", Verdict)
def test_a_verdict_has_a_sentence_in_both_languages(verdict: Verdict) -> None:
    assert SENTENCES[verdict].keys() == {"vi", "en"}
    for sentence in SENTENCES[verdict].values():
        assert sentence.endswith(".")
        assert sentence == unicodedata.normalize("NFC", sentence)
        assert sentence == re.sub(r"\s+", " ", sentence).strip()


@pytest.mark.parametrize("verdict", Verdict)
def test_the_page_says_what_the_gate_says(verdict: Verdict) -> None:
    _, vi, en, signal = ROWS[verdict]
    assert {"vi": vi, "en": en} == SENTENCES[verdict]
    pattern = PATTERNS.get(verdict)
    if pattern is None:
        assert signal.startswith("none")
        return
    lights = {step.light.name.lower() for step in pattern} - {"off"}
    assert [signal.startswith(light) for light in lights] == [True]


def test_sentences_differ() -> None:
    for language in ("vi", "en"):
        assert len({sentences[language] for sentences in SENTENCES.values()}) == len(Verdict)
