//! The OP's signing keys, and whether ID tokens are encrypted.

use serde_json::{Map, Value};
use shared::text::Text;
use url::Url;

use crate::config::OidcConfig;
use crate::doctor::finding::Finding;
use crate::doctor::probe::client::{ProbeClient, no_answer};
use crate::doctor::probe::page::outline;
use crate::doctor::subject::{ENCRYPTION, KEYS};
use crate::message::{Message, say};
use crate::presets::{self, Advice};
use oidc::endpoint::Endpoint;
use oidc::for_log;
use oidc::jwks::SigningKeys;
use oidc::metadata::{self, list, text};

/// Fetches the keys; says how they are, and whether ID tokens are encrypted.
pub(super) async fn examine(
    probe: &ProbeClient<'_>,
    document: &Map<String, Value>,
    config: &OidcConfig,
) -> [Finding; 2] {
    let issuer = text(document, "issuer").unwrap_or_default();
    let set = match metadata::endpoint(document, "jwks_uri", issuer) {
        Ok(Some(url)) => fetch(probe, &url, config).await,
        _ => Err(KEYS.skip(Text::SKIP_KEYS_NOWHERE)),
    };
    match set {
        Ok(set) => [
            judge(&set, document, config),
            encryption(Some(&set), document, config),
        ],
        Err(step) => [step, encryption(None, document, config)],
    }
}

async fn fetch(
    probe: &ProbeClient<'_>,
    url: &Url,
    config: &OidcConfig,
) -> Result<Map<String, Value>, Finding> {
    let hint = |about| presets::advice(config.provider.as_str(), about);
    let request = probe.http.get(url.as_str());
    let request = request.header("accept", "application/json");
    let answer = probe
        .ask(request, Endpoint::Jwks.name())
        .await
        .map_err(|failure| KEYS.fail(no_answer(failure), hint(Advice::OpUnreachable)))?;
    let status = answer.status;
    if status.is_redirection() {
        let to = for_log(answer.header("location"));
        let found = say(Text::FOUND_REDIRECT)
            .with("url", url)
            .with("target", to);
        let found = found.and(Text::FOUND_REDIRECT_NOT_FOLLOWED);
        return Err(KEYS.fail(found, hint(Advice::OpMisconfigured)));
    }
    match answer.json_object() {
        Ok(set) if status.is_success() => Ok(set),
        _ => {
            let found = say(Text::FOUND_ANSWERS).with("url", url);
            let found = found.with("answer", outline(&answer));
            Err(KEYS.fail(found, hint(Advice::OpMisconfigured)))
        }
    }
}

/// Returns the key type that checks a signature of the algorithm.
fn kind_of(alg: &str) -> &'static str {
    match alg {
        "EdDSA" | "Ed25519" => "OKP",
        alg if alg.starts_with("ES") => "EC",
        alg if alg.starts_with("HS") => "oct",
        _ => "RSA",
    }
}

/// Names the keys of a set: kind, use, algorithm.
fn names(keys: &[&Map<String, Value>]) -> String {
    let name = |key: &&Map<String, Value>| {
        let parts = ["kty", "crv", "use", "alg"].map(|name| text(key, name).map(for_log));
        parts.into_iter().flatten().collect::<Vec<_>>().join(" ")
    };
    keys.iter().map(name).collect::<Vec<_>>().join(", ")
}

/// Checks that there is a key for the signatures of ID tokens.
fn judge(set: &Map<String, Value>, document: &Map<String, Value>, config: &OidcConfig) -> Finding {
    let algs = metadata::id_token_algs(document, &config.rp).unwrap_or_default();
    if !algs.is_empty() && algs.iter().all(|alg| alg == "HS256") {
        return KEYS.skip(Text::SKIP_KEYS_HS256);
    }
    let remedy = presets::advice(config.provider.as_str(), Advice::SigningKey);
    let Some(keys) = set.get("keys").and_then(Value::as_array) else {
        let found = if set.is_empty() {
            say(Text::FOUND_KEYS_EMPTY).with("set", "{}")
        } else {
            Text::FOUND_KEYS_NO_MEMBER.into()
        };
        return KEYS.fail(found, remedy);
    };
    if keys.is_empty() {
        return KEYS.fail(Text::FOUND_KEYS_NONE, remedy);
    }
    let keys: Vec<&Map<String, Value>> = keys.iter().filter_map(Value::as_object).collect();
    let signing: Vec<&Map<String, Value>> = keys
        .iter()
        .copied()
        .filter(|key| text(key, "use") != Some("enc"))
        .collect();
    if signing.is_empty() {
        let found = say(Text::FOUND_KEYS_ENCRYPTION).with("keys", names(&keys));
        return KEYS.fail(found, remedy);
    }
    let usable = SigningKeys::parse(set);
    let refusal = usable.refusal();
    let refusal = refusal.map(|refusal| say(Text::FOUND_KEYS_REFUSED).details(refusal));
    if usable.is_empty() {
        let found =
            refusal.unwrap_or_else(|| say(Text::FOUND_KEYS_UNKNOWN).with("keys", names(&signing)));
        return KEYS.fail(found, remedy);
    }
    let fits = |key: &&Map<String, Value>| {
        let kind = text(key, "kty").unwrap_or_default();
        let own = text(key, "alg");
        algs.iter()
            .any(|alg| kind_of(alg) == kind && own.is_none_or(|own| own == alg))
    };
    if !algs.is_empty() && !signing.iter().any(fits) {
        let found = say(Text::FOUND_KEYS_OTHER)
            .with("algorithms", algs.join(", "))
            .with("keys", names(&signing));
        return KEYS.fail(found, remedy);
    }
    match refusal {
        Some(refusal) => KEYS.warn(refusal, remedy),
        None => KEYS.pass(Message::exact(names(&signing))),
    }
}

/// Checks whether ID tokens are encrypted. Authentik lists algorithms only if they are; other OPs
/// list what they support.
fn encryption(
    set: Option<&Map<String, Value>>,
    document: &Map<String, Value>,
    config: &OidcConfig,
) -> Finding {
    let is_authentik = config.provider.as_str() == "authentik";
    let remedy = presets::advice(config.provider.as_str(), Advice::Encryption);
    let offered = list(document, "id_token_encryption_alg_values_supported");
    let keys = set
        .and_then(|set| set.get("keys"))
        .and_then(Value::as_array);
    let has_enc_key = keys.into_iter().flatten().any(|key| {
        key.as_object()
            .is_some_and(|key| text(key, "use") == Some("enc"))
    });
    if is_authentik && !offered.is_empty() {
        let algorithms = for_log(&offered.join(", "));
        let found = say(Text::FOUND_ENCRYPTED).with("algorithms", algorithms);
        return ENCRYPTION.fail(found, remedy);
    }
    if has_enc_key {
        return ENCRYPTION.warn(Text::FOUND_ENCRYPTION_KEY, remedy);
    }
    ENCRYPTION.pass(Text::FOUND_ENCRYPTION_NONE)
}
