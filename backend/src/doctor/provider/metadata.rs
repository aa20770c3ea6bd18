//! What the discovery document says, step by step. Pure.

use std::collections::BTreeSet;

use serde_json::{Map, Value};
use shared::doctor::Step;
use url::{Host, Url};

use crate::config::{OidcConfig, PublicUrl};
use crate::doctor::subject::{
    ALGORITHMS, BACKCHANNEL, CLAIMS, CLIENT_AUTH, ENDPOINTS, ISSUER, LOGOUT, PKCE, PUSHED,
    RESPONSE_ISS, SCOPES,
};
use crate::presets::{self, Advice};
use oidc::for_log;
use oidc::metadata::{self, is_true, list, text};
use oidc::settings::TokenAuthMethod;

/// The discovery document.
type Document = Map<String, Value>;

/// Returns the detail of an error, without its fixed words.
fn detail(error: oidc::Error) -> String {
    match error {
        oidc::Error::OpMisconfigured(_, detail) => detail,
        error => error.to_string(),
    }
}

fn misconfigured(config: &OidcConfig) -> &'static str {
    presets::advice(config.provider.as_str(), Advice::OpMisconfigured)
}

/// Compares the issuer with the settings, and says what differs.
pub(super) fn issuer(document: &Document, config: &OidcConfig) -> Step {
    let Some(issuer) = text(document, "issuer") else {
        return ISSUER.fail("the discovery document has none", misconfigured(config));
    };
    let shown = for_log(issuer);
    if metadata::check_issuer(issuer, &config.rp).is_ok() {
        let slash = if issuer.ends_with('/') {
            ", with a slash at its end; it is compared exactly"
        } else {
            ", without a slash at its end; it is compared exactly"
        };
        return ISSUER.pass(format!("{shown}{slash}"));
    }
    let asked = &config.rp.application_url;
    let found = format!("the provider calls itself {shown}, but the settings call it {asked}");
    let set = format!(
        "OIDC_SERVER_APPLICATION_URL={}",
        shown.trim_end_matches('/')
    );
    ISSUER.fail(found, issuer_remedy(issuer, asked, &set, config))
}

fn issuer_remedy(issuer: &str, asked: &Url, set: &str, config: &OidcConfig) -> String {
    let general = presets::advice(config.provider.as_str(), Advice::ApplicationUrl);
    let Ok(named) = Url::parse(issuer) else {
        return format!("an issuer is a URL: see the provider's settings. {general}");
    };
    if issuer.contains(['{', '}']) {
        return format!("that is a template, not an issuer. {general}");
    }
    if config.provider.as_str() == "authentik"
        && named.path() == "/"
        && asked.path().contains("/application/o/")
    {
        return "in Authentik, open the provider and set Issuer mode to \"Each provider has a different \
                issuer, based on the application slug\": with \"Same identifier is used for all \
                providers\" its issuer is the root, where there is no discovery document"
            .to_owned();
    }
    let same_host = named.host() == asked.host();
    let same_place = same_host && named.port_or_known_default() == asked.port_or_known_default();
    if same_host && named.scheme() == "http" && asked.scheme() == "https" {
        return "the provider does not know that it is reached by https: the reverse proxy before it \
                must send `X-Forwarded-Proto: https`, and the provider must believe it"
            .to_owned();
    }
    if same_host && named.scheme() == "https" && asked.scheme() == "http" {
        return format!("write https: {set}");
    }
    if !same_place {
        let follows = match config.provider.as_str() {
            "authentik" => {
                "Authentik calls itself by the host name it is asked under: the reverse proxy before \
                 it must pass `Host` on unchanged"
            }
            _ => "the provider has a setting for its own address",
        };
        return format!(
            "both must be the name that browsers use. If {} is that, set {set}; if not: {follows}",
            named.host_str().unwrap_or_default()
        );
    }
    format!("if that is the right one, set {set}. {general}")
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
) -> Step {
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
                let found = format!("the discovery document has no `{name}`");
                return ENDPOINTS.fail(found, misconfigured(config));
            }
            Ok(None) => {}
            Err(error) => return ENDPOINTS.fail(detail(error), misconfigured(config)),
        }
    }
    let hosts: Vec<String> = hosts.into_iter().collect();
    if let Some(step) = authorization.and_then(|url| outside(&url, config, public)) {
        return step;
    }
    let userinfo = match text(document, "userinfo_endpoint") {
        Some(_) => "",
        None => "; there is no userinfo, so that all claims must be in the ID token",
    };
    ENDPOINTS.pass(format!("at {}{userinfo}", hosts.join(", ")))
}

