//! The token endpoint, with introspection, revocation and pushed requests: the endpoints for an
//! RP's server.

use axum::Json;
use axum::extract::{Extension, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use crate::id_token;
use crate::keys::{base64url, hex, random_bytes, random_token};
use crate::lie::{Lie, as_map};
use crate::page;
use crate::request::{Request, pairs};
use crate::settings::{Client, TokenAuth};
use crate::world::{Access, App, Challenge, Grant, World};

/// How long an access token is valid, in seconds.
const ACCESS_LIFETIME: i64 = 3600;

/// How long a pushed request is valid, in seconds.
const PUSHED_LIFETIME: u32 = 60;

/// An `error` of RFC 6749 §5.2.
type TokenError = &'static str;

/// `POST /application/o/token/`.
pub(crate) async fn redeem(
    State(app): State<App>,
    Extension(request): Extension<Request>,
) -> Response {
    let mut world = app.world();
    let forced = world.lies.find(|lie| match lie {
        Lie::TokenError(status, error) => Some((*status, error.clone())),
        _ => None,
    });
    if let Some((status, error)) = forced {
        return refusal(status, &error);
    }
    match answer(&mut world, &request) {
        Ok(answer) => (no_store(), Json(answer)).into_response(),
        Err(error) => refusal(400, error),
    }
}

/// Answers a token request in Authentik's order of checks: client, redirect URI, grant.
fn answer(world: &mut World, request: &Request) -> Result<Value, TokenError> {
    let client = authenticated_client(world, request)
        .ok_or("invalid_client")?
        .clone();
    let grant = match request.param("grant_type") {
        Some("authorization_code") => {
            let redirect_uri = request.param("redirect_uri").unwrap_or_default();
            if !client.redirect_uris.iter().any(|uri| uri == redirect_uri) {
                return Err("invalid_client");
            }
            take_code(world, request, &client, redirect_uri).ok_or("invalid_grant")?
        }
        Some("refresh_token") => take_refresh(world, request, &client).ok_or("invalid_grant")?,
        _ => return Err("unsupported_grant_type"),
    };
    token_response(world, grant, &request.origin()).ok_or("server_error")
}

/// Returns the client whose id and secret came by Basic or in the form.
fn authenticated_client<'a>(world: &'a World, request: &Request) -> Option<&'a Client> {
    let allowed = world.settings.token_auth;
    let basic = request.basic().filter(|_| allowed != TokenAuth::Post);
    let (id, secret) = match basic {
        Some((id, secret)) if world.settings.version.decodes_basic() => {
            (percent_decoded(id), percent_decoded(secret))
        }
        Some(credentials) => credentials,
        None if allowed == TokenAuth::Basic => return None,
        None => {
            let field = |name| request.param(name).unwrap_or_default().to_owned();
            (field("client_id"), field("client_secret"))
        }
    };
    let client = world.client(&id)?;
    bool::from(client.secret.as_bytes().ct_eq(secret.as_bytes())).then_some(client)
}

/// Decodes one value of Basic credentials (RFC 6749 §2.3.1); one that is not encoded stays as it is.
fn percent_decoded(text: String) -> String {
    match pairs(text.as_bytes()).as_slice() {
        [(decoded, rest)] if rest.is_empty() && !text.contains(['=', '&']) => decoded.clone(),
        _ => text,
    }
}

/// Returns what a code grants. A failed exchange does not use it up; a second one is refused.
fn take_code(world: &mut World, request: &Request, client: &Client, uri: &str) -> Option<Grant> {
    let now = world.now();
    let verifier = request.param("code_verifier");
    let code = world.codes.get_mut(request.param("code")?)?;
    let grant = &code.grant;
    let is_theirs = grant.client_id == client.id && grant.redirect_uri == uri;
    let is_proven = match (&grant.challenge, verifier) {
        (None, None) => true,
        (Some(Challenge::Plain(challenge)), Some(verifier)) => challenge == verifier,
        (Some(Challenge::S256(challenge)), Some(verifier)) => {
            *challenge == base64url(Sha256::digest(verifier))
        }
        _ => false,
    };
    if code.is_used || code.expires_at <= now || !is_theirs || !is_proven {
        return None;
    }
    code.is_used = true;
    Some(grant.clone())
}

/// Returns what a refresh token grants, for as long as the user may log in; it is valid once, unless
/// a lie says otherwise.
fn take_refresh(world: &mut World, request: &Request, client: &Client) -> Option<Grant> {
    let token = request.param("refresh_token")?;
    if world.refresh_tokens.get(token)?.client_id != client.id {
        return None;
    }
    let grant = if world.lies.has(&Lie::RefreshKept) {
        world.refresh_tokens.get(token).cloned()?
    } else {
        world.refresh_tokens.remove(token)?
    };
    let user = world.user(&grant.username)?;
    (user.active && user.permitted).then_some(Grant {
        nonce: None,
        ..grant
    })
}

