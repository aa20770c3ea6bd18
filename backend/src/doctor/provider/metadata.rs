//! What the discovery document says, step by step. Pure.

use std::collections::BTreeSet;

use serde_json::{Map, Value};
use shared::text::Text;
use url::{Host, Url};

use crate::config::{OidcConfig, PublicUrl};
use crate::doctor::finding::Finding;
use crate::doctor::subject::{
    ALGORITHMS, BACKCHANNEL, CLAIMS, CLIENT_AUTH, ENDPOINTS, ISSUER, LOGOUT, PKCE, PUSHED,
    RESPONSE_ISS, SCOPES,
};
use crate::message::{Message, say};
use crate::presets::{self, Advice};
use oidc::for_log;
use oidc::metadata::{self, is_true, list, text};
use oidc::misconfiguration::Misconfiguration;
use oidc::settings::TokenAuthMethod;

/// The setting with the scopes that almost every OP has.
const USUAL_SCOPES: &str = "OIDC_SCOPES=\"openid profile email\"";

/// The discovery document.
type Document = Map<String, Value>;

fn misconfigured(config: &OidcConfig) -> Message {
    presets::advice(config.provider.as_str(), Advice::OpMisconfigured)
}

/// Compares the issuer with the settings, and says what differs.
pub(super) fn issuer(document: &Document, config: &OidcConfig) -> Finding {
    let Some(issuer) = text(document, "issuer") else {
        return ISSUER.fail(Text::FOUND_ISSUER_NONE, misconfigured(config));
    };
    let shown = for_log(issuer);
    if metadata::check_issuer(issuer, &config.rp).is_ok() {
        let text = if issuer.ends_with('/') {
            Text::FOUND_ISSUER_SLASH
        } else {
            Text::FOUND_ISSUER_NO_SLASH
        };
        return ISSUER.pass(say(text).with("issuer", shown));
    }
    let asked = &config.rp.application_url;
    let set = format!(
        "OIDC_SERVER_APPLICATION_URL={}",
        shown.trim_end_matches('/')
    );
    let found = say(Text::FOUND_ISSUER_DIFFERS).with("issuer", shown);
    let found = found.with("asked", asked);
    ISSUER.fail(found, issuer_remedy(issuer, asked, &set, config))
}

fn issuer_remedy(issuer: &str, asked: &Url, set: &str, config: &OidcConfig) -> Message {
    let is_authentik = config.provider.as_str() == "authentik";
    let general = presets::advice(config.provider.as_str(), Advice::ApplicationUrl);
    let Ok(named) = Url::parse(issuer) else {
        return say(Text::FIX_ISSUER_URL).and(general);
    };
    if issuer.contains(['{', '}']) {
        return say(Text::FIX_ISSUER_TEMPLATE).and(general);
    }
    if is_authentik && named.path() == "/" && asked.path().contains("/application/o/") {
        return Text::FIX_ISSUER_MODE.into();
    }
    let same_host = named.host() == asked.host();
    let same_place = same_host && named.port_or_known_default() == asked.port_or_known_default();
    if same_host && named.scheme() == "http" && asked.scheme() == "https" {
        return Text::FIX_ISSUER_PROTO.into();
    }
    if same_host && named.scheme() == "https" && asked.scheme() == "http" {
        return say(Text::FIX_SET).with("setting", set);
    }
    if !same_place {
        let both = say(Text::FIX_ISSUER_HOST)
            .with("host", named.host_str().unwrap_or_default())
            .with("setting", set);
        return both.and(if is_authentik {
            Text::FIX_ISSUER_HOST_AUTHENTIK
        } else {
            Text::FIX_ISSUER_HOST_OTHER
        });
    }
    say(Text::FIX_ISSUER_RIGHT)
        .with("setting", set)
        .and(general)
}

/// Is this a name or address of a private network?
fn is_inner(host: &Host<&str>) -> bool {
    match host {
        Host::Domain(name) => {
            let ending = name.rsplit_once('.').map(|(_, ending)| ending);
            !name.ends_with("localhost")
                && ending.is_none_or(|ending| {
                    ["internal", "local", "svc", "docker", "cluster"].contains(&ending)
                })
        }
        Host::Ipv4(address) => address.is_private() || address.is_loopback(),
        Host::Ipv6(address) => address.is_loopback() || address.is_unique_local(),
    }
}

