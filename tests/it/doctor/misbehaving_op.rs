//! An OP that is not as it should be.

use demo_op::{Fault, Lie};
use serde_json::json;
use shared::doctor::Outcome::{Fail, Pass, Skip, Warn};
use tests::site::{Site, admin};

use super::{check, examined, expect, not_well};

/// A member of the discovery document with another value.
fn says(name: &str, value: impl Into<serde_json::Value>) -> Lie {
    Lie::DiscoveryMember(name.to_owned(), value.into())
}

fn lacks(name: &str) -> Lie {
    Lie::DiscoveryWithout(name.to_owned())
}

#[tokio::test]
async fn where_all_is_well_every_step_passes() {
    let site = Site::start().await;
    site.add(admin("root").await).await;

    let report = examined(&site).await;

    assert_eq!(not_well(&report), Vec::<&str>::new(), "{report:#?}");
    let skipped = report.steps.iter().filter(|step| step.outcome == Skip);
    // The OP of the tests is asked by http.
    assert_eq!(
        skipped.map(|step| step.name.as_str()).collect::<Vec<_>>(),
        ["op_certificate", "application"]
    );
}

#[tokio::test]
async fn discovery_that_cannot_be_read_is_recognized() {
    let discovery = |fault| vec![Lie::Discovery(fault)];
    check(vec![
        (
            discovery(Fault::Status(404)),
            (
                "discovery",
                Fail,
                "404 Not Found, text/html",
                "/application/o/SLUG",
            ),
        ),
        (
            discovery(Fault::Html),
            ("discovery", Fail, "text/html, \"Bad Gateway\"", "SLUG"),
        ),
        (
            discovery(Fault::Redirect),
            ("discovery", Fail, "redirect to", "not followed"),
        ),
        (
            discovery(Fault::Empty),
            ("discovery", Fail, "0 bytes", "SLUG"),
        ),
        (
            discovery(Fault::Truncated),
            ("discovery", Fail, "malformed", "SLUG"),
        ),
        (
            discovery(Fault::Cut),
            ("discovery", Fail, "No answer", "Authentik"),
        ),
        (
            discovery(Fault::Status(503)),
            ("discovery", Fail, "503", "the provider has an error"),
        ),
        (
            discovery(Fault::Status(401)),
            ("discovery", Fail, "401", "wants a login"),
        ),
        (discovery(Fault::ContentType), ("discovery", Pass, "", "")),
        (
            discovery(Fault::Firewall),
            ("discovery", Fail, "Request blocked", "A firewall (WAF)"),
        ),
        (
            discovery(Fault::Challenge),
            (
                "discovery",
                Fail,
                "Just a moment",
                "a browser to pass a test",
            ),
        ),
        (
            discovery(Fault::Status(429)),
            ("discovery", Fail, "429", "limits this server's requests"),
        ),
        (
            discovery(Fault::Proxy),
            ("discovery", Fail, "x-squid-error", "NO_PROXY"),
        ),
        (
            discovery(Fault::Status(404)),
            ("discovery", Fail, "404", "without a provider"),
        ),
        (
            vec![lacks("issuer")],
            ("discovery", Fail, "without an issuer", "SLUG"),
        ),
        (
            discovery(Fault::Html),
            ("client", Skip, "no discovery document", ""),
        ),
    ])
    .await;
}

#[tokio::test]
async fn issuer_and_endpoints_that_do_not_fit_are_recognized() {
    let issuer = |value: &str| vec![says("issuer", value)];
    check(vec![
        (
            vec![Lie::IssuerMismatch],
            ("issuer", Fail, "op.example.org", "pass Host on unchanged"),
        ),
        (
            vec![Lie::IssuerMismatch],
            (
                "client",
                Skip,
                "asks nothing of a provider whose issuer",
                "",
            ),
        ),
        (
            issuer("http://op/{tenantid}/v2.0"),
            ("issuer", Fail, "", "a template"),
        ),
        (
            issuer("nonsense"),
            ("issuer", Fail, "calls itself nonsense", "is a URL"),
        ),
        (
            vec![lacks("token_endpoint")],
            ("endpoints", Fail, "no token_endpoint", "Authentik"),
        ),
        (
            vec![says("authorization_endpoint", "nonsense")],
            ("endpoints", Fail, "is not a URL: nonsense", "Authentik"),
        ),
        (
            vec![lacks("userinfo_endpoint")],
            ("endpoints", Pass, "no userinfo", ""),
        ),
    ])
    .await;
}

#[tokio::test]
async fn issuer_of_another_scheme_or_path_is_recognized() {
    let site = Site::start().await;
    let own = site.op.issuer().to_owned();
    let check = async |issuer: String, remedy: &str| {
        site.op.lies(says("issuer", issuer.as_str()));
        let report = examined(&site).await;
        expect(&report, ("issuer", Fail, &issuer, remedy), &issuer);
        site.op.speaks_true();
    };

    let https = own.replace("http:", "https:");
    let remedy = format!(
        "Set OIDC_SERVER_APPLICATION_URL={}",
        https.trim_end_matches('/')
    );
    check(https, &remedy).await;
    let other = own.replace("postern", "other");
    check(
        other,
        "If that is the right one, set OIDC_SERVER_APPLICATION_URL=http",
    )
    .await;
    site.op.lies(says("issuer", own.trim_end_matches('/')));
    let report = examined(&site).await;
    expect(
        &report,
        ("issuer", Pass, "without a slash at its end", ""),
        "",
    );
}

