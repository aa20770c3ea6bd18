"""Checks Postern-Assertion. Needs PyJWT with cryptography: pip install "PyJWT[crypto]"."""

import json
import threading
import time
import urllib.request

import jwt


class Verifier:
    """Checks assertions for the application at `origin`, such as "https://app.example.com".

    `keys` is the address of Postern's keys:
    "https://login.example.com/.well-known/postern/jwks.json".
    """

    def __init__(self, origin, keys):
        self.origin, self.keys_url = origin, keys
        self.keys, self.fetched, self.lock = {}, float("-inf"), threading.Lock()

    def identity(self, values):
        """Returns who asks. `values` has every Postern-Assertion of the request.

        Flask: request.headers.getlist("Postern-Assertion"). Raises jwt.InvalidTokenError, or
        OSError if the keys cannot be fetched: answer both with 401.
        """
        if len(values) != 1:
            raise jwt.InvalidTokenError("no assertion, or more than one")
        header = jwt.get_unverified_header(values[0])
        # Any other kind of token is none of ours, whoever signed it (RFC 8725, section 3.11).
        if header.get("typ") != "postern+jwt":
            raise jwt.InvalidTokenError("not an assertion")
        return jwt.decode(
            values[0],
            self.key(header.get("kid")),
            algorithms=["ES256"],
            audience=self.origin,
            leeway=30,
            options={"require": ["aud", "exp", "iat"], "strict_aud": True},
        )

    def key(self, kid):
        """Returns the key of that name. An unknown one may be new, or a forger's."""
        with self.lock:
            if kid not in self.keys and time.monotonic() - self.fetched >= 10:
                self.fetched = time.monotonic()
                with urllib.request.urlopen(self.keys_url, timeout=5) as answer:
                    keys = [key for key in json.load(answer)["keys"] if key["alg"] == "ES256"]
                self.keys = {key["kid"]: jwt.PyJWK(key) for key in keys}
            if kid not in self.keys:
                raise jwt.InvalidTokenError("signed by a key that is not Postern's")
            return self.keys[kid]