/// Checks that the endpoints are there, and that browsers reach theirs.
pub(super) fn endpoints(
    document: &Document,
    config: &OidcConfig,
    public: Option<&PublicUrl>,
) -> Finding {
    let issuer = text(document, "issuer").unwrap_or_default();
    let mut hosts = BTreeSet::new();
    let mut authorization = None;
    for (name, is_required) in [
        ("authorization_endpoint", true),
        ("token_endpoint", true),
        ("jwks_uri", true),
        ("userinfo_endpoint", false),
        ("end_session_endpoint", false),
    ] {
        match metadata::endpoint(document, name, issuer) {
            Ok(Some(url)) => {
                hosts.insert(url.origin().ascii_serialization());
                if name == "authorization_endpoint" {
                    authorization = Some(url);
                }
            }
            Ok(None) if is_required => {
                let found = say(Text::FOUND_ENDPOINT_MISSING).with("name", name);
                return ENDPOINTS.fail(found, misconfigured(config));
            }
            Ok(None) => {}
            Err(error) => {
                let text = match error {
                    oidc::Error::OpMisconfigured(Misconfiguration::Endpoint, _) => {
                        Text::FOUND_ENDPOINT_HTTP
                    }
                    _ => Text::FOUND_ENDPOINT_NO_URL,
                };
                let value = for_log(metadata::text(document, name).unwrap_or_default());
                let found = say(text).with("name", name).with("value", value);
                return ENDPOINTS.fail(found, misconfigured(config));
            }
        }
    }
    let hosts: Vec<String> = hosts.into_iter().collect();
    if let Some(step) = authorization.and_then(|url| outside(&url, config, public)) {
        return step;
    }
    let found = say(Text::FOUND_ENDPOINTS).with("hosts", hosts.join(", "));
    ENDPOINTS.pass(match text(document, "userinfo_endpoint") {
        Some(_) => found,
        None => found.and(Text::FOUND_ENDPOINTS_NO_USERINFO),
    })
}

/// Finds endpoints that this server reaches and browsers do not.
fn outside(url: &Url, config: &OidcConfig, public: Option<&PublicUrl>) -> Option<Finding> {
    // A trial on one machine: browsers and server reach the same addresses.
    let public = public.filter(|public| !public.is_loopback())?;
    let own = Url::parse(public.origin()).ok()?;
    let origin = url.origin().ascii_serialization();
    let with_host = |text| {
        let remedy = say(text);
        match config.provider.as_str() {
            "authentik" => remedy.and(Text::FIX_ENDPOINTS_AUTHENTIK),
            _ => remedy,
        }
    };
    if is_inner(&url.host()?) && !is_inner(&own.host()?) {
        return Some(ENDPOINTS.warn(
            say(Text::FOUND_ENDPOINTS_INNER).with("origin", origin),
            with_host(Text::FIX_ENDPOINTS_INNER),
        ));
    }
    if url.scheme() == "http" && public.is_https() {
        return Some(ENDPOINTS.warn(
            say(Text::FOUND_ENDPOINTS_HTTP).with("origin", origin),
            with_host(Text::FIX_ENDPOINTS_HTTP),
        ));
    }
    None
}

/// Checks that both sides share an algorithm for ID tokens.
pub(super) fn algorithms(document: &Document, config: &OidcConfig) -> Finding {
    let offered = list(document, "id_token_signing_alg_values_supported");
    let remedy = presets::advice(config.provider.as_str(), Advice::SigningKey);
    let shown = for_log(&offered.join(", "));
    let Ok(allowed) = metadata::id_token_algs(document, &config.rp) else {
        let found = say(Text::FOUND_ALGORITHMS_UNFIT).with("algorithms", shown);
        return ALGORITHMS.fail(found, remedy);
    };
    let is_listed = |alg: &String| offered.contains(&alg.as_str());
    if config.rp.id_token_algs.is_some() && !offered.is_empty() && !allowed.iter().any(is_listed) {
        return ALGORITHMS.fail(
            say(Text::FOUND_ALGORITHMS_DIFFER)
                .with("allowed", allowed.join(", "))
                .with("offered", shown),
            Text::FIX_ALGORITHMS_DIFFER,
        );
    }
    if allowed.iter().any(|alg| alg == "HS256") {
        let remedy = remedy.and(Text::FIX_ALGORITHMS_HS256);
        return ALGORITHMS.warn(Text::FOUND_ALGORITHMS_HS256, remedy);
    }
    ALGORITHMS.pass(say(Text::FOUND_ALGORITHMS).with("algorithms", allowed.join(", ")))
}

