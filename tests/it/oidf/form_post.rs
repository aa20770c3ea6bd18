//! Form Post: `oidcc-client-formpost-basic-certification-test-plan`. The modules of the Basic plan,
//! at an OP that answers by a form; and the one on errors by a form.

use demo_op::Lie;
use tests::trial::{Trial, Via};

use super::modules;

/// The RP goes through the whole flow, by a form: it does, and asks userinfo for what the ID token lacks.
#[tokio::test]
async fn oidcc_client_test() {
    modules::client_test(Via::Form).await;
}

/// `iss` in the ID token is another issuer, by a form: refused, `token_invalid`.
#[tokio::test]
async fn oidcc_client_test_invalid_iss() {
    modules::invalid_iss(Via::Form).await;
}

/// The ID token has no `sub`, by a form: refused, `token_invalid`.
#[tokio::test]
async fn oidcc_client_test_missing_sub() {
    modules::missing_sub(Via::Form).await;
}

/// `aud` in the ID token is another client, by a form: refused, `token_invalid`.
#[tokio::test]
async fn oidcc_client_test_invalid_aud() {
    modules::invalid_aud(Via::Form).await;
}

/// The ID token has no `iat`, by a form: refused, `token_invalid`.
#[tokio::test]
async fn oidcc_client_test_missing_iat() {
    modules::missing_iat(Via::Form).await;
}

/// Neither the ID token nor the one key has a `kid`, by a form: the key is used.
#[tokio::test]
async fn oidcc_client_test_kid_absent_single_jwks() {
    modules::kid_absent_single_jwks(Via::Form).await;
}

/// No `kid` anywhere, and several keys, by a form: each is tried.
#[tokio::test]
async fn oidcc_client_test_kid_absent_multiple_jwks() {
    modules::kid_absent_multiple_jwks(Via::Form).await;
}

/// The ID token is signed by RS256, by a form: accepted.
#[tokio::test]
async fn oidcc_client_test_idtoken_sig_rs256() {
    modules::idtoken_sig_rs256(Via::Form).await;
}

/// `alg` is `none`, and the OP lists it, by a form: refused all the same, `token_invalid`.
#[tokio::test]
async fn oidcc_client_test_idtoken_sig_none() {
    modules::idtoken_sig_none(Via::Form).await;
}

/// The RS256 signature is wrong, by a form: refused, `token_invalid`.
#[tokio::test]
async fn oidcc_client_test_invalid_sig_rs256() {
    modules::invalid_sig_rs256(Via::Form).await;
}

/// `sub` at userinfo is another than in the ID token, by a form: refused, `userinfo_invalid`.
#[tokio::test]
async fn oidcc_client_test_userinfo_invalid_sub() {
    modules::userinfo_invalid_sub(Via::Form).await;
}

/// `nonce` in the ID token is not the one sent, by a form: refused, `token_invalid`.
#[tokio::test]
async fn oidcc_client_test_nonce_invalid() {
    modules::nonce_invalid(Via::Form).await;
}

/// Claims are asked for by scope, by a form: `profile` and `email` are, and the account has them.
#[tokio::test]
async fn oidcc_client_test_scope_userinfo_claims() {
    modules::scope_userinfo_claims(Via::Form).await;
}

/// The token endpoint takes HTTP Basic alone, by a form: the secret goes there, and nowhere else.
#[tokio::test]
async fn oidcc_client_test_client_secret_basic() {
    modules::client_secret_basic(Via::Form).await;
}

/// The OP answers by a form that is an error (`login_required`): the error page, `op_error`.
#[tokio::test]
async fn oidcc_client_test_form_post_error() {
    let error = Lie::AuthorizeError("login_required".to_owned());

    let trial = Trial::via(Via::Form, &[error]).await;

    let trial = trial.assert_refused("op_error").await;
    assert!(trial.login.callback_url.contains("error=login_required"));
}
