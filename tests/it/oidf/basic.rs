//! Basic: `oidcc-client-basic-certification-test-plan`.

use tests::trial::Via;

use super::modules;

/// The RP goes through the whole flow: it does, and asks userinfo for what the ID token lacks.
#[tokio::test]
async fn oidcc_client_test() {
    modules::client_test(Via::Query).await;
}

/// `iss` in the ID token is another issuer: refused, `token_invalid`.
#[tokio::test]
async fn oidcc_client_test_invalid_iss() {
    modules::invalid_iss(Via::Query).await;
}

/// The ID token has no `sub`: refused, `token_invalid`.
#[tokio::test]
async fn oidcc_client_test_missing_sub() {
    modules::missing_sub(Via::Query).await;
}

/// `aud` in the ID token is another client: refused, `token_invalid`.
#[tokio::test]
async fn oidcc_client_test_invalid_aud() {
    modules::invalid_aud(Via::Query).await;
}

/// The ID token has no `iat`: refused, `token_invalid`.
#[tokio::test]
async fn oidcc_client_test_missing_iat() {
    modules::missing_iat(Via::Query).await;
}

/// Neither the ID token nor the one key has a `kid`: the key is used.
#[tokio::test]
async fn oidcc_client_test_kid_absent_single_jwks() {
    modules::kid_absent_single_jwks(Via::Query).await;
}

/// No `kid` anywhere, and several keys: each is tried.
#[tokio::test]
async fn oidcc_client_test_kid_absent_multiple_jwks() {
    modules::kid_absent_multiple_jwks(Via::Query).await;
}

/// The ID token is signed by RS256: accepted.
#[tokio::test]
async fn oidcc_client_test_idtoken_sig_rs256() {
    modules::idtoken_sig_rs256(Via::Query).await;
}

/// `alg` is `none`, and the OP lists it: refused all the same, `token_invalid`.
#[tokio::test]
async fn oidcc_client_test_idtoken_sig_none() {
    modules::idtoken_sig_none(Via::Query).await;
}

/// The RS256 signature is wrong: refused, `token_invalid`.
#[tokio::test]
async fn oidcc_client_test_invalid_sig_rs256() {
    modules::invalid_sig_rs256(Via::Query).await;
}

/// `sub` at userinfo is another than in the ID token: refused, `userinfo_invalid`.
#[tokio::test]
async fn oidcc_client_test_userinfo_invalid_sub() {
    modules::userinfo_invalid_sub(Via::Query).await;
}

/// `nonce` in the ID token is not the one sent: refused, `token_invalid`.
#[tokio::test]
async fn oidcc_client_test_nonce_invalid() {
    modules::nonce_invalid(Via::Query).await;
}

/// Claims are asked for by scope: `profile` and `email` are, and the account has them.
#[tokio::test]
async fn oidcc_client_test_scope_userinfo_claims() {
    modules::scope_userinfo_claims(Via::Query).await;
}

/// The token endpoint takes HTTP Basic alone: the secret goes there, and nowhere else.
#[tokio::test]
async fn oidcc_client_test_client_secret_basic() {
    modules::client_secret_basic(Via::Query).await;
}