/// Checks that the OP binds codes to the login attempt (RFC 7636).
pub(super) fn pkce(document: &Document) -> Finding {
    let methods = list(document, "code_challenge_methods_supported");
    if methods.contains(&"S256") {
        return PKCE.pass(Message::exact("S256"));
    }
    let found = if methods.is_empty() {
        Text::FOUND_PKCE_UNSAID.into()
    } else {
        say(Text::FOUND_PKCE_OTHER).with("methods", for_log(&methods.join(", ")))
    };
    PKCE.warn(found, Text::FIX_PKCE)
}

/// Says whether the OP names itself in its answers (RFC 9207).
pub(super) fn response_iss(document: &Document) -> Finding {
    RESPONSE_ISS.pass(
        if is_true(document, "authorization_response_iss_parameter_supported") {
            Text::FOUND_ISS_REQUIRED
        } else {
            Text::FOUND_ISS_OPTIONAL
        },
    )
}

/// Says whether authorization requests are pushed (RFC 9126).
pub(super) fn pushed(document: &Document) -> Finding {
    let is_required = is_true(document, "require_pushed_authorization_requests");
    match text(document, "pushed_authorization_request_endpoint") {
        None if is_required => PUSHED.fail(Text::FOUND_PUSHED_NOWHERE, Text::FIX_PUSHED_NOWHERE),
        Some(_) if is_required => PUSHED.pass(Text::FOUND_PUSHED),
        Some(_) => PUSHED.pass(Text::FOUND_PUSHED_OPTIONAL),
        None => PUSHED.pass(Text::FOUND_NOT_OFFERED),
    }
}

/// Says whether a logout here also logs out at the OP.
pub(super) fn logout(document: &Document, config: &OidcConfig) -> Finding {
    let has_one = config.rp.end_session_endpoint.is_some()
        || text(document, "end_session_endpoint").is_some();
    match (config.rp_initiated_logout, has_one) {
        (true, true) => LOGOUT.pass(if config.provider.as_str() == "authentik" {
            Text::FOUND_LOGOUT_AUTHENTIK
        } else {
            Text::FOUND_LOGOUT
        }),
        (true, false) => LOGOUT.warn(Text::FOUND_LOGOUT_NOWHERE, Text::FIX_LOGOUT_NOWHERE),
        (false, true) => LOGOUT.pass(Text::FOUND_LOGOUT_POSSIBLE),
        (false, false) => LOGOUT.pass(Text::FOUND_NOT_OFFERED),
    }
}

/// Says whether the OP reports the end of a session.
pub(super) fn backchannel(document: &Document, config: &OidcConfig) -> Finding {
    let is_authentik = config.provider.as_str() == "authentik";
    if is_true(document, "backchannel_logout_supported") {
        let text = if is_true(document, "backchannel_logout_session_supported") {
            Text::FOUND_BACKCHANNEL_EACH
        } else {
            Text::FOUND_BACKCHANNEL_ALL
        };
        let path = shared::routes::API_BACKCHANNEL_LOGOUT;
        let url = format!("{}{path}", config.origin.origin());
        let found = say(text).with("url", url);
        return BACKCHANNEL.pass(if is_authentik {
            found.and(Text::FOUND_BACKCHANNEL_LIFETIME)
        } else {
            found
        });
    }
    BACKCHANNEL.pass(if is_authentik {
        Text::FOUND_BACKCHANNEL_SINCE
    } else {
        Text::FOUND_BACKCHANNEL_NONE
    })
}

