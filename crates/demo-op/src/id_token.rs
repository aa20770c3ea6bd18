//! ID tokens: the claims of a user, signed as the settings say, or as a lie does.

use rsa::RsaPublicKey;
use rsa::traits::PublicKeyParts;
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256, Sha384, Sha512};

use crate::encrypt::encrypt;
use crate::keys::{Key, base64url, hex, hmac_sha256, random_bytes, signing_input};
use crate::lie::{Lie, as_map};
use crate::settings::{Algorithm, User};
use crate::world::{Grant, World, subject};

/// Creates the ID token of a grant; `None` if its user or client is gone.
pub(crate) fn mint(
    world: &World,
    grant: &Grant,
    origin: &str,
    access_token: &str,
) -> Option<String> {
    let mut claims = honest_claims(world, grant, origin)?;
    if let Some(at_hash) = at_hash(world, access_token) {
        claims.insert("at_hash".to_owned(), at_hash.into());
    }
    world.lies.bend_claims(&mut claims, &grant.client_id);
    let secret = &world.client(&grant.client_id)?.secret;
    let token = sign_by_lies(world, &Value::Object(claims), origin, secret)?;
    if !world.lies.has(&Lie::Encrypted) {
        return Some(token);
    }
    let foreign = Key::foreign();
    let key = foreign.as_rsa()?;
    let key = RsaPublicKey::new(key.n().clone(), key.e().clone()).ok()?;
    encrypt(&token, &foreign.kid()?, &key).ok()
}

/// Returns the claims that Authentik puts into an ID token.
fn honest_claims(world: &World, grant: &Grant, origin: &str) -> Option<Map<String, Value>> {
    let user = world.user(&grant.username)?;
    let now = world.now();
    let lifetime = world.settings.id_token_lifetime.as_secs();
    let mut claims = as_map(json!({
        "iss": world.issuer(origin),
        "sub": subject(user),
        "aud": grant.client_id,
        "exp": now.saturating_add_unsigned(lifetime),
        "iat": now,
        "auth_time": grant.auth_time,
        "acr": "goauthentik.io/providers/oauth2/default",
        "amr": ["pwd"],
        "sid": grant.sid,
    }));
    if let Some(nonce) = &grant.nonce {
        claims.insert("nonce".to_owned(), json!(nonce));
    }
    if world.settings.version.has_jti() {
        claims.insert("jti".to_owned(), json!(hex(random_bytes::<16>())));
    }
    if !world.lies.has(&Lie::ClaimsOnlyAtUserinfo) {
        claims.extend(user_claims(user, &grant.scopes));
    }
    Some(claims)
}

/// Returns the claims about a user that the scopes permit.
pub(crate) fn user_claims(user: &User, scopes: &[String]) -> Map<String, Value> {
    let has_scope = |name: &str| scopes.iter().any(|scope| scope == name);
    let mut claims = Map::new();
    if has_scope("email") {
        claims.extend(
            user.email
                .iter()
                .map(|email| ("email".to_owned(), json!(email))),
        );
        if !user.email_verified.is_null() {
            claims.insert("email_verified".to_owned(), user.email_verified.clone());
        }
    }
    if has_scope("profile") {
        claims.extend(as_map(json!({
            "name": user.name,
            "given_name": user.name,
            "preferred_username": user.username,
            "nickname": user.username,
            "groups": user.groups,
        })));
    }
    claims.extend(user.claims.clone());
    claims
}

/// Returns `at_hash` (OIDC Core §3.1.3.6) if a lie wants one; Authentik sends none.
fn at_hash(world: &World, access_token: &str) -> Option<String> {
    let of = |token: &str| {
        let digest = match world.settings.algorithm {
            Algorithm::Rs256 | Algorithm::Ps256 | Algorithm::Es256 | Algorithm::Hs256 => {
                Sha256::digest(token).to_vec()
            }
            Algorithm::Rs384 | Algorithm::Ps384 | Algorithm::Es384 => {
                Sha384::digest(token).to_vec()
            }
            // Ed25519 hashes by SHA-512 itself.
            Algorithm::Rs512
            | Algorithm::Ps512
            | Algorithm::Es512
            | Algorithm::EdDsa
            | Algorithm::Ed25519 => Sha512::digest(token).to_vec(),
        };
        base64url(&digest[..digest.len() / 2])
    };
    if world.lies.has(&Lie::AtHashWrong) {
        Some(of("another access token"))
    } else {
        world.lies.has(&Lie::AtHash).then(|| of(access_token))
    }
}

