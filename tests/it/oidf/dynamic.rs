//! What `oidcc-client-dynamic-certification-test-plan` and `oidcc-client-refreshtoken-test-plan`
//! have besides the other plans: signed userinfo is understood, the rest is not asked for.

use demo_op::Lie;
use serde_json::json;
use tests::trial::Trial;

use super::TOKEN;

/// Userinfo is a signed JWT: its signature is checked, and it is used.
#[tokio::test]
async fn oidcc_client_test_userinfo_signed() {
    let good = Trial::under(&[Lie::ClaimsOnlyAtUserinfo, Lie::UserinfoSigned]).await;
    let bad = Trial::under(&[Lie::ClaimsOnlyAtUserinfo, Lie::UserinfoSignedBadly]).await;

    good.assert_accepted().await;
    bad.assert_refused("userinfo_invalid").await;
}

/// The OP registers clients by itself: nobody asks it to, the client is in the settings.
#[tokio::test]
async fn oidcc_client_test_dynamic_registration() {
    let name = "registration_endpoint".to_owned();
    let lie = Lie::DiscoveryMember(name, json!("http://127.0.0.1:1/register"));

    let trial = Trial::under(&[lie]).await.assert_accepted().await;

    // Everything that a login asks of an OP, in its order; and no WebFinger.
    let mut paths: Vec<String> = Vec::new();
    for request in trial.site.op.requests() {
        if !paths.contains(&request.path) {
            paths.push(request.path);
        }
    }
    assert_eq!(
        paths,
        [
            "/application/o/postern/.well-known/openid-configuration",
            "/application/o/authorize/",
            "/if/flow/default-authentication-flow/",
            "/application/o/token/",
            "/application/o/postern/jwks/",
        ]
    );
}

/// Requests by reference are optional: Postern sends plain parameters.
#[tokio::test]
async fn oidcc_client_test_request_uri_signed_none() {
    let trial = Trial::under(&[]).await.assert_accepted().await;

    for name in ["request", "request_uri"] {
        assert_eq!(trial.login.start.param(name), None, "{name}");
    }
}

/// A refresh token comes although nobody asked for it: thrown away.
#[tokio::test]
async fn oidcc_client_test_refresh_token() {
    let lie = Lie::TokenMember("refresh_token".to_owned(), json!("a-refresh-token"));

    let trial = Trial::under(&[lie]).await.assert_accepted().await;

    let scopes = trial.login.start.param("scope").unwrap();
    assert!(!scopes.contains("offline_access"), "{scopes}");
    trial.site.pass(std::time::Duration::from_hours(2));
    assert_eq!(trial.browser.who().await.as_deref(), Some("bob"));
    assert_eq!(trial.site.op.requests_to(TOKEN).len(), 1);
}