/// Finds endpoints that this server reaches and browsers do not.
fn outside(url: &Url, config: &OidcConfig, public: Option<&PublicUrl>) -> Option<Step> {
    // A trial on one machine: browsers and server reach the same addresses.
    let public = public.filter(|public| !public.is_loopback())?;
    let own = Url::parse(public.origin()).ok()?;
    let origin = url.origin().ascii_serialization();
    let follows = match config.provider.as_str() {
        "authentik" => " (Authentik follows the host name and X-Forwarded-Proto of the request)",
        _ => "",
    };
    if is_inner(&url.host()?) && !is_inner(&own.host()?) {
        return Some(ENDPOINTS.warn(
            format!(
                "browsers are sent to {origin}, a name or address that only machines nearby know"
            ),
            format!(
                "name the provider in OIDC_SERVER_APPLICATION_URL as browsers do{follows}, and let \
                 this server reach it under that name, too"
            ),
        ));
    }
    if url.scheme() == "http" && public.is_https() {
        return Some(ENDPOINTS.warn(
            format!("browsers are sent from https to {origin}, without https"),
            format!("write https:// into OIDC_SERVER_APPLICATION_URL{follows}"),
        ));
    }
    None
}

/// Checks that both sides share an algorithm for ID tokens.
pub(super) fn algorithms(document: &Document, config: &OidcConfig) -> Step {
    let offered = list(document, "id_token_signing_alg_values_supported");
    let remedy = presets::advice(config.provider.as_str(), Advice::SigningKey);
    let allowed = match metadata::id_token_algs(document, &config.rp) {
        Ok(allowed) => allowed,
        Err(error) => return ALGORITHMS.fail(detail(error), remedy),
    };
    let is_listed = |alg: &String| offered.contains(&alg.as_str());
    if config.rp.id_token_algs.is_some() && !offered.is_empty() && !allowed.iter().any(is_listed) {
        return ALGORITHMS.fail(
            format!(
                "OIDC_ID_TOKEN_ALGS allows {}, but the provider signs with {}",
                allowed.join(", "),
                for_log(&offered.join(", "))
            ),
            "take OIDC_ID_TOKEN_ALGS away, or name one of the provider's algorithms",
        );
    }
    if allowed.iter().any(|alg| alg == "HS256") {
        let found =
            "OIDC_ID_TOKEN_ALGS allows HS256: ID tokens may be signed with the client secret";
        return ALGORITHMS.warn(found, format!("{remedy} Then take HS256 away"));
    }
    ALGORITHMS.pass(format!("ID tokens signed with {}", allowed.join(", ")))
}

/// Checks that the OP binds codes to the login attempt (RFC 7636).
pub(super) fn pkce(document: &Document) -> Step {
    let methods = list(document, "code_challenge_methods_supported");
    if methods.contains(&"S256") {
        return PKCE.pass("S256");
    }
    let found = if methods.is_empty() {
        "the provider does not say that it knows PKCE; it is sent all the same".to_owned()
    } else {
        format!(
            "the provider knows {} alone, S256 is sent",
            for_log(&methods.join(", "))
        )
    };
    PKCE.warn(
        found,
        "turn PKCE with S256 on at the provider, where it can; without it state and nonce alone bind \
         a code to its login",
    )
}

/// Says whether the OP names itself in its answers (RFC 9207).
pub(super) fn response_iss(document: &Document) -> Step {
    RESPONSE_ISS.pass(
        if is_true(document, "authorization_response_iss_parameter_supported") {
            "announced, and required from now on"
        } else {
            "not announced; it is checked where it comes"
        },
    )
}

/// Says whether authorization requests are pushed (RFC 9126).
pub(super) fn pushed(document: &Document) -> Step {
    let is_required = is_true(document, "require_pushed_authorization_requests");
    match text(document, "pushed_authorization_request_endpoint") {
        None if is_required => PUSHED.fail(
            "the provider requires them, and names no endpoint for them",
            "see the provider's settings for pushed authorization requests",
        ),
        Some(_) if is_required => PUSHED.pass("required, and done"),
        Some(_) => PUSHED.pass("offered, not required, not done"),
        None => PUSHED.pass("not offered"),
    }
}

/// Says whether a logout here also logs out at the OP.
pub(super) fn logout(document: &Document, config: &OidcConfig) -> Step {
    let has_one = config.rp.end_session_endpoint.is_some()
        || text(document, "end_session_endpoint").is_some();
    match (config.rp_initiated_logout, has_one) {
        (true, true) => LOGOUT.pass(if config.provider.as_str() == "authentik" {
            "OIDC_RP_INITIATED_LOGOUT: Authentik may keep the browser on a page of its own then"
        } else {
            "OIDC_RP_INITIATED_LOGOUT, and the provider has an endpoint for it"
        }),
        (true, false) => LOGOUT.warn(
            "OIDC_RP_INITIATED_LOGOUT=true, but the provider has no end_session_endpoint: a logout \
             ends here",
            "name it in OIDC_END_SESSION_ENDPOINT, or take OIDC_RP_INITIATED_LOGOUT away",
        ),
        (false, true) => LOGOUT.pass("possible; OIDC_RP_INITIATED_LOGOUT turns it on"),
        (false, false) => LOGOUT.pass("not offered, not asked for"),
    }
}

