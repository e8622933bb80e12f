"""Signing in at an OpenID provider: it says who somebody is; what they may do stays ours."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, Protocol

from gate_contract.errors import SchoolgateError

Reason = Literal["unreachable", "untrusted"]
Claim = Literal["sub", "email"]


class OpenIdError(SchoolgateError):
    """Nobody can be signed in by the provider now; `reason` is a stable code."""

    def __init__(self, reason: Reason, message: str) -> None:
        super().__init__(message)
        self.reason: Reason = reason


@dataclass(frozen=True, slots=True)
class SignInAttempt:
    """What a browser is sent to the provider with, and has to come back with."""

    state: str
    nonce: str
    verifier: str

    @classmethod
    def new(cls) -> "SignInAttempt":
        return cls(*(secrets.token_urlsafe(32) for _ in range(3)))


class Provider(Protocol):
    """Who is asked. Its methods ask over the network, and block; they raise OpenIdError."""

    @property
    def issuer(self) -> str: ...

    def way_there(self, errand: SignInAttempt, redirect_uri: str, scope: str) -> str:
        """Where to send the browser."""
        ...

    def who(
        self, errand: SignInAttempt, code: str, redirect_uri: str, now_s: int
    ) -> Mapping[str, Any]:
        """The claims about whoever came back with `code`, all proven."""
        ...

    def close(self) -> None:
        """Close its connections."""
        ...


@dataclass(frozen=True, slots=True)
class OpenIdSignIn:
    """A provider as the settings have it. `name` is on the button; `claim` is what an account's
    subject is compared with; `new_accounts`: whoever is unknown gets an account without any role.
    `origin`: as browsers reach us; empty: as they say."""

    provider: Provider
    name: str
    claim: Claim = "sub"
    new_accounts: bool = False
    origin: str = ""

    @property
    def scope(self) -> str:
        """What the provider is asked to tell."""
        return "openid email" if self.claim == "email" else "openid"

    def subject(self, claims: Mapping[str, Any]) -> str | None:
        """Who this is; None if the provider does not say so, or has not verified the address."""
        told = claims.get(self.claim)
        if self.claim == "email" and claims.get("email_verified") is not True:
            return None
        return told if isinstance(told, str) and 0 < len(told) <= 200 else None
