//! The OP's signing keys, and whether ID tokens are encrypted.

use serde_json::{Map, Value};
use shared::doctor::Step;
use url::Url;

use crate::config::OidcConfig;
use crate::doctor::probe::client::ProbeClient;
use crate::doctor::probe::page::page;
use crate::doctor::subject::{ENCRYPTION, KEYS};
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
) -> [Step; 2] {
    let issuer = text(document, "issuer").unwrap_or_default();
    let set = match metadata::endpoint(document, "jwks_uri", issuer) {
        Ok(Some(url)) => fetch(probe, &url, config).await,
        _ => Err(KEYS.skip("the discovery document does not say where they are")),
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
) -> Result<Map<String, Value>, Step> {
    let hint = |about| presets::advice(config.provider.as_str(), about);
    let request = probe.http.get(url.as_str());
    let request = request.header("accept", "application/json");
    let answer = probe
        .ask(request, Endpoint::Jwks.name())
        .await
        .map_err(|cause| KEYS.fail(cause, hint(Advice::OpUnreachable)))?;
    let status = answer.status;
    if status.is_redirection() {
        let to = for_log(answer.header("location"));
        let found = format!("{url} answers with a redirect to {to}, which is not followed");
        return Err(KEYS.fail(found, hint(Advice::OpMisconfigured)));
    }
    match answer.json_object() {
        Ok(set) if status.is_success() => Ok(set),
        _ => {
            let found = format!("{url} answers {status}, {}", page(&answer));
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
fn judge(set: &Map<String, Value>, document: &Map<String, Value>, config: &OidcConfig) -> Step {
    let algs = metadata::id_token_algs(document, &config.rp).unwrap_or_default();
    if !algs.is_empty() && algs.iter().all(|alg| alg == "HS256") {
        return KEYS.skip("OIDC_ID_TOKEN_ALGS allows HS256 alone, which needs none");
    }
    let remedy = presets::advice(config.provider.as_str(), Advice::SigningKey);
    let Some(keys) = set.get("keys").and_then(Value::as_array) else {
        let found = if set.is_empty() {
            "the JWK Set is {}: no signing key is selected"
        } else {
            "the JWK Set has no `keys`"
        };
        return KEYS.fail(found, remedy);
    };
    if keys.is_empty() {
        return KEYS.fail("the JWK Set has no key in it", remedy);
    }
    let keys: Vec<&Map<String, Value>> = keys.iter().filter_map(Value::as_object).collect();
    let signing: Vec<&Map<String, Value>> = keys
        .iter()
        .copied()
        .filter(|key| text(key, "use") != Some("enc"))
        .collect();
    if signing.is_empty() {
        let found = format!("all keys are for encryption: {}", names(&keys));
        return KEYS.fail(found, remedy);
    }
    let usable = SigningKeys::parse(set);
    let refusal = usable.refusal();
    if usable.is_empty() {
        let found = refusal.unwrap_or_else(|| {
            format!("no key has a type that is known here: {}", names(&signing))
        });
        return KEYS.fail(found, remedy);
    }
    let fits = |key: &&Map<String, Value>| {
        let kind = text(key, "kty").unwrap_or_default();
        let own = text(key, "alg");
        algs.iter()
            .any(|alg| kind_of(alg) == kind && own.is_none_or(|own| own == alg))
    };
    if !algs.is_empty() && !signing.iter().any(fits) {
        let found = format!(
            "no key is for {}; there is {}",
            algs.join(", "),
            names(&signing)
        );
        return KEYS.fail(found, remedy);
    }
    match refusal {
        Some(refusal) => KEYS.warn(refusal, remedy),
        None => KEYS.pass(names(&signing)),
    }
}

/// Checks whether ID tokens are encrypted. Authentik lists algorithms only if they are; other OPs
/// list what they support.
fn encryption(
    set: Option<&Map<String, Value>>,
    document: &Map<String, Value>,
    config: &OidcConfig,
) -> Step {
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
        let found = format!(
            "ID tokens are encrypted ({}), and cannot be read here",
            for_log(&offered.join(", "))
        );
        return ENCRYPTION.fail(found, remedy);
    }
    if has_enc_key {
        let found =
            "there is a key for encryption: if ID tokens are encrypted, they cannot be read";
        return ENCRYPTION.warn(found, remedy);
    }
    ENCRYPTION.pass("ID tokens come signed and not encrypted, as far as can be seen")
}