/// Says whether the OP reports the end of a session.
pub(super) fn backchannel(document: &Document, config: &OidcConfig) -> Step {
    if is_true(document, "backchannel_logout_supported") {
        let sessions = if is_true(document, "backchannel_logout_session_supported") {
            "each session by itself"
        } else {
            "all sessions of a user at once"
        };
        let path = shared::routes::API_BACKCHANNEL_LOGOUT;
        let url = format!("{}{path}", config.origin.origin());
        let lifetime = match config.provider.as_str() {
            "authentik" => {
                ", and an Access Token validity as long as a session here (days=14 unless \
                 SESSION_MAX_AGE_SECONDS says otherwise): \
                 Authentik sends nothing once the access token has expired. `postern authentik \
                 connect` sets both"
            }
            _ => "",
        };
        return BACKCHANNEL.pass(format!(
            "offered, {sessions}: the provider needs the back-channel logout URI {url}{lifetime}"
        ));
    }
    let why = if config.provider.as_str() == "authentik" {
        "not offered: Authentik does since 2025.8"
    } else {
        "not offered: what ends there goes on here until it ends by itself"
    };
    BACKCHANNEL.pass(why)
}

/// Checks that the OP accepts how the client authenticates.
pub(super) fn client_auth(document: &Document, config: &OidcConfig) -> Step {
    let offered = list(document, "token_endpoint_auth_methods_supported");
    let method = match metadata::token_auth_method(document, &config.rp) {
        Ok(method) => method_name(method),
        Err(error) => {
            let remedy = "let the provider take the client secret (client_secret_basic or \
                        client_secret_post) from this client";
            return CLIENT_AUTH.fail(detail(error), remedy);
        }
    };
    if config.rp.token_auth_method.is_some() && !offered.is_empty() && !offered.contains(&method) {
        return CLIENT_AUTH.warn(
            format!(
                "OIDC_TOKEN_AUTH_METHOD={method}, but the provider offers {}",
                for_log(&offered.join(", "))
            ),
            "take OIDC_TOKEN_AUTH_METHOD away: the provider says by itself what it takes",
        );
    }
    let from = if config.rp.token_auth_method.is_some() {
        "as OIDC_TOKEN_AUTH_METHOD says"
    } else {
        "as the provider says"
    };
    CLIENT_AUTH.pass(format!("{method}, {from}"))
}

/// Returns the method's registered name.
pub(super) fn method_name(method: TokenAuthMethod) -> &'static str {
    match method {
        TokenAuthMethod::ClientSecretBasic => "client_secret_basic",
        TokenAuthMethod::ClientSecretPost => "client_secret_post",
    }
}

/// Checks the requested scopes: the OP knows them, and none that Postern needs is missing.
pub(super) fn scopes(document: &Document, config: &OidcConfig) -> Step {
    let offered = list(document, "scopes_supported");
    let asked = &config.rp.scopes;
    let unknown: Vec<&str> = asked
        .iter()
        .map(String::as_str)
        .filter(|scope| !offered.is_empty() && !offered.contains(scope))
        .collect();
    if !unknown.is_empty() {
        return SCOPES.warn(
            format!(
                "OIDC_SCOPES asks for {}, which the provider does not list ({})",
                unknown.join(", "),
                for_log(&offered.join(", "))
            ),
            "add the scope to this client at the provider, or take it out of OIDC_SCOPES",
        );
    }
    let missing: Vec<&str> = ["profile", "email"]
        .into_iter()
        .filter(|scope| asked.iter().all(|asked| asked != scope))
        .collect();
    if !missing.is_empty() {
        return SCOPES.warn(
            format!("OIDC_SCOPES lacks {}", missing.join(" and ")),
            "without them names or emails do not come: OIDC_SCOPES=\"openid profile email\"",
        );
    }
    SCOPES.pass(asked.join(" "))
}

/// Checks that the OP lists the claims that Postern needs.
pub(super) fn claims(document: &Document, config: &OidcConfig) -> Step {
    let offered = list(document, "claims_supported");
    if offered.is_empty() {
        return CLAIMS.skip("the provider does not list its claims");
    }
    let mut wanted = vec![("email", "the scope `email`")];
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
        return CLAIMS.pass(format!("{}: listed", names.join(", ")));
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
        "OIDC_USERNAME_ATTRIBUTE names the claim that a new account gets its username from"
    } else {
        presets::advice(config.provider.as_str(), about)
    };
    CLAIMS.warn(
        format!("the provider does not list {}", missing.join(", ")),
        format!("it may send them all the same: a login shows. {hint}"),
    )
}