#[tokio::test]
async fn keys_and_algorithms_that_do_not_serve_are_recognized() {
    let algs = |names: &[&str]| says("id_token_signing_alg_values_supported", names);
    check(vec![
        (
            vec![Lie::JwksEmpty],
            ("keys", Fail, "The JWK Set is {}", "select a “Signing Key”"),
        ),
        (
            vec![Lie::JwksNoKeys],
            ("keys", Fail, "no key in it", "select a “Signing Key”"),
        ),
        (
            vec![Lie::OnlyEncKeys],
            ("keys", Fail, "All keys are for encryption", "Signing Key"),
        ),
        (
            vec![Lie::Jwks(Fault::Html)],
            ("keys", Fail, "text/html", "Signing Key"),
        ),
        (
            vec![Lie::Jwks(Fault::Status(404))],
            ("keys", Fail, "404", "Signing Key"),
        ),
        (
            vec![Lie::Jwks(Fault::Redirect)],
            ("keys", Fail, "redirect", "Signing Key"),
        ),
        (
            vec![Lie::Jwks(Fault::Cut)],
            ("keys", Fail, "No answer", "Authentik"),
        ),
        (
            vec![Lie::ShortKey],
            ("keys", Fail, "an RSA key of 1024 bits", "Signing Key"),
        ),
        (
            vec![Lie::JwksEntries(vec![json!({
                "kty": "RSA", "e": "AQAB", "kid": "old", "n": "_".repeat(171),
            })])],
            ("keys", Warn, "1024 bits (kid \"old\")", "Signing Key"),
        ),
        (vec![Lie::ExoticKeys], ("keys", Pass, "RSA", "")),
        (vec![Lie::BareKeys], ("keys", Pass, "RSA", "")),
        (
            vec![algs(&["ES256"])],
            ("keys", Fail, "No key is for ES256", "Signing Key"),
        ),
        (
            vec![algs(&["HS256"])],
            (
                "algorithms",
                Fail,
                "only with HS256",
                "select a “Signing Key”",
            ),
        ),
        // What does not concern the client is no reason not to prove it.
        (vec![algs(&["HS256"])], ("client", Pass, "Accepted", "")),
        (
            vec![algs(&["ES256K"])],
            ("algorithms", Fail, "only with ES256K", "Signing Key"),
        ),
        (
            vec![Lie::EncKeys],
            (
                "encryption",
                Warn,
                "a key for encryption",
                "clear “Encryption Key”",
            ),
        ),
        (
            vec![Lie::Encrypted],
            ("encryption", Fail, "RSA-OAEP-256", "clear “Encryption Key”"),
        ),
    ])
    .await;
}

#[tokio::test]
async fn what_the_op_does_not_offer_is_recognized() {
    let list = |name: &str, values: &[&str]| vec![says(name, values)];
    check(vec![
        (
            list("code_challenge_methods_supported", &["plain"]),
            ("pkce", Warn, "only plain", "S256"),
        ),
        (
            vec![lacks("code_challenge_methods_supported")],
            ("pkce", Warn, "does not say", "S256"),
        ),
        (vec![], ("response_iss", Pass, "not announced", "")),
        (
            vec![Lie::ResponseIss],
            ("response_iss", Pass, "required from now on", ""),
        ),
        (
            vec![lacks("end_session_endpoint")],
            ("end_session", Pass, "Not offered", ""),
        ),
        (
            vec![lacks("backchannel_logout_supported")],
            (
                "backchannel_logout",
                Pass,
                "Authentik offers it since 2025.8",
                "",
            ),
        ),
        (
            list(
                "token_endpoint_auth_methods_supported",
                &["private_key_jwt"],
            ),
            (
                "client_auth",
                Fail,
                "private_key_jwt",
                "client_secret_basic",
            ),
        ),
        (
            list("scopes_supported", &["openid"]),
            ("scopes", Warn, "profile, email", "OIDC_SCOPES"),
        ),
        (
            list("claims_supported", &["sub"]),
            ("claims", Warn, "email", "Authentik"),
        ),
        (
            vec![lacks("claims_supported")],
            ("claims", Skip, "does not list", ""),
        ),
        (
            vec![says("require_pushed_authorization_requests", true)],
            ("pushed_requests", Fail, "names no endpoint", "pushed"),
        ),
    ])
    .await;
}

#[tokio::test]
async fn clocks_that_differ_are_recognized() {
    check(vec![
        (vec![Lie::Clock(2)], ("clock", Pass, "", "")),
        (
            vec![Lie::Clock(30)],
            ("clock", Warn, "ahead of this machine's", "NTP"),
        ),
        (
            vec![Lie::Clock(-30)],
            ("clock", Warn, "behind this machine's", "NTP"),
        ),
        (
            vec![Lie::Clock(600)],
            ("clock", Fail, "more than the leeway of 60 s", "NTP"),
        ),
        (
            vec![Lie::Clock(-600)],
            ("clock", Fail, "behind", "OIDC_CLOCK_SKEW_SECONDS"),
        ),
    ])
    .await;
}
