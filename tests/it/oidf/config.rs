//! Configuration: `oidcc-client-config-certification-test-plan`.

use demo_op::Lie;
use serde_json::json;
use shared::routes::API_LOGIN_OPENID;
use tests::log::Log;
use tests::site::Site;
use tests::trial::{Trial, Via, assert_refused};

use super::{JWKS, modules};

/// The RP reads the OP's configuration: it does, and uses the endpoints that stand there.
#[tokio::test]
async fn oidcc_client_test_discovery_openid_config() {
    let site = Site::start().await;
    let elsewhere = format!("{}/foreign/authorize", site.op.origin());
    let member = "authorization_endpoint".to_owned();
    site.op.lies(Lie::DiscoveryMember(member, json!(elsewhere)));
    site.forget_metadata();

    let start = site.browser().get(API_LOGIN_OPENID).await;

    let path = "/application/o/postern/.well-known/openid-configuration";
    assert!(!site.op.requests_to(path).is_empty());
    assert!(
        start.location().starts_with(&elsewhere),
        "{}",
        start.summary()
    );
}

/// The keys are where the configuration says: those, and no others, are used.
#[tokio::test]
async fn oidcc_client_test_discovery_jwks_uri_keys() {
    let site = Site::start().await;
    let elsewhere = format!("{}/foreign/jwks.json", site.op.origin());
    let lies = [
        Lie::DiscoveryMember("jwks_uri".to_owned(), json!(elsewhere)),
        // Signs with the one key that is there, and names it.
        Lie::EmbeddedJwk,
    ];

    let trial = Trial::at(site, Via::Query, &lies).await;

    let trial = trial.assert_accepted().await;
    assert_eq!(trial.site.op.requests_to(JWKS).len(), 0);
    assert_eq!(trial.site.op.requests_to("/foreign/jwks.json").len(), 1);
}

/// The issuer of the configuration is not the one that was asked for: no login begins,
/// `op_misconfigured`.
#[tokio::test]
async fn oidcc_client_test_discovery_issuer_mismatch() {
    Log::begin_as_by_default();
    let site = Site::start().await;
    site.op.lies(Lie::IssuerMismatch);
    site.forget_metadata();
    let browser = site.browser();

    let start = browser.get(API_LOGIN_OPENID).await;

    assert_refused(&browser, &start, "op_misconfigured").await;
    assert_eq!(browser.cookie_names(), [""; 0], "no attempt was begun");
}

/// `alg` is `none`, and the OP lists it: refused all the same, `token_invalid`.
#[tokio::test]
async fn oidcc_client_test_idtoken_sig_none() {
    modules::idtoken_sig_none(Via::Query).await;
}

/// The OP has a new key at the moment it signs: the keys are fetched after that, or once more.
#[tokio::test]
async fn oidcc_client_test_signing_key_rotation_just_before_signing() {
    let site = Site::start().await;
    let browser = site.browser();
    let callback_url = browser.callback_for("bob").await;
    site.op.rotate_keys();

    let callback = browser.get(&callback_url).await;

    assert_eq!(callback.location(), "/", "{}", callback.summary());
}

/// The OP has a new key from one login to the next, a moment later: the keys are fetched once
/// more, and the login succeeds.
#[tokio::test]
async fn oidcc_client_test_signing_key_rotation() {
    let site = Site::start().await;
    site.browser().log_in_as("bob").await;
    site.op.rotate_keys();

    let callback = site.browser().log_in_as("bob").await.callback;

    assert_eq!(callback.location(), "/", "{}", callback.summary());
    assert_eq!(site.op.requests_to(JWKS).len(), 2, "one more fetch");
}
