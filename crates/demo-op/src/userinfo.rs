//! The userinfo endpoint.

use axum::Json;
use axum::extract::{Extension, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use crate::fault::unauthorized;
use crate::id_token::{self, user_claims};
use crate::lie::Lie;
use crate::request::Request;
use crate::world::{App, World, subject};

/// `GET` or `POST /application/o/userinfo/`.
pub(crate) async fn show(
    State(app): State<App>,
    Extension(request): Extension<Request>,
) -> Response {
    let world = app.world();
    let access = request
        .bearer()
        .and_then(|token| world.access_tokens.get(token));
    let Some(access) = access.filter(|access| access.expires_at > world.now()) else {
        return unauthorized(401, "invalid_token");
    };
    let grant = &access.grant;
    if !grant.scopes.iter().any(|scope| scope == "openid") {
        return unauthorized(403, "insufficient_scope");
    }
    let Some(user) = world.user(&grant.username) else {
        return unauthorized(401, "invalid_token");
    };
    let mut claims = user_claims(user, &grant.scopes);
    claims.insert("sub".to_owned(), json!(subject(user)));
    claims.extend(
        grant
            .nonce
            .iter()
            .map(|nonce| ("nonce".to_owned(), json!(nonce))),
    );
    for lie in &world.lies.0 {
        match lie {
            Lie::UserinfoSubWrong => {
                claims.insert("sub".to_owned(), json!("f".repeat(64)));
            }
            Lie::UserinfoSubMissing => drop(claims.remove("sub")),
            Lie::UserinfoMember(name, value) => {
                claims.insert(name.clone(), value.clone());
            }
            Lie::UserinfoWithout(name) => drop(claims.remove(name)),
            _ => {}
        }
    }
    let other = world.lies.find(|lie| match lie {
        Lie::UserinfoJson(value) => Some(value.clone()),
        _ => None,
    });
    if let Some(value) = other {
        return Json(value).into_response();
    }
    if world.lies.has(&Lie::UserinfoSigned) || world.lies.has(&Lie::UserinfoSignedBadly) {
        // OIDC Core §5.3.2: a signed response names its issuer and its audience.
        claims.insert("iss".to_owned(), json!(world.issuer(&request.origin())));
        claims.insert("aud".to_owned(), json!(grant.client_id));
        return signed(&world, &Value::Object(claims), &grant.client_id);
    }
    Json(Value::Object(claims)).into_response()
}

/// Userinfo as a JWT.
fn signed(world: &World, claims: &Value, client_id: &str) -> Response {
    let secret = world
        .client(client_id)
        .map(|client| client.secret.as_str())
        .unwrap_or_default();
    let token = id_token::sign(world, &id_token::header(world), claims, secret);
    let mut token = token.unwrap_or_default();
    if world.lies.has(&Lie::UserinfoSignedBadly) {
        let (input, _) = token.rsplit_once('.').unwrap_or_default();
        token = format!("{input}.AAAA");
    }
    ([(header::CONTENT_TYPE, "application/jwt")], token).into_response()
}
