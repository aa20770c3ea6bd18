"""The OP `canaille` on loopback, kept in memory, for the tests.

    python server.py --listen 127.0.0.1:PORT --client JSON [--client JSON]

A client is written as in dynamic registration (OIDC Registration 2). The issuer is the origin,
without a path and without a trailing slash. Canaille never says `email_verified`, so the accounts
differ in their groups, and in having an email at all.

`POST /control/users/NAME` with a JSON object changes that account at run time: `email` (null takes
it away), `groups`, `password`.
"""

import argparse
import datetime
import json
import secrets

from canaille import create_app
from canaille.app import models
from canaille.app.flask import csrf
from canaille.backends import Backend
from flask import request
from werkzeug.serving import run_simple

PASSWORD = "op-password"
ACCOUNTS = {
    "alice": {"email": "alice@op.example", "groups": ["users", "admins"]},
    "bob": {"email": "bob@op.example", "groups": ["users"]},
    "carol": {"email": "carol@op.example", "groups": []},
    "dave": {"email": None, "groups": []},
}


def configuration(listen):
    """Returns canaille's settings.

    An empty TRUSTED_DOMAINS brings the consent page back. Its pages come without scripts, which
    would send the fields while they are typed into.
    """
    return {
        "SECRET_KEY": secrets.token_hex(32),
        "SERVER_NAME": listen,
        "PREFERRED_URL_SCHEME": "http",
        "CANAILLE": {
            "DATABASE": "memory",
            "CAPTCHA_ENABLED": False,
            "HTMX": False,
            "JAVASCRIPT": False,
            "LANGUAGE": "en",
        },
        "CANAILLE_OIDC": {
            "TRUSTED_DOMAINS": [],
            "USERINFO_MAPPING": {"PREFERRED_USERNAME": "{{ user.user_name }}"},
        },
    }


def put_in_groups(user, names):
    """Makes the user a member of exactly these groups."""
    groups = {group.display_name: group for group in Backend.instance.query(models.Group)}
    for group in groups.values():
        group.members = [member for member in group.members if member.id != user.id]
        Backend.instance.save(group)
    for name in names:
        group = groups.get(name) or models.Group(display_name=name, members=[])
        group.members = [*group.members, user]
        Backend.instance.save(group)


def add_accounts():
    """Creates the accounts of the tests."""
    for name, account in ACCOUNTS.items():
        user = models.User(
            user_name=name,
            family_name=name.title(),
            formatted_name=name.title(),
            emails=[account["email"]] if account["email"] else [],
            password=PASSWORD,
        )
        Backend.instance.save(user)
        put_in_groups(user, account["groups"])


def add_client(metadata):
    """Registers one client.

    It is its own audience: without one, canaille's ID tokens carry `aud: []`, unless
    `"audience": []` asks for exactly that.
    """
    is_audience = metadata.pop("audience", True)
    defaults = {
        "client_name": metadata["client_id"],
        "client_uri": "https://rp.example",
        "grant_types": ["authorization_code", "refresh_token"],
        "response_types": ["code"],
        "token_endpoint_auth_method": "client_secret_basic",
        "scope": ["openid", "profile", "email", "groups"],
        "client_id_issued_at": datetime.datetime.now(datetime.timezone.utc),
    }
    client = models.Client(**{**defaults, **metadata})
    Backend.instance.save(client)
    if is_audience:
        client.audience = [client]
        Backend.instance.save(client)


def change_user(name):
    """`POST /control/users/NAME`."""
    user = Backend.instance.get(models.User, user_name=name)
    patch = request.get_json()
    if "email" in patch:
        user.emails = [patch["email"]] if patch["email"] else []
    if "password" in patch:
        user.password = patch["password"]
    Backend.instance.save(user)
    if "groups" in patch:
        put_in_groups(user, patch["groups"])
    return "", 204


def main():
    """Reads the arguments and serves until ended."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--listen", required=True)
    parser.add_argument("--client", action="append", required=True, type=json.loads)
    options = parser.parse_args()

    app = create_app(configuration(options.listen))
    app.add_url_rule(
        "/control/users/<name>", view_func=csrf.exempt(change_user), methods=["POST"]
    )
    with app.app_context(), Backend.instance.session():
        add_accounts()
        for client in options.client:
            add_client(client)

    host, port = options.listen.split(":")
    print(f"ready http://{options.listen}", flush=True)
    run_simple(host, int(port), app, threaded=True)


if __name__ == "__main__":
    main()
