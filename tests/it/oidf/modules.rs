//! What the modules of the Basic and the Form Post plan do: the same, but for the way on which the
//! OP's answer travels.

use demo_op::{Lie, Settings, TokenAuth};
use serde_json::json;
use tests::site::{CLIENT_ID, CLIENT_SECRET, Site};
use tests::trial::{Trial, Via};

use super::{TOKEN, USERINFO};

/// The suite's OP has nothing but the subject in its ID tokens: the rest is at userinfo.
async fn at_the_suites_op(via: Via, lie: Lie) -> Trial {
    Trial::via(via, &[Lie::ClaimsOnlyAtUserinfo, lie]).await
}

/// Refused, and the access token that came along is not used.
async fn refused_before_userinfo(via: Via, lie: Lie) {
    let trial = at_the_suites_op(via, lie).await;

    let trial = trial.assert_refused("token_invalid").await;
    assert_eq!(trial.site.op.requests_to(TOKEN).len(), 1);
    assert_eq!(trial.site.op.requests_to(USERINFO).len(), 0);
}

/// The whole flow with what the suite's OP looks at in each request.
pub(super) async fn client_test(via: Via) {
    let trial = Trial::via(via, &[Lie::ClaimsOnlyAtUserinfo]).await;

    let trial = trial.assert_accepted().await;
    let asked = |name| trial.login.start.param(name).unwrap_or_default();
    assert_eq!(asked("response_type"), "code");
    assert_eq!(asked("client_id"), CLIENT_ID);
    assert!(asked("scope").split(' ').any(|scope| scope == "openid"));
    let op = &trial.site.op;
    let [redeemed] = &op.requests_to(TOKEN)[..] else {
        panic!("{:?}", op.requests_to(TOKEN))
    };
    assert_eq!(redeemed.param("grant_type"), Some("authorization_code"));
    assert_eq!(
        redeemed.param("redirect_uri"),
        Some(asked("redirect_uri").as_str())
    );
    let [userinfo] = &op.requests_to(USERINFO)[..] else {
        panic!("{:?}", op.requests_to(USERINFO))
    };
    assert!(
        userinfo.query.is_empty(),
        "the access token is in no URL (RFC 6750 §2.3)"
    );
}

pub(super) async fn invalid_iss(via: Via) {
    refused_before_userinfo(via, Lie::IssWrong).await;
}

pub(super) async fn missing_sub(via: Via) {
    refused_before_userinfo(via, Lie::SubMissing).await;
}

pub(super) async fn invalid_aud(via: Via) {
    refused_before_userinfo(via, Lie::AudWrong).await;
}

pub(super) async fn missing_iat(via: Via) {
    refused_before_userinfo(via, Lie::IatMissing).await;
}

pub(super) async fn kid_absent_single_jwks(via: Via) {
    let trial = at_the_suites_op(via, Lie::KeysWithoutKid).await;
    trial.assert_accepted().await;
}

pub(super) async fn kid_absent_multiple_jwks(via: Via) {
    let trial = Trial::via(via, &[Lie::KeysWithoutKid, Lie::SeveralKeys]).await;
    trial.assert_accepted().await;
}

pub(super) async fn idtoken_sig_rs256(via: Via) {
    let trial = Trial::via(via, &[]).await;

    let trial = trial.assert_accepted().await;
    assert_eq!(trial.site.op.header()["alg"], "RS256");
}

pub(super) async fn idtoken_sig_none(via: Via) {
    let name = "id_token_signing_alg_values_supported".to_owned();
    let listed = Lie::DiscoveryMember(name, json!(["RS256", "none"]));

    let trial = Trial::via(via, &[listed, Lie::AlgNone]).await;

    trial.assert_refused("token_invalid").await;
}

pub(super) async fn invalid_sig_rs256(via: Via) {
    refused_before_userinfo(via, Lie::BadSignature).await;
}

pub(super) async fn userinfo_invalid_sub(via: Via) {
    let trial = at_the_suites_op(via, Lie::UserinfoSubWrong).await;
    trial.assert_refused("userinfo_invalid").await;
}

pub(super) async fn nonce_invalid(via: Via) {
    refused_before_userinfo(via, Lie::NonceWrong).await;
}

pub(super) async fn scope_userinfo_claims(via: Via) {
    let trial = Trial::via(via, &[Lie::ClaimsOnlyAtUserinfo]).await;

    let trial = trial.assert_accepted().await;
    let scopes = trial.login.start.param("scope");
    assert_eq!(scopes.as_deref(), Some("openid profile email"));
    let store = &trial.site.app.store;
    let account = store
        .account_by_username("bob")
        .await
        .expect("the store answers")
        .expect("an account");
    assert_eq!(account.email.as_deref(), Some("bob@example.com"));
    assert_eq!(account.display_name.as_deref(), Some("Bob"));
}

pub(super) async fn client_secret_basic(via: Via) {
    let op = Settings {
        token_auth: TokenAuth::Basic,
        ..Settings::default()
    };

    let trial = Trial::at(Site::with_op(&[], op).await, via, &[]).await;

    let trial = trial.assert_accepted().await;
    let request = trial.site.op.requests_to(TOKEN).remove(0);
    let credentials = (CLIENT_ID.to_owned(), CLIENT_SECRET.to_owned());
    assert_eq!(request.basic(), Some(credentials));
    assert_eq!(request.param("client_secret"), None, "one way alone");
}
