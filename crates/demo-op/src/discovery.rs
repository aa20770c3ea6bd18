//! The discovery document and the JWKS, in Authentik's shape.

use axum::Json;
use axum::extract::{Extension, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Map, Value, json};

use crate::keys::Key;
use crate::lie::{Lie, as_map};
use crate::page;
use crate::request::Request;
use crate::settings::{Algorithm, TokenAuth, Version};
use crate::world::{App, World};

/// `GET <application>/.well-known/openid-configuration`.
pub(crate) async fn show(
    State(app): State<App>,
    Extension(request): Extension<Request>,
) -> Response {
    let world = app.world();
    Json(Value::Object(document(&world, &request.origin()))).into_response()
}

/// `GET <application>/`: redirects to the document.
pub(crate) async fn application(State(app): State<App>) -> Response {
    let location = app.world().application_path() + ".well-known/openid-configuration";
    (StatusCode::FOUND, [(header::LOCATION, location)]).into_response()
}

/// Everything else is a page of Authentik's, even if JSON was expected.
pub(crate) async fn not_found() -> Response {
    page::not_found()
}

/// Returns the document as seen from an origin, lies included.
fn document(world: &World, origin: &str) -> Map<String, Value> {
    let mut document = honest_document(world, origin);
    if world.settings.response_iss || world.lies.advertise_response_iss() {
        let name = "authorization_response_iss_parameter_supported";
        document.insert(name.to_owned(), json!(true));
    }
    for lie in &world.lies.0 {
        match lie {
            Lie::IssuerMismatch => {
                let other = json!("http://op.example.org/application/o/other/");
                document.insert("issuer".to_owned(), other);
            }
            Lie::ParRequired => {
                let endpoint = format!("{origin}/application/o/par/");
                document.insert(
                    "pushed_authorization_request_endpoint".to_owned(),
                    json!(endpoint),
                );
                document.insert(
                    "require_pushed_authorization_requests".to_owned(),
                    json!(true),
                );
            }
            Lie::DiscoveryMember(name, value) => {
                document.insert(name.clone(), value.clone());
            }
            Lie::DiscoveryWithout(name) => drop(document.remove(name)),
            _ => {}
        }
    }
    document
}

/// Returns Authentik's metadata.
fn honest_document(world: &World, origin: &str) -> Map<String, Value> {
    let settings = &world.settings;
    let issuer = world.issuer(origin);
    let shared = |name: &str| format!("{origin}/application/o/{name}/");
    let auth_methods = match settings.token_auth {
        TokenAuth::Any => json!(["client_secret_post", "client_secret_basic"]),
        TokenAuth::Basic => json!(["client_secret_basic"]),
        TokenAuth::Post => json!(["client_secret_post"]),
    };
    let mut document = as_map(json!({
        "issuer": issuer,
        "authorization_endpoint": shared("authorize"),
        "token_endpoint": shared("token"),
        "userinfo_endpoint": shared("userinfo"),
        "end_session_endpoint": format!("{issuer}end-session/"),
        "introspection_endpoint": shared("introspect"),
        "revocation_endpoint": shared("revoke"),
        "device_authorization_endpoint": shared("device"),
        "jwks_uri": format!("{issuer}jwks/"),
        "response_types_supported": [
            "code", "id_token", "id_token token", "code token", "code id_token",
            "code id_token token",
        ],
        "response_modes_supported": ["query", "fragment", "form_post"],
        "grant_types_supported": [
            "authorization_code", "refresh_token", "implicit", "client_credentials", "password",
            "urn:ietf:params:oauth:grant-type:device_code",
        ],
        "id_token_signing_alg_values_supported": [settings.algorithm.name()],
        "subject_types_supported": ["public"],
        "token_endpoint_auth_methods_supported": auth_methods,
        "acr_values_supported": ["goauthentik.io/providers/oauth2/default"],
        "scopes_supported": ["openid", "email", "profile", "offline_access"],
        "request_parameter_supported": false,
        "claims_supported": [
            "sub", "iss", "aud", "exp", "iat", "auth_time", "acr", "amr", "nonce", "email",
            "email_verified", "name", "given_name", "preferred_username", "nickname", "groups",
        ],
        "claims_parameter_supported": false,
        "code_challenge_methods_supported": ["plain", "S256"],
    }));
    document.extend(release_members(world));
    document
}

