"""Sign in at an OpenID provider: the authorization code flow with PKCE, state and nonce.

Sources: OpenID Connect Core 1.0 (3.1), RFC 7636 and RFC 9207. The module is imported only where a
provider is configured.
"""

import base64
import threading
import time
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlencode

import httpx
import msgspec
from authlib.oauth2.rfc7636 import (  # type: ignore[import-untyped]  # ships no types
    create_s256_code_challenge,
)
from authlib.oidc.core import CodeIDToken  # type: ignore[import-untyped]  # as above
from authlib.oidc.discovery import get_well_known_url  # type: ignore[import-untyped]  # as above
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from msgspec import Struct

from server_bridge.access.openid import OpenIdError, SignInAttempt

ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512")
"""Signature algorithms with a public key only.

The holder of the client secret must not be able to sign tokens.
"""
LEEWAY_S = 60
"""The tolerated difference between the provider's clock and ours."""
TIMEOUT_S = 10.0
CACHE_S = 3_600.0
"""How long the provider's metadata and keys are cached."""


class _Metadata(Struct, frozen=True):
    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    token_endpoint_auth_methods_supported: list[str] = msgspec.field(
        default_factory=lambda: ["client_secret_basic"]
    )


class _Tokens(Struct, frozen=True):
    id_token: str
    access_token: str = ""


class OpenIdProvider:
    """A provider, as described by the metadata of `issuer`; the methods block on the network."""

    def __init__(self, issuer: str, client_id: str, secret: str = "") -> None:
        self.issuer = issuer
        self._client_id = client_id
        self._secret = secret
        self._http = httpx.Client(timeout=TIMEOUT_S, headers={"Accept": "application/json"})
        self._lock = threading.Lock()
        self._kept: dict[str, tuple[float, bytes]] = {}

    def close(self) -> None:
        """Close the HTTP connections."""
        self._http.close()

    def authorization_url(self, attempt: SignInAttempt, redirect_uri: str, scope: str) -> str:
        """Return the URL to redirect the browser to. Raises OpenIdError."""
        query = {
            "response_type": "code",
            "client_id": self._client_id,
            "redirect_uri": redirect_uri,
            "scope": scope,
            "state": attempt.state,
            "nonce": attempt.nonce,
            "code_challenge": create_s256_code_challenge(attempt.verifier),
            "code_challenge_method": "S256",
        }
        endpoint = self._metadata().authorization_endpoint
        return f"{endpoint}{'&' if '?' in endpoint else '?'}{urlencode(query)}"

    def fetch_claims(
        self, attempt: SignInAttempt, code: str, redirect_uri: str, now_s: int
    ) -> Mapping[str, Any]:
        """Return the verified claims of the ID token for `code`. Raises OpenIdError."""
        tokens = self._exchange(attempt, code, redirect_uri)
        try:
            token = self._decode(tokens.id_token)
            claims = CodeIDToken(
                token.claims,
                token.header,
                options={
                    "iss": {"essential": True, "value": self.issuer},
                    "aud": {"essential": True, "value": self._client_id},
                },
                params={
                    "nonce": attempt.nonce,
                    "client_id": self._client_id,
                    "access_token": tokens.access_token,
                },
            )
            claims.validate(now_s, LEEWAY_S)
        except (JoseError, ValueError, TypeError, KeyError) as error:
            raise OpenIdError(
                "untrusted",
                f"the ID token of {self.issuer} is not valid: {error}. Compare "
                "openid.issuer and openid.client_id in bridge.toml with the provider's settings, "
                "and check both clocks",
            ) from error
        return dict(claims)

    def _decode(self, id_token: str) -> jwt.Token:
        keys_at = self._metadata().jwks_uri
        try:
            return jwt.decode(id_token, _key_set(self._fetch(keys_at)), list(ALGORITHMS))
        except (JoseError, ValueError):
            # The provider may have changed its keys since they were cached.
            with self._lock:
                self._kept.pop(keys_at, None)
            return jwt.decode(id_token, _key_set(self._fetch(keys_at)), list(ALGORITHMS))

    def _exchange(self, attempt: SignInAttempt, code: str, redirect_uri: str) -> _Tokens:
        metadata = self._metadata()
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": redirect_uri,
            "code_verifier": attempt.verifier,
        }
        headers = {}
        if self._secret and "client_secret_basic" in metadata.token_endpoint_auth_methods_supported:
            both = f"{quote(self._client_id, safe='')}:{quote(self._secret, safe='')}"
            headers["Authorization"] = f"Basic {base64.b64encode(both.encode()).decode()}"
        else:
            form["client_id"] = self._client_id
            form |= {"client_secret": self._secret} if self._secret else {}
        try:
            answer = self._http.post(metadata.token_endpoint, data=form, headers=headers)
        except httpx.HTTPError as error:
            raise _unreachable(metadata.token_endpoint, error) from error
        if answer.status_code >= 500:
            raise _unreachable(metadata.token_endpoint, f"status {answer.status_code}")
        try:
            return msgspec.json.decode(answer.content, type=_Tokens)
        except msgspec.DecodeError as error:
            excerpt = answer.text[:200].replace("\n", " ")
            raise OpenIdError(
                "untrusted",
                f"{metadata.token_endpoint} gave no ID token ({answer.status_code}: {excerpt}); "
                "check openid.client_id and openid.secret_file in bridge.toml",
            ) from error

    def _metadata(self) -> _Metadata:
        address = get_well_known_url(self.issuer, external=True)
        try:
            metadata = msgspec.json.decode(self._fetch(address), type=_Metadata)
        except msgspec.DecodeError as error:
            raise _unreachable(address, f"it is not an OpenID provider ({error})") from error
        if metadata.issuer != self.issuer:
            raise OpenIdError(
                "untrusted",
                f"{address} belongs to the issuer {metadata.issuer!r}; set openid.issuer to "
                "exactly that in bridge.toml, if it is the intended one",
            )
        return metadata

    def _fetch(self, address: str) -> bytes:
        now_s = time.monotonic()
        with self._lock:
            asked_s, content = self._kept.get(address, (-CACHE_S, b""))
        if content and now_s - asked_s < CACHE_S:
            return content
        try:
            answer = self._http.get(address)
            answer.raise_for_status()
        except httpx.HTTPError as error:
            raise _unreachable(address, error) from error
        with self._lock:
            self._kept[address] = (now_s, answer.content)
        return answer.content


def _key_set(content: bytes) -> KeySet:
    return KeySet.import_key_set(msgspec.json.decode(content))


def _unreachable(address: str, error: object) -> OpenIdError:
    return OpenIdError(
        "unreachable",
        f"the OpenID provider does not answer at {address}: {error}. Check openid.issuer in "
        "bridge.toml, and that this server may connect to it",
    )
