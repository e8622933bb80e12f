"""Classify a code: a card of ours, a visitor's ID document, or a refusal. Pure."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey

from gate_contract.card import Card, CardKind, VerifiedCard, verify
from gate_contract.id_documents import CheckInPoster, IdDocument, IdKind, parse_code
from gate_contract.verdicts import Verdict
from gate_contract.visitor_details import seal
from gate_contract.visitor_pseudonym import pseudonym

Claim = VerifiedCard | IdDocument | Verdict


@dataclass(frozen=True, slots=True)
class Visitors:
    """The ID documents that let a visitor in, by default none. `key` is the school's."""

    accept: frozenset[IdKind] = frozenset()
    key: bytes = b""
    seal_to: X25519PublicKey | None = None
    new_key: Callable[[], X25519PrivateKey] = field(default=X25519PrivateKey.generate)


@dataclass(frozen=True, slots=True)
class VisitorPass:
    """A visitor as the ledger records one: a card for this day only, and encrypted details."""

    card: Card
    sealed: bytes


def classify(code: bytes, keys: Mapping[int, Ed25519PublicKey], accept: frozenset[IdKind]) -> Claim:
    """Return what `code` claims to be, without regard to the day or the ledger."""
    claim = verify(code, keys)
    if claim is not Verdict.NOT_A_PERSON_CARD:
        return claim
    parsed = parse_code(code)
    if isinstance(parsed, CheckInPoster):
        return Verdict.CHECK_IN_POSTER
    return parsed if parsed and parsed.kind in accept else claim


def presentation_key(claim: Claim, code: bytes) -> str | bytes:
    """Return the key of a presentation: the person, however the code was read."""
    match claim:
        case VerifiedCard():
            return claim.card.card_id
        case IdDocument():
            return f"{claim.kind}|{claim.number}"
    return code


def make_visitor_pass(who: IdDocument, visitors: Visitors, day: date) -> VisitorPass:
    """Make the pass of `who` for `day`. It takes about one or two frames, by design.

    See `gate_contract.visitor_pseudonym`. Raises ValueError if the district's key is missing.
    """
    if visitors.seal_to is None:
        raise ValueError("visitors are accepted, but the key to encrypt their details is missing")
    card = Card(pseudonym(visitors.key, day, who), CardKind.VISITOR, date.min, date.max)
    return VisitorPass(card, seal(who, card.card_id, visitors.seal_to, visitors.new_key()))
