"""What a roster says: the changes to a base give what was wanted, or a full roster is made."""

from hypothesis import given
from hypothesis import strategies as st

from gate_contract.roster import EntryAction
from server_bridge.roster.contents import (
    REBASE,
    Contents,
    changes,
    contents,
    digest,
    pack,
    unpack,
)

CARDS = [f"{number:016x}" for number in range(40)]
BASE = contents(policy={4: EntryAction.REFUSE}, levels=dict.fromkeys(CARDS, 1), revoked=CARDS[:2])


def apply(base: Contents, changed: Contents) -> Contents:
    """Put `changed` over `base` as a gate does; level 0 is no level."""
    levels = {card: level for card, level in (base.levels | changed.levels).items() if level}
    return contents(
        policy=changed.policy,
        levels=levels,
        revoked=sorted({*base.revoked, *changed.revoked}),
        card_keys=changed.card_keys,
    )


def test_the_same_contents_in_another_order_have_the_same_digest() -> None:
    one = contents(levels={"b": 1, "a": 2}, revoked=["d", "c"], card_keys={2: b"2", 1: b"1"})
    other = contents(levels={"a": 2, "b": 1}, revoked=["c", "d"], card_keys={1: b"1", 2: b"2"})
    assert pack(one) == pack(other)
    assert digest(one) == digest(other) != digest(contents(levels={"a": 2, "b": 2}))
    assert len(digest(one)) == 64


def test_changes_hold_only_what_differs() -> None:
    wanted = contents(
        policy={4: EntryAction.SIGNAL},
        levels=BASE.levels | {CARDS[0]: 4},
        revoked=[*BASE.revoked, CARDS[9]],
    )
    assert changes(BASE, wanted) == contents(
        policy={4: EntryAction.SIGNAL}, levels={CARDS[0]: 4}, revoked=[CARDS[9]]
    )


def test_a_card_that_left_the_school_has_level_0() -> None:
    levels = {card: 1 for card in CARDS if card != CARDS[5]}
    changed = changes(BASE, contents(levels=levels, revoked=BASE.revoked))
    assert changed
    assert changed.levels == {CARDS[5]: 0}


def test_a_card_that_is_no_longer_revoked_takes_a_full_roster() -> None:
    wanted = contents(policy=BASE.policy, levels=BASE.levels, revoked=BASE.revoked[:1])
    assert changes(BASE, wanted) is None


def test_changes_larger_than_a_fourth_of_the_base_take_a_full_roster() -> None:
    def raised(number: int) -> Contents | None:
        levels = BASE.levels | dict.fromkeys(CARDS[:number], 4)
        return changes(BASE, contents(levels=levels, revoked=BASE.revoked))

    fits = max(number for number in range(len(CARDS)) if raised(number) is not None)
    assert 0 < fits < len(CARDS)
    changed = raised(fits)
    assert changed
    assert changed.size * REBASE <= BASE.size
    assert raised(fits + 1) is None


@given(
    st.dictionaries(st.sampled_from(CARDS), st.integers(1, 4)),
    st.dictionaries(st.sampled_from(CARDS), st.integers(1, 4)),
    st.sets(st.sampled_from(CARDS)),
    st.sets(st.sampled_from(CARDS)),
)
def test_base_and_changes_give_what_was_wanted(
    before: dict[str, int], after: dict[str, int], revoked: set[str], more: set[str]
) -> None:
    base = contents(levels=before, revoked=sorted(revoked))
    wanted = contents(levels=after, revoked=sorted(revoked | more), card_keys={1: b"key"})
    changed = changes(base, wanted)
    assert unpack(pack(wanted)) == wanted
    if changed is not None:
        assert apply(base, changed) == wanted