/// Returns the header of every honest token.
pub(crate) fn header(world: &World) -> Value {
    let mut header = json!({"alg": world.settings.algorithm.name(), "typ": "JWT"});
    if let Some(kid) = world.key().kid() {
        header["kid"] = kid.into();
    }
    header
}

/// Signs with the current key. The header stays as given; it does not choose the key.
pub(crate) fn sign(world: &World, header: &Value, claims: &Value, secret: &str) -> Option<String> {
    let input = signing_input(header, claims);
    let signature = signature(world, &input, secret)?;
    Some(format!("{input}.{}", base64url(signature)))
}

/// Returns the signature by the current key.
pub(crate) fn signature(world: &World, input: &str, secret: &str) -> Option<Vec<u8>> {
    match (world.key(), world.settings.algorithm) {
        (Key::Secret, _) => Some(hmac_sha256(secret.as_bytes(), input.as_bytes())),
        (key, algorithm) => key.sign(algorithm, input.as_bytes()).ok(),
    }
}

/// Signs a token, wrongly if a lie says so.
fn sign_by_lies(world: &World, claims: &Value, origin: &str, secret: &str) -> Option<String> {
    let lies = &world.lies;
    let mut header = header(world);
    if lies.has(&Lie::KidAbsent) || lies.has(&Lie::KeysWithoutKid) {
        header.as_object_mut()?.remove("kid");
    }
    if lies.has(&Lie::KidUnknown) {
        header["kid"] = hex(random_bytes::<16>()).into();
    }
    if lies.has(&Lie::CritUnknown) {
        header["crit"] = json!(["x-unknown"]);
        header["x-unknown"] = json!(true);
    }
    for lie in &lies.0 {
        if let Lie::Header(name, value) = lie {
            header[name] = value.clone();
        }
    }
    if let Some(token) = sign_falsely(world, &mut header, claims, origin, secret) {
        return Some(token);
    }
    let input = signing_input(&header, claims);
    let mut signature = signature(world, &input, secret)?;
    if lies.has(&Lie::BadSignature) {
        signature[0] ^= 1;
    }
    if lies.has(&Lie::SignatureMissing) {
        signature.clear();
    }
    Some(format!("{input}.{}", base64url(signature)))
}

/// Signs with another key or algorithm than the published one, if a lie says so.
fn sign_falsely(
    world: &World,
    header: &mut Value,
    claims: &Value,
    origin: &str,
    secret: &str,
) -> Option<String> {
    let lies = &world.lies;
    let foreign = Key::foreign();
    let finish = |header: &Value, sign: &dyn Fn(&[u8]) -> Vec<u8>| {
        let input = signing_input(header, claims);
        let signature = sign(input.as_bytes());
        Some(format!("{input}.{}", base64url(signature)))
    };
    if lies.has(&Lie::AlgNone) {
        header["alg"] = "none".into();
        return finish(header, &|_| Vec::new());
    }
    if lies.has(&Lie::HmacWithSecret) || lies.has(&Lie::HmacWithPublicKey) {
        header["alg"] = "HS256".into();
        let public_text = world.key().public_text();
        let with_secret = lies.has(&Lie::HmacWithSecret);
        let key = if with_secret { secret } else { &public_text };
        return finish(header, &|input| hmac_sha256(key.as_bytes(), input));
    }
    if lies.has(&Lie::AlgUnlisted) {
        let algorithm = match world.settings.algorithm {
            Algorithm::Rs512 => Algorithm::Rs256,
            _ => Algorithm::Rs512,
        };
        header["alg"] = algorithm.name().into();
        let key = world
            .key()
            .as_rsa()
            .map_or_else(Key::foreign, |_| world.key().clone());
        return finish(header, &|input| {
            key.sign(algorithm, input).unwrap_or_default()
        });
    }
    let jwk = foreign.jwk(Algorithm::Rs256.name(), "sig");
    if lies.has(&Lie::EmbeddedJwk) {
        header["jwk"] = jwk.into();
    } else if lies.has(&Lie::EmbeddedJku) {
        header["jku"] = format!("{origin}/foreign/jwks.json").into();
    } else if lies.has(&Lie::EmbeddedX5u) {
        header["x5u"] = format!("{origin}/foreign/cert.pem").into();
    } else if !lies.has(&Lie::ForeignKey) {
        return None;
    }
    // An embedded key is also named, or reuses the published name.
    if !lies.has(&Lie::ForeignKey) {
        header["kid"] = foreign.kid().into();
    }
    header["alg"] = Algorithm::Rs256.name().into();
    finish(header, &|input| {
        foreign.sign(Algorithm::Rs256, input).unwrap_or_default()
    })
}
