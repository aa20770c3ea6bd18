"""Starlette with Authlib, as its documentation has it: a login, and a page that needs a session.

Settings: ORIGIN, METADATA, CLIENT_ID, CLIENT_SECRET.
"""

import os

from authlib.integrations.starlette_client import OAuth
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.sessions import SessionMiddleware
from starlette.responses import JSONResponse, RedirectResponse
from starlette.routing import Route

oauth = OAuth()
oauth.register(
    "op",
    server_metadata_url=os.environ["METADATA"],
    client_id=os.environ["CLIENT_ID"],
    client_secret=os.environ["CLIENT_SECRET"],
    client_kwargs={"scope": "openid profile email", "code_challenge_method": "S256"},
)


async def login(request):
    return await oauth.op.authorize_redirect(request, os.environ["ORIGIN"] + "/callback")


async def callback(request):
    token = await oauth.op.authorize_access_token(request)
    claims = token["userinfo"]
    request.session["user"] = {name: claims.get(name) for name in ("sub", "email", "preferred_username")}
    return RedirectResponse("/session", status_code=303)


async def session(request):
    user = request.session.get("user")
    return JSONResponse({"user": user}, status_code=200 if user else 401)


app = Starlette(
    routes=[Route("/login", login), Route("/callback", callback), Route("/session", session)],
    middleware=[Middleware(SessionMiddleware, secret_key="of a measurement")],
)
