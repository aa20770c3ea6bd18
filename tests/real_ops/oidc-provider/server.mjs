// The certified OP `oidc-provider` on loopback, with accounts and pages of its own, for the tests.
//
//   node server.mjs --listen 127.0.0.1:PORT --modules FOLDER --client JSON [--client JSON]
//        [--path /application/o/romm/] [--claims-in-id-token] [--require-par]
//
// FOLDER holds `node_modules/oidc-provider`. A client is written as in dynamic registration (OIDC
// Registration §2), so every algorithm and method of the library can be asked for. The issuer lies
// under a path with a trailing slash, as Authentik's does.
//
// `POST /control/users/NAME` with a JSON object changes that account's claims at run time; `null`
// takes a claim away, and in place of the object the account itself.

import { createServer } from 'node:http';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';

const { values: options } = parseArgs({
  options: {
    listen: { type: 'string' },
    modules: { type: 'string' },
    client: { type: 'string', multiple: true },
    path: { type: 'string', default: '/application/o/romm/' },
    'claims-in-id-token': { type: 'boolean', default: false },
    'require-par': { type: 'boolean', default: false },
  },
});

const library = join(options.modules, 'node_modules/oidc-provider/lib/index.js');
const { Provider } = await import(pathToFileURL(library));

const origin = `http://${options.listen}`;
const password = 'op-password';

/** Claims by username, which is the `sub` too: one account for each thing an OP may say of an email. */
const accounts = new Map(Object.entries({
  alice: {
    name: 'Alice', preferred_username: 'alice',
    email: 'alice@op.example', email_verified: true, groups: ['users', 'admins'],
  },
  bob: {
    name: 'Bob', preferred_username: 'bob',
    email: 'bob@op.example', email_verified: false, groups: ['users'],
  },
  carol: { name: 'Carol', preferred_username: 'carol', email: 'carol@op.example' },
  dave: { name: 'Dave', preferred_username: 'dave' },
}));

const provider = new Provider(origin + options.path, {
  clients: options.client.map((client) => JSON.parse(client)),
  clientDefaults: {
    grant_types: ['authorization_code', 'refresh_token'],
    response_types: ['code'],
  },
  claims: {
    openid: ['sub'],
    profile: ['name', 'preferred_username', 'groups'],
    email: ['email', 'email_verified'],
  },
  conformIdTokenClaims: !options['claims-in-id-token'],
  enabledJWA: {
    idTokenSigningAlgValues: ['RS256', 'PS256', 'ES256', 'EdDSA', 'HS256'],
    userinfoSigningAlgValues: ['RS256', 'ES256'],
  },
  features: {
    devInteractions: { enabled: false },
    backchannelLogout: { enabled: true },
    jwtUserinfo: { enabled: true },
    pushedAuthorizationRequests: {
      enabled: true,
      requirePushedAuthorizationRequests: options['require-par'],
    },
    rpInitiatedLogout: { enabled: true },
  },
  jwks: await signingKeys(),
  cookies: { keys: ['the tests need no secret here'] },
  // The library gives one for `offline_access` only after a consent that was asked for.
  issueRefreshToken: (_ctx, client) => client.grantTypeAllowed('refresh_token'),
  rotateRefreshToken: true,
  findAccount: (_ctx, id) => (accounts.has(id) ? {
    accountId: id,
    claims: () => ({ sub: id, ...accounts.get(id) }),
  } : undefined),
  interactions: { url: (_ctx, interaction) => `/interaction/${interaction.uid}` },
  // Its guard against SSRF refuses loopback, where every client of these tests lives.
  fetch: (url, init) => {
    delete init.dispatcher;
    return fetch(url, init);
  },
  ttl: { AccessToken: 3600, AuthorizationCode: 60, IdToken: 3600, Interaction: 600, Grant: 3600, Session: 3600 },
});

/** One key per algorithm family, new at every start: a restart is a key rotation. */
async function signingKeys() {
  const subtle = globalThis.crypto.subtle;
  const rsa = { name: 'RSASSA-PKCS1-v1_5', modulusLength: 2048, publicExponent: new Uint8Array([1, 0, 1]), hash: 'SHA-256' };
  const kinds = [rsa, { name: 'ECDSA', namedCurve: 'P-256' }, { name: 'Ed25519' }];
  const keys = await Promise.all(kinds.map(async (kind) => {
    const { privateKey } = await subtle.generateKey(kind, true, ['sign', 'verify']);
    const { ext, key_ops: operations, alg, ...jwk } = await subtle.exportKey('jwk', privateKey);
    return { ...jwk, use: 'sig' };
  }));
  return { keys };
}

