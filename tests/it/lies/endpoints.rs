//! Endpoints that fail, or answer what cannot be used.

use demo_op::{Fault, Lie};
use serde_json::json;
use shared::routes::API_LOGIN_OPENID;
use tests::site::Site;

use super::{check_all, under};

const USERINFO: &str = "/application/o/userinfo/";

/// The same where userinfo is needed.
async fn check_all_at_userinfo(lies: &[Lie], expected: &str) {
    for lie in lies {
        let (_, outcome) = under(&[Lie::ClaimsOnlyAtUserinfo, lie.clone()]).await;
        assert_eq!(outcome, expected, "{lie:?}");
    }
}

#[tokio::test]
async fn op_without_a_usable_signing_key_is_misconfigured() {
    let lies = [Lie::JwksEmpty, Lie::JwksNoKeys, Lie::OnlyEncKeys];
    check_all(&lies, "op_misconfigured").await;
}

#[tokio::test]
async fn faults_of_the_jwks_have_their_codes() {
    check_all(
        &[Lie::Jwks(Fault::Status(500)), Lie::Jwks(Fault::Cut)],
        "op_unreachable",
    )
    .await;
    let faults = [
        Fault::Status(404),
        Fault::Html,
        Fault::Redirect,
        Fault::Truncated,
        Fault::Huge,
    ];
    check_all(&faults.map(Lie::Jwks), "op_misconfigured").await;
}

#[tokio::test]
async fn faults_of_the_token_endpoint_have_their_codes() {
    let error = |status, error: &str| Lie::TokenError(status, error.to_owned());
    let unreachable = [
        error(503, "server_error"),
        Lie::Token(Fault::Status(502)),
        Lie::Token(Fault::Cut),
    ];

    check_all(
        &[error(400, "invalid_client"), error(401, "invalid_client")],
        "client_rejected",
    )
    .await;
    check_all(&[Lie::Token(Fault::Status(401))], "client_rejected").await;
    check_all(&[error(400, "invalid_grant")], "code_rejected").await;
    check_all(
        &[
            error(400, "unsupported_grant_type"),
            Lie::Token(Fault::Status(403)),
        ],
        "op_error",
    )
    .await;
    check_all(&unreachable, "op_unreachable").await;
    let faults = [
        Fault::Html,
        Fault::Redirect,
        Fault::Empty,
        Fault::Truncated,
        Fault::Huge,
    ];
    check_all(&faults.map(Lie::Token), "op_misconfigured").await;
}

#[tokio::test]
async fn userinfo_of_somebody_else_or_unreadable_is_refused() {
    let lies = [
        Lie::UserinfoSubWrong,
        Lie::SubWrong,
        Lie::UserinfoSubMissing,
        Lie::UserinfoSignedBadly,
        Lie::UserinfoArray,
        Lie::Userinfo(Fault::Status(401)),
        Lie::Userinfo(Fault::Status(403)),
        Lie::Userinfo(Fault::Html),
        Lie::Userinfo(Fault::Empty),
        Lie::Userinfo(Fault::Truncated),
    ];
    check_all_at_userinfo(&lies, "userinfo_invalid").await;
}

#[tokio::test]
async fn faults_of_the_userinfo_endpoint_have_their_codes() {
    let down = [Lie::Userinfo(Fault::Status(500)), Lie::Userinfo(Fault::Cut)];
    check_all_at_userinfo(&down, "op_unreachable").await;
    let faults = [Fault::Redirect, Fault::Huge];
    check_all_at_userinfo(&faults.map(Lie::Userinfo), "op_misconfigured").await;
    check_all_at_userinfo(&[Lie::UserinfoSigned], "/").await;
}

#[tokio::test]
async fn userinfo_is_asked_only_where_the_id_token_lacks_something() {
    let (site, outcome) = under(&[Lie::Userinfo(Fault::Html)]).await;
    assert_eq!(
        (outcome.as_str(), site.op.requests_to(USERINFO).len()),
        ("/", 0)
    );

    let (site, outcome) = under(&[Lie::ClaimsOnlyAtUserinfo]).await;
    assert_eq!(
        (outcome.as_str(), site.op.requests_to(USERINFO).len()),
        ("/", 1)
    );
    let account = site
        .app
        .store
        .account_by_username("bob")
        .await
        .unwrap()
        .unwrap();
    assert_eq!(account.email.as_deref(), Some("bob@example.com"));
}

#[tokio::test]
async fn answer_of_another_issuer_is_refused() {
    check_all(
        &[Lie::ResponseIssWrong, Lie::ResponseIssMissing],
        "token_invalid",
    )
    .await;
}

/// Begins a login where discovery lies; returns the error's code.
async fn start_under(lie: Lie) -> String {
    let site = Site::start().await;
    site.op.lies(lie);
    site.forget_metadata();
    site.browser().get(API_LOGIN_OPENID).await.code()
}

#[tokio::test]
async fn op_that_cannot_be_discovered_is_unreachable() {
    for fault in [Fault::Status(500), Fault::Status(503), Fault::Cut] {
        assert_eq!(
            start_under(Lie::Discovery(fault.clone())).await,
            "op_unreachable",
            "{fault:?}"
        );
    }
}

#[tokio::test]
async fn op_whose_metadata_cannot_be_used_is_misconfigured() {
    let without = |name: &str| Lie::DiscoveryWithout(name.to_owned());
    let member = |name: &str, value| Lie::DiscoveryMember(name.to_owned(), value);
    let faults = [
        Fault::Status(404),
        Fault::Html,
        Fault::Redirect,
        Fault::Empty,
        Fault::Truncated,
        Fault::Huge,
    ];
    let others = [
        Lie::IssuerMismatch,
        without("issuer"),
        without("token_endpoint"),
        without("jwks_uri"),
        member("authorization_endpoint", json!("/relative")),
        member("token_endpoint", json!("ftp://127.0.0.1/")),
        member(
            "id_token_signing_alg_values_supported",
            json!(["HS256", "none"]),
        ),
        member(
            "token_endpoint_auth_methods_supported",
            json!(["private_key_jwt"]),
        ),
    ];

    for lie in faults.map(Lie::Discovery).into_iter().chain(others) {
        assert_eq!(
            start_under(lie.clone()).await,
            "op_misconfigured",
            "{lie:?}"
        );
    }
}

#[tokio::test]
async fn silent_and_dripping_endpoints_are_given_up_on() {
    let (start, token, userinfo) = tokio::join!(
        start_under(Lie::Discovery(Fault::Drip)),
        under(&[Lie::Token(Fault::Hang)]),
        under(&[Lie::ClaimsOnlyAtUserinfo, Lie::Userinfo(Fault::Hang)]),
    );

    assert_eq!(
        [start, token.1, userinfo.1],
        ["op_unreachable"; 3].map(str::to_owned)
    );
}