/// Returns the members that depend on the release, or on an encryption key.
fn release_members(world: &World) -> Map<String, Value> {
    let version = world.settings.version;
    let mut members = Map::new();
    if version.has_backchannel_logout() {
        members.insert("backchannel_logout_supported".to_owned(), json!(true));
        members.insert(
            "backchannel_logout_session_supported".to_owned(),
            json!(true),
        );
    }
    if version >= Version::Main {
        members.insert("frontchannel_logout_supported".to_owned(), json!(true));
        members.insert(
            "frontchannel_logout_session_supported".to_owned(),
            json!(true),
        );
    }
    if world.lies.has(&Lie::Encrypted) {
        let pair = [
            ("id_token_encryption_alg_values_supported", "RSA-OAEP-256"),
            ("id_token_encryption_enc_values_supported", "A256CBC-HS512"),
        ];
        members.extend(pair.map(|(name, value)| (name.to_owned(), json!([value]))));
    }
    members
}

/// `GET <application>/jwks/`.
pub(crate) async fn jwks(State(app): State<App>) -> Response {
    let keys = published_keys(&app.world());
    Json(keys.map_or_else(|| json!({}), |keys| json!({ "keys": keys }))).into_response()
}

/// Returns the JWKs, lies included; `None` if the set has no member `keys` at all.
fn published_keys(world: &World) -> Option<Vec<Value>> {
    let lies = &world.lies;
    let algorithm = world.settings.algorithm;
    if lies.has(&Lie::JwksEmpty) {
        return None;
    }
    if lies.has(&Lie::JwksNoKeys) {
        return Some(Vec::new());
    }
    let usage = if lies.has(&Lie::OnlyEncKeys) {
        "enc"
    } else {
        "sig"
    };
    let mut keys = vec![world.key().jwk(algorithm.name(), usage)?];
    if lies.has(&Lie::SeveralKeys) {
        let next = Key::new(algorithm, world.generation() + 1);
        let after_next = Key::new(algorithm, world.generation() + 2);
        keys.insert(0, next.jwk(algorithm.name(), "sig")?);
        keys.push(after_next.jwk(algorithm.name(), "sig")?);
    }
    if lies.has(&Lie::EncKeys) || lies.has(&Lie::Encrypted) {
        keys.insert(0, Key::foreign().jwk("RSA-OAEP-256", "enc")?);
    }
    let entries = lies.find(|lie| match lie {
        Lie::JwksEntries(entries) => Some(entries),
        _ => None,
    });
    keys.splice(0..0, entries.into_iter().flatten().cloned());
    if lies.has(&Lie::ExoticKeys) {
        keys.splice(0..0, exotic_keys());
    }
    for key in keys.iter_mut().filter_map(Value::as_object_mut) {
        if lies.has(&Lie::BareKeys) {
            key.remove("alg");
            key.remove("use");
        }
        if lies.has(&Lie::KeysWithoutKid) {
            key.remove("kid");
        }
    }
    Some(keys)
}

/// Keys that an RP must step over (RFC 7517 §5).
fn exotic_keys() -> [Value; 5] {
    [
        json!({"kty": "AKP", "alg": "ML-DSA-44", "kid": "exotic-1", "use": "sig", "pub": "AAAA"}),
        json!({"kty": "EC", "crv": "P-999", "kid": "exotic-2", "use": "sig", "x": "AA", "y": "AA"}),
        json!({"kty": "RSA", "kid": "exotic-3", "use": "sig", "alg": "RS256", "n": "!", "e": "!"}),
        json!({"kty": "oct", "kid": "exotic-4", "use": "sig"}),
        json!({}),
    ]
}

/// `GET /foreign/…`: the target of a header's `jku` or `x5u` and of a redirect; nobody should ask.
pub(crate) async fn foreign() -> Response {
    let keys: Vec<_> = Key::foreign()
        .jwk(Algorithm::Rs256.name(), "sig")
        .into_iter()
        .collect();
    Json(json!({ "keys": keys })).into_response()
}
