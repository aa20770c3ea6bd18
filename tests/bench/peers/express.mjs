// Express with openid-client, as its documentation has it: a login, and a page that needs a session.
//
// Settings: ORIGIN, METADATA, CLIENT_ID, CLIENT_SECRET, and MODULES, the folder of the packages.

import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const require = createRequire(`${process.env.MODULES}/x.js`);
const express = require("express");
const session = require("express-session");
const oidc = await import(pathToFileURL(require.resolve("openid-client")));

const { ORIGIN, METADATA, CLIENT_ID, CLIENT_SECRET } = process.env;
const config = await oidc.discovery(new URL(METADATA), CLIENT_ID, CLIENT_SECRET, undefined, {
  // The demo OP has no TLS. Signatures are checked, as the others do.
  execute: [oidc.allowInsecureRequests, oidc.enableNonRepudiationChecks],
});
const app = express();
app.disable("x-powered-by");
app.use(session({ secret: "of a measurement", resave: false, saveUninitialized: false }));

app.get("/login", async (request, response) => {
  const verifier = oidc.randomPKCECodeVerifier();
  const attempt = { verifier, state: oidc.randomState(), nonce: oidc.randomNonce() };
  request.session.attempt = attempt;
  const url = oidc.buildAuthorizationUrl(config, {
    redirect_uri: `${ORIGIN}/callback`,
    scope: "openid profile email",
    code_challenge: await oidc.calculatePKCECodeChallenge(verifier),
    code_challenge_method: "S256",
    state: attempt.state,
    nonce: attempt.nonce,
  });
  response.redirect(303, url.href);
});

app.get("/callback", async (request, response) => {
  const { verifier, state, nonce } = request.session.attempt;
  const tokens = await oidc.authorizationCodeGrant(config, new URL(request.originalUrl, ORIGIN), {
    pkceCodeVerifier: verifier,
    expectedState: state,
    expectedNonce: nonce,
    idTokenExpected: true,
  });
  const { sub, email, preferred_username } = tokens.claims();
  request.session.regenerate(() => {
    request.session.user = { sub, email, preferred_username };
    response.redirect(303, "/session");
  });
});

app.get("/session", (request, response) => {
  const { user } = request.session;
  response.status(user ? 200 : 401).json({ user });
});

const { hostname, port } = new URL(ORIGIN);
app.listen(Number(port), hostname);
