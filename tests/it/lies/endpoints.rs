//! Endpoints that fail, or answer what cannot be used.

use std::net::TcpListener;
use std::time::Duration;

use backend::oidc::client::Patience;
use demo_op::{Fault, Lie, Op, Settings};
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
        Lie::UserinfoJson(json!([])),
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
async fn op_whose_metadata_contradict_the_settings_is_misconfigured_at_once() {
    let without = |name: &str| Lie::DiscoveryWithout(name.to_owned());
    let member = |name: &str, value| Lie::DiscoveryMember(name.to_owned(), value);
    let lies = [
        Lie::IssuerMismatch,
        without("issuer"),
        without("authorization_endpoint"),
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

    for lie in lies {
        assert_eq!(
            start_under(lie.clone()).await,
            "op_misconfigured",
            "{lie:?}"
        );
    }
}

#[tokio::test]
async fn endpoints_in_the_clear_of_an_issuer_on_https_are_misconfigured() {
    let op = async |op: &Op| {
        let https = json!("https://op.example.org/application/o/postern/");
        op.lies(Lie::DiscoveryMember("issuer".to_owned(), https));
    };
    // The document itself comes from the OP of the test.
    let application = "https://op.example.org/application/o/postern";
    let listen = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    let document =
        format!("http://{listen}/application/o/postern/.well-known/openid-configuration");
    let settings = [
        ("OIDC_SERVER_APPLICATION_URL", application),
        ("OIDC_SERVER_METADATA_URL", &document),
    ];
    let at = Settings {
        listen,
        ..Settings::default()
    };
    let site = Site::prepared(&settings, at, Patience::default(), op).await;

    let start = site.browser().get(API_LOGIN_OPENID).await;

    assert_eq!(start.code(), "op_misconfigured");
}

#[tokio::test]
async fn silent_and_dripping_endpoints_are_given_up_on() {
    let under = async |lies: &[Lie]| {
        let patience = Patience {
            request: Duration::from_secs(1),
            ..Patience::default()
        };
        let site = Site::prepared(&[], Settings::default(), patience, async |_| {}).await;
        for lie in lies {
            site.op.lies(lie.clone());
        }
        site.forget_metadata();
        let browser = site.browser();
        let start = browser.get(API_LOGIN_OPENID).await;
        if start.code().is_empty() {
            let callback_url = browser.at_op(start.location(), "bob").await;
            return browser.get(&callback_url).await.code();
        }
        start.code()
    };

    for lies in [
        [Lie::Discovery(Fault::Drip)].as_slice(),
        &[Lie::Token(Fault::Hang)],
        &[Lie::Token(Fault::Drip)],
        &[Lie::Jwks(Fault::Hang)],
        &[Lie::ClaimsOnlyAtUserinfo, Lie::Userinfo(Fault::Hang)],
    ] {
        assert_eq!(under(lies).await, "op_unreachable", "{lies:?}");
    }
}
