"""Describe the sign-in with an OpenID provider; roles are still granted by the bridge."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, Protocol

from gate_contract.errors import SchoolgateError

Reason = Literal["unreachable", "untrusted"]
Claim = Literal["sub", "email"]


class OpenIdError(SchoolgateError):
    """The provider cannot sign anyone in now; `reason` is a stable code."""

    def __init__(self, reason: Reason, message: str) -> None:
        super().__init__(message)
        self.reason: Reason = reason


@dataclass(frozen=True, slots=True)
class SignInAttempt:
    """The secrets of one sign-in, which the browser must bring back from the provider."""

    state: str
    nonce: str
    verifier: str

    @classmethod
    def new(cls) -> "SignInAttempt":
        """Return a new sign-in with random values."""
        return cls(*(secrets.token_urlsafe(32) for _ in range(3)))


class Provider(Protocol):
    """An OpenID provider; its methods block on the network and raise OpenIdError."""

    @property
    def issuer(self) -> str:
        """Return the issuer's URL."""
        ...

    def authorization_url(self, attempt: SignInAttempt, redirect_uri: str, scope: str) -> str:
        """Return the URL to redirect the browser to."""
        ...

    def fetch_claims(
        self, attempt: SignInAttempt, code: str, redirect_uri: str, now_s: int
    ) -> Mapping[str, Any]:
        """Return the verified claims of the ID token for `code`."""
        ...

    def close(self) -> None:
        """Close the HTTP connections."""
        ...


@dataclass(frozen=True, slots=True)
class OpenIdSignIn:
    """A provider with its settings.

    `name` is shown on the button. `claim` is compared with an account's subject. `new_accounts`: an
    unknown person gets an account without any role. `origin` is the address that browsers use; if
    empty, it is taken from the request.
    """

    provider: Provider
    name: str
    claim: Claim = "sub"
    new_accounts: bool = False
    origin: str = ""

    @property
    def scope(self) -> str:
        """Return the scope to request from the provider."""
        return "openid email" if self.claim == "email" else "openid"

    def subject(self, claims: Mapping[str, Any]) -> str | None:
        """Return the subject, or None if it is absent or the email address is not verified."""
        value = claims.get(self.claim)
        if self.claim == "email" and claims.get("email_verified") is not True:
            return None
        return value if isinstance(value, str) and 0 < len(value) <= 200 else None