const escaped = (text) => String(text).replace(/[&<>"]/g, (c) => `&#${c.charCodeAt(0)};`);

function page(response, status, body) {
  response.writeHead(status, { 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-store' });
  response.end(`<!doctype html><html lang="en"><title>OP</title><link rel="icon" href="data:,"><body>${body}`);
}

function loginPage(response, status, uid, complaint) {
  page(response, status, `<h1>Log in at the provider</h1><p role="alert">${escaped(complaint)}</p>
    <form method="post" action="/interaction/${uid}/login">
    <label>Name <input name="login" required autofocus></label>
    <label>Password <input name="password" type="password" required></label>
    <button type="submit" id="op-log-in">Log in</button></form>
    <form method="post" action="/interaction/${uid}/cancel"><button id="op-cancel">Cancel</button></form>`);
}

function consentPage(response, uid, details) {
  page(response, 200, `<h1>Let ${escaped(details.params.client_id)} know who you are?</h1>
    <p>It asks for: ${escaped(details.params.scope)}</p>
    <form method="post" action="/interaction/${uid}/consent"><button id="op-allow">Allow</button></form>
    <form method="post" action="/interaction/${uid}/cancel"><button id="op-cancel">Cancel</button></form>`);
}

async function body(request) {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}

async function grantAll({ grantId, session, params, prompt }) {
  const grant = grantId
    ? await provider.Grant.find(grantId)
    : new provider.Grant({ accountId: session.accountId, clientId: params.client_id });
  if (prompt.details.missingOIDCScope) grant.addOIDCScope(prompt.details.missingOIDCScope.join(' '));
  if (prompt.details.missingOIDCClaims) grant.addOIDCClaims(prompt.details.missingOIDCClaims);
  return grant.save();
}

/** The pages between the authorization request and its response: log in, consent, cancel. */
async function interaction(request, response, uid, act) {
  const finish = (result) => provider.interactionFinished(request, response, result);
  const details = await provider.interactionDetails(request, response);
  if (request.method === 'GET' && details.prompt.name === 'login') return loginPage(response, 200, uid, '');
  if (request.method === 'GET') return consentPage(response, uid, details);
  if (act === 'cancel') {
    return finish({ error: 'access_denied', error_description: 'End-User aborted interaction' });
  }
  if (act === 'consent') return finish({ consent: { grantId: await grantAll(details) } });
  const form = new URLSearchParams(await body(request));
  if (!accounts.has(form.get('login')) || form.get('password') !== password) {
    return loginPage(response, 401, uid, 'Unknown name or wrong password.');
  }
  return finish({ login: { accountId: form.get('login') } });
}

async function changeUser(request, response, name) {
  const change = JSON.parse(await body(request));
  if (change === null) {
    accounts.delete(name);
    return response.writeHead(204).end();
  }
  const claims = { ...accounts.get(name), ...change };
  for (const [claim, value] of Object.entries(claims)) if (value === null) delete claims[claim];
  accounts.set(name, claims);
  response.writeHead(204).end();
}

async function route(request, response) {
  const { pathname } = new URL(request.url, origin);
  const [, first, second, third] = pathname.split('/');
  if (first === 'control' && second === 'users') return changeUser(request, response, third);
  if (first === 'interaction') return interaction(request, response, second, third);
  if (!pathname.startsWith(options.path)) return page(response, 404, '<h1>Not found</h1>');
  // The library finds the path it is mounted under by comparing the two.
  request.originalUrl = request.url;
  request.url = request.url.slice(options.path.length - 1);
  return handler(request, response);
}

const handler = provider.callback();
const server = createServer((request, response) => {
  route(request, response).catch((error) => {
    console.error(error);
    if (response.headersSent) response.end();
    else page(response, 500, `<h1>OP error</h1><pre>${escaped(error)}</pre>`);
  });
});
const [host, port] = options.listen.split(':');
server.listen(Number(port), host, () => console.log(`ready ${origin}${options.path}`));