/// Creates the tokens of a grant, lies included.
fn token_response(world: &mut World, grant: Grant, origin: &str) -> Option<Value> {
    let has_scope = |name: &str| grant.scopes.iter().any(|scope| scope == name);
    let access_token = random_token();
    let mut response = as_map(json!({
        "access_token": access_token,
        "token_type": "Bearer",
        "scope": grant.scopes.join(" "),
        "expires_in": ACCESS_LIFETIME,
    }));
    if has_scope("openid") {
        let id_token = id_token::mint(world, &grant, origin, &access_token)?;
        response.insert("id_token".to_owned(), id_token.into());
    }
    let is_kept = grant.nonce.is_none() && world.lies.has(&Lie::RefreshKept);
    if has_scope("offline_access") && !is_kept {
        let refresh_token = random_token();
        response.insert("refresh_token".to_owned(), refresh_token.clone().into());
        world.refresh_tokens.insert(refresh_token, grant.clone());
    }
    let expires_at = world.now() + ACCESS_LIFETIME;
    world
        .access_tokens
        .insert(access_token, Access { grant, expires_at });
    bend(&mut response, &world.lies.0);
    Some(Value::Object(response))
}

/// Changes the token response by the lies about it.
fn bend(response: &mut Map<String, Value>, lies: &[Lie]) {
    for lie in lies {
        match lie {
            Lie::TokenType(name) => drop(response.insert("token_type".to_owned(), json!(name))),
            Lie::TokenMember(name, value) => drop(response.insert(name.clone(), value.clone())),
            Lie::TokenWithout(name) => drop(response.remove(name)),
            Lie::IdTokenMissing => drop(response.remove("id_token")),
            Lie::IdTokenGarbage => drop(response.insert("id_token".to_owned(), json!("a.b"))),
            _ => {}
        }
    }
}

/// An error of the token endpoint: Authentik adds a `request_id`.
fn refusal(status: u16, error: &str) -> Response {
    let description = match error {
        "invalid_client" => "The client, its secret or its redirect URI is not known here.",
        "invalid_grant" => "The code or refresh token does not serve this request.",
        "unsupported_grant_type" => "This grant type is not supported.",
        _ => "The request failed.",
    };
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_REQUEST);
    let request_id = hex(random_bytes::<16>());
    let body = json!({"error": error, "error_description": description, "request_id": request_id});
    (status, no_store(), Json(body)).into_response()
}

/// The headers of RFC 6749 §5.1.
const fn no_store() -> [(header::HeaderName, &'static str); 2] {
    [
        (header::CACHE_CONTROL, "no-store"),
        (header::PRAGMA, "no-cache"),
    ]
}

/// `POST /application/o/introspect/` (RFC 7662).
pub(crate) async fn introspect(
    State(app): State<App>,
    Extension(request): Extension<Request>,
) -> Response {
    let world = app.world();
    let Some(client) = authenticated_client(&world, &request) else {
        return refusal(400, "invalid_client");
    };
    let access = request
        .param("token")
        .and_then(|token| world.access_tokens.get(token));
    let live = access
        .filter(|access| access.expires_at > world.now() && access.grant.client_id == client.id);
    let body = live.map_or_else(
        || json!({"active": false}),
        |access| {
            let scope = access.grant.scopes.join(" ");
            json!({"active": true, "scope": scope, "client_id": access.grant.client_id})
        },
    );
    Json(body).into_response()
}

/// `POST /application/o/revoke/` (RFC 7009).
pub(crate) async fn revoke(
    State(app): State<App>,
    Extension(request): Extension<Request>,
) -> Response {
    let mut world = app.world();
    let Some(client) = authenticated_client(&world, &request) else {
        return refusal(400, "invalid_client");
    };
    let client_id = client.id.clone();
    let token = request.param("token").unwrap_or_default();
    world
        .access_tokens
        .retain(|key, access| key != token || access.grant.client_id != client_id);
    world
        .refresh_tokens
        .retain(|key, grant| key != token || grant.client_id != client_id);
    Json(json!({})).into_response()
}

/// `POST /application/o/par/` (RFC 9126); exists only while [`Lie::ParRequired`] is in force.
pub(crate) async fn push(
    State(app): State<App>,
    Extension(request): Extension<Request>,
) -> Response {
    let mut world = app.world();
    if !world.lies.has(&Lie::ParRequired) {
        return page::not_found();
    }
    let Some(client) = authenticated_client(&world, &request) else {
        return refusal(400, "invalid_client");
    };
    let forced = world.lies.find(|lie| match lie {
        Lie::ParError(status, error) => Some((*status, error.clone())),
        _ => None,
    });
    if let Some((status, error)) = forced {
        return refusal(status, &error);
    }
    let mut form = request.form.clone();
    form.retain(|(name, _)| name != "client_id" && name != "client_secret");
    form.push(("client_id".to_owned(), client.id.clone()));
    let uri = format!("urn:ietf:params:oauth:request_uri:{}", random_token());
    world.pushed.insert(uri.clone(), form);
    let forced = world.lies.find(|lie| match lie {
        Lie::ParUri(uri) => Some(uri.clone()),
        _ => None,
    });
    let uri = forced.unwrap_or(json!(uri));
    let body = json!({"request_uri": uri, "expires_in": PUSHED_LIFETIME});
    (StatusCode::CREATED, no_store(), Json(body)).into_response()
}
