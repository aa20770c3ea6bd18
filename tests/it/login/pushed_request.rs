//! Pushed authorization requests (RFC 9126), at an OP that requires them.

use demo_op::{Fault, Lie, Op, Settings, TokenAuth};
use insta::assert_snapshot;
use serde_json::json;
use shared::routes::{API_LOGIN_OPENID, API_PROFILE_IDENTITIES_OPENID};
use tests::answer::Answer;
use tests::site::{CLIENT_ID, CLIENT_SECRET, Site, user};

const PAR: &str = "/application/o/par/";

/// A site at such an OP.
async fn site(settings: &[(&str, &str)], token_auth: TokenAuth) -> Site {
    let op = Settings {
        token_auth,
        ..Settings::default()
    };
    let site = Site::with_op(settings, op).await;
    site.op.lies(Lie::ParRequired);
    site.forget_metadata();
    site
}

fn fields(op: &Op) -> Vec<String> {
    let requests = op.requests_to(PAR);
    let [request] = &requests[..] else {
        panic!("{requests:?}")
    };
    request.form.iter().map(|(name, _)| name.clone()).collect()
}

#[tokio::test]
async fn request_is_pushed_and_the_browser_carries_a_reference_alone() {
    let site = site(&[], TokenAuth::Any).await;
    let browser = site.browser();

    let login = browser
        .log_in_at("/api/login/openid?next=/profile", "bob")
        .await;

    let start = login.start.location();
    let (_, query) = start.split_once('?').unwrap();
    let names: Vec<&str> = query
        .split('&')
        .filter_map(|pair| Some(pair.split_once('=')?.0))
        .collect();
    assert_eq!(names, ["client_id", "request_uri"], "{start}");
    assert_eq!(login.start.param("client_id").as_deref(), Some(CLIENT_ID));
    assert_eq!(
        fields(&site.op),
        [
            "response_type",
            "client_id",
            "redirect_uri",
            "scope",
            "state",
            "nonce",
            "code_challenge",
            "code_challenge_method"
        ]
    );
    assert_eq!(login.callback.location(), "/profile");
    assert_eq!(browser.who().await.as_deref(), Some("bob"));
}

#[tokio::test]
async fn client_proves_itself_there_as_at_the_token_endpoint() {
    let by_basic = site(&[], TokenAuth::Any).await;
    by_basic.browser().get(API_LOGIN_OPENID).await;
    let by_post = site(&[], TokenAuth::Post).await;
    by_post.browser().get(API_LOGIN_OPENID).await;

    let basic = by_basic.op.requests_to(PAR).remove(0);
    let post = by_post.op.requests_to(PAR).remove(0);

    let credentials = (CLIENT_ID.to_owned(), CLIENT_SECRET.to_owned());
    assert_eq!(basic.basic(), Some(credentials));
    assert_eq!(basic.param("client_secret"), None);
    assert_eq!(post.basic(), None);
    assert_eq!(post.param("client_secret"), Some(CLIENT_SECRET));
    assert_eq!(post.params("client_id"), [CLIENT_ID], "once");
}

#[tokio::test]
async fn op_that_does_not_require_it_is_not_pushed_to() {
    let site = Site::start().await;
    let endpoint = json!(format!("{}{PAR}", site.op.origin()));
    let member = "pushed_authorization_request_endpoint".to_owned();
    site.op.lies(Lie::DiscoveryMember(member, endpoint));
    site.forget_metadata();

    let login = site.browser().log_in_as("bob").await;

    assert_eq!(login.start.param("response_type").as_deref(), Some("code"));
    assert_eq!(login.callback.location(), "/");
    assert!(site.op.requests_to(PAR).is_empty());
}

/// Begins a login under this lie.
async fn start_under(lie: &Lie) -> Answer {
    let site = site(&[], TokenAuth::Any).await;
    site.op.lies(lie.clone());
    site.forget_metadata();
    site.browser().get(API_LOGIN_OPENID).await
}

#[tokio::test]
async fn refusals_and_faults_have_their_codes() {
    let error = |status, error: &str| Lie::ParError(status, error.to_owned());
    let endpoint = "pushed_authorization_request_endpoint".to_owned();
    for (lie, code) in [
        (error(401, "invalid_client"), "client_rejected"),
        (error(400, "invalid_request"), "op_error"),
        (error(400, "invalid_scope"), "op_error"),
        (error(503, "server_error"), "op_unreachable"),
        (Lie::Par(Fault::Status(500)), "op_unreachable"),
        (Lie::Par(Fault::Cut), "op_unreachable"),
        (Lie::Par(Fault::Status(404)), "op_misconfigured"),
        (Lie::Par(Fault::Html), "op_misconfigured"),
        (Lie::Par(Fault::Redirect), "op_misconfigured"),
        (Lie::ParUri(json!(null)), "op_misconfigured"),
        (Lie::ParUri(json!("")), "op_misconfigured"),
        (Lie::ParUri(json!("urn:x\ny")), "op_misconfigured"),
        (Lie::DiscoveryWithout(endpoint), "op_misconfigured"),
    ] {
        let start = start_under(&lie).await;

        assert_eq!(start.code(), code, "{lie:?}: {}", start.summary());
        assert!(start.set_cookies().is_empty(), "{lie:?}: no attempt began");
    }
}

#[tokio::test]
async fn wrong_secret_is_known_before_the_browser_leaves() {
    let site = site(&[("OIDC_CLIENT_SECRET", "not the secret")], TokenAuth::Any).await;

    let start = site.browser().get(API_LOGIN_OPENID).await;

    assert_snapshot!(
        start.summary(),
        @"303 See Other, location: /login?error=client_rejected&ref=…"
    );
}

#[tokio::test]
async fn link_is_pushed_too() {
    let site = site(&[], TokenAuth::Any).await;
    site.add(user("owner").await).await;
    let browser = site.logged_in("owner").await;
    let link = async || {
        browser
            .post_json(API_PROFILE_IDENTITIES_OPENID, &json!({}))
            .await
    };

    let begun = link().await.json();
    let callback_url = browser
        .at_op(begun["redirect"].as_str().unwrap(), "bob")
        .await;
    let callback = browser.get(&callback_url).await;
    site.op
        .lies(Lie::ParError(401, "invalid_client".to_owned()));
    let refused = link().await;

    assert_eq!(callback.location(), "/link");
    assert_snapshot!(refused.summary(), @"502 Bad Gateway, code: op_misconfigured");
}