/// Checks that the OP accepts how the client authenticates.
pub(super) fn client_auth(document: &Document, config: &OidcConfig) -> Finding {
    let offered = list(document, "token_endpoint_auth_methods_supported");
    let shown = for_log(&offered.join(", "));
    let Ok(method) = metadata::token_auth_method(document, &config.rp) else {
        let found = say(Text::FOUND_AUTH_UNKNOWN).with("offered", shown);
        return CLIENT_AUTH.fail(found, Text::FIX_AUTH_UNKNOWN);
    };
    let method = method_name(method);
    let of_method = |text| say(text).with("method", method);
    let is_set = config.rp.token_auth_method.is_some();
    if is_set && !offered.is_empty() && !offered.contains(&method) {
        return CLIENT_AUTH.warn(
            of_method(Text::FOUND_AUTH_DIFFERS).with("offered", shown),
            Text::FIX_AUTH_DIFFERS,
        );
    }
    CLIENT_AUTH.pass(of_method(if is_set {
        Text::FOUND_AUTH_SET
    } else {
        Text::FOUND_AUTH
    }))
}

/// Returns the method's registered name.
pub(super) fn method_name(method: TokenAuthMethod) -> &'static str {
    match method {
        TokenAuthMethod::ClientSecretBasic => "client_secret_basic",
        TokenAuthMethod::ClientSecretPost => "client_secret_post",
    }
}

/// Checks the requested scopes: the OP knows them, and none that Postern needs is missing.
pub(super) fn scopes(document: &Document, config: &OidcConfig) -> Finding {
    let offered = list(document, "scopes_supported");
    let asked = &config.rp.scopes;
    let unknown: Vec<&str> = asked
        .iter()
        .map(String::as_str)
        .filter(|scope| !offered.is_empty() && !offered.contains(scope))
        .collect();
    if !unknown.is_empty() {
        return SCOPES.warn(
            say(Text::FOUND_SCOPES_UNLISTED)
                .with("scopes", unknown.join(", "))
                .with("offered", for_log(&offered.join(", "))),
            Text::FIX_SCOPES_UNLISTED,
        );
    }
    let missing: Vec<&str> = ["profile", "email"]
        .into_iter()
        .filter(|scope| asked.iter().all(|asked| asked != scope))
        .collect();
    if !missing.is_empty() {
        return SCOPES.warn(
            say(Text::FOUND_SCOPES_MISSING).with("scopes", missing.join(", ")),
            say(Text::FIX_SCOPES_MISSING).with("setting", USUAL_SCOPES),
        );
    }
    SCOPES.pass(Message::exact(asked.join(" ")))
}

/// Checks that the OP lists the claims that Postern needs.
pub(super) fn claims(document: &Document, config: &OidcConfig) -> Finding {
    let offered = list(document, "claims_supported");
    if offered.is_empty() {
        return CLAIMS.skip(Text::SKIP_CLAIMS);
    }
    let mut wanted = vec![("email", "scope")];
    // The default belongs to the scope `profile` (Core §5.4). OPs often send it without listing
    // it.
    if config.rp.username_claim != "preferred_username" {
        wanted.push((config.rp.username_claim.as_str(), "OIDC_USERNAME_ATTRIBUTE"));
    }
    if let Some(claim) = &config.rp.role_claim {
        wanted.push((claim.as_str(), "OIDC_CLAIM_ROLES"));
    }
    let is_listed = |claim: &str| {
        let first = claim.split('.').next().unwrap_or_default();
        offered.contains(&claim) || offered.contains(&first)
    };
    let missing: Vec<String> = wanted
        .iter()
        .filter(|(claim, _)| !is_listed(claim))
        .map(|(claim, from)| format!("{claim} ({from})"))
        .collect();
    if missing.is_empty() {
        let names: Vec<&str> = wanted.iter().map(|(claim, _)| *claim).collect();
        return CLAIMS.pass(say(Text::FOUND_CLAIMS).with("claims", names.join(", ")));
    }
    let about = if config
        .rp
        .role_claim
        .as_ref()
        .is_some_and(|claim| !is_listed(claim))
    {
        Advice::RoleMissing
    } else {
        Advice::EmailMissing
    };
    let hint = if missing
        .iter()
        .all(|claim| claim.ends_with("(OIDC_USERNAME_ATTRIBUTE)"))
    {
        Text::FIX_CLAIMS_USERNAME.into()
    } else {
        presets::advice(config.provider.as_str(), about)
    };
    CLAIMS.warn(
        say(Text::FOUND_CLAIMS_UNLISTED).with("claims", missing.join(", ")),
        say(Text::FIX_CLAIMS_UNLISTED).and(hint),
    )
}
