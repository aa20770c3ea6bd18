//! What `oidcc-client-test-plan` has besides the other plans, and where it applies to the code flow
//! or to what Postern does of its own accord.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use demo_op::{Algorithm, Lie, Settings};
use serde_json::{Value, json};
use tests::site::Site;
use tests::trial::{Trial, Via};

use super::{TOKEN, USERINFO};

/// The JWK Set has keys of unknown kinds: stepped over.
#[tokio::test]
async fn oidcc_client_test_ignores_unreadable_key_in_jwks() {
    Trial::under(&[Lie::ExoticKeys])
        .await
        .assert_accepted()
        .await;
}

/// The ID token has no `aud`: refused, `token_invalid`.
#[tokio::test]
async fn oidcc_client_test_missing_aud() {
    Trial::under(&[Lie::AudMissing])
        .await
        .assert_refused("token_invalid")
        .await;
}

/// The access token goes to userinfo in the header: it does.
#[tokio::test]
async fn oidcc_client_test_userinfo_bearer_header() {
    let trial = Trial::under(&[Lie::ClaimsOnlyAtUserinfo]).await;

    let trial = trial.assert_accepted().await;
    let request = trial.site.op.requests_to(USERINFO).remove(0);
    assert_eq!(request.method, "GET");
    assert!(
        request
            .header("authorization")
            .unwrap()
            .starts_with("Bearer ")
    );
    assert_eq!(request.param("access_token"), None);
}

/// Signed with the client's secret, badly, while the settings allow that: refused, `token_invalid`.
#[tokio::test]
async fn oidcc_client_test_invalid_sig_hs256() {
    invalid_signature(Algorithm::Hs256, "HS256").await;
}

/// The ES256 signature is wrong: refused, `token_invalid`.
#[tokio::test]
async fn oidcc_client_test_invalid_sig_es256() {
    invalid_signature(Algorithm::Es256, "ES256").await;
}

async fn invalid_signature(algorithm: Algorithm, allowed: &str) {
    let op = Settings {
        algorithm,
        ..Settings::default()
    };
    let settings = [("OIDC_ID_TOKEN_ALGS", allowed)];

    let good = Trial::with(&settings, op.clone(), &[]).await;
    let bad = Trial::with(&settings, op, &[Lie::BadSignature]).await;

    good.assert_accepted().await;
    bad.assert_refused("token_invalid").await;
}

/// `at_hash` is wrong. Of the code flow the suite does not ask that: refused, `token_invalid`.
#[tokio::test]
async fn oidcc_client_test_invalid_athash() {
    Trial::under(&[Lie::AtHashWrong])
        .await
        .assert_refused("token_invalid")
        .await;
}

/// Claims of another party come along with userinfo: ignored, nobody has vouched for them.
#[tokio::test]
async fn oidcc_client_test_aggregated_claims() {
    let claims = json!({"email": "root@example.com", "email_verified": true});
    let token = format!("e30.{}.", URL_SAFE_NO_PAD.encode(claims.to_string()));
    let [names, sources] = claims_elsewhere(&json!({ "JWT": token }));
    let without = Lie::UserinfoWithout("email".to_owned());

    let trial = Trial::under(&[Lie::ClaimsOnlyAtUserinfo, without, names, sources]).await;

    let trial = trial.assert_accepted().await;
    let store = &trial.site.app.store;
    let account = store.account_by_username("bob").await.unwrap().unwrap();
    assert_eq!(account.email, None);
}

/// Userinfo says that claims are at another party: nobody goes there with the access token.
#[tokio::test]
async fn oidcc_client_test_distributed_claims() {
    let site = Site::start().await;
    let endpoint = format!("{}/foreign/claims", site.op.origin());
    let [names, sources] = claims_elsewhere(&json!({"endpoint": endpoint, "access_token": "a"}));
    let without = Lie::UserinfoWithout("email".to_owned());
    let lies = [Lie::ClaimsOnlyAtUserinfo, without, names, sources];

    let trial = Trial::at(site, Via::Query, &lies).await;

    let trial = trial.assert_accepted().await;
    assert_eq!(trial.site.op.requests_to("/foreign/claims").len(), 0);
}

/// Userinfo says that the email is to be had from another party (Core §5.6.2).
fn claims_elsewhere(source: &Value) -> [Lie; 2] {
    let member = |name: &str, value| Lie::UserinfoMember(name.to_owned(), value);
    let names = json!({"email": "source", "email_verified": "source"});
    [
        member("_claim_names", names),
        member("_claim_sources", json!({ "source": source })),
    ]
}

/// The OP has a second token endpoint for clients with certificates: not used, Postern has none.
#[tokio::test]
async fn oidcc_client_test_mtls_endpoint_aliases() {
    let site = Site::start().await;
    let aliases = json!({"token_endpoint": format!("{}/foreign/token", site.op.origin())});
    let lie = Lie::DiscoveryMember("mtls_endpoint_aliases".to_owned(), aliases);

    let trial = Trial::at(site, Via::Query, &[lie]).await;

    let trial = trial.assert_accepted().await;
    assert_eq!(trial.site.op.requests_to(TOKEN).len(), 1);
}
