"""Run by: python3 -m unittest, in this folder."""

import json
import pathlib
import threading
import unittest
from datetime import datetime, timezone
from http.server import BaseHTTPRequestHandler, HTTPServer
from unittest import mock

import jwt

from postern import Verifier

VECTORS = json.loads((pathlib.Path(__file__).parents[1] / "vectors.json").read_text("utf-8"))


class Keys(BaseHTTPRequestHandler):
    """Postern, as far as its keys."""

    fetched = 0

    def do_GET(self):
        Keys.fetched += 1
        self.send_response(200)
        self.end_headers()
        self.wfile.write(json.dumps(VECTORS["jwks"]).encode())

    def log_message(self, *_):
        pass


class VerifierTest(unittest.TestCase):
    def setUp(self):
        server = HTTPServer(("127.0.0.1", 0), Keys)
        threading.Thread(target=server.serve_forever).start()
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)
        Keys.fetched = 0
        self.verifier = Verifier(VECTORS["audience"], f"http://127.0.0.1:{server.server_port}/")
        clock = mock.patch("jwt.api_jwt.datetime").start()
        clock.now.return_value = datetime.fromtimestamp(VECTORS["now"], timezone.utc)
        self.addCleanup(mock.patch.stopall)

    def test_vectors(self):
        for case in VECTORS["cases"]:
            with self.subTest(case["name"]):
                if case["accepted"]:
                    identity = self.verifier.identity(case["values"])
                    self.assertEqual(identity["sub"], VECTORS["identity"]["sub"])
                    self.assertEqual(identity["groups"], VECTORS["identity"]["groups"])
                else:
                    with self.assertRaises(jwt.InvalidTokenError):
                        self.verifier.identity(case["values"])
        self.assertEqual(Keys.fetched, 1)

    def test_unknown_key_is_looked_for_every_ten_seconds(self):
        unknown = next(case for case in VECTORS["cases"] if case["name"] == "unknown key")
        for seconds, fetched in [(0, 1), (9, 1), (10, 2), (19, 2), (20, 3)]:
            with mock.patch("postern.time.monotonic", return_value=float(seconds)):
                with self.assertRaises(jwt.InvalidTokenError):
                    self.verifier.identity(unknown["values"])
            self.assertEqual(Keys.fetched, fetched)


if __name__ == "__main__":
    unittest.main()
