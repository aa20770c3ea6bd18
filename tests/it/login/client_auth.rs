//! How the server proves itself to the OP: credentials of any characters, in the header or the form.

use demo_op::{Client, Settings, TokenAuth, Version};
use shared::routes::API_OAUTH_OPENID;
use tests::site::Site;

use crate::login::callback::redeemed;

/// Every character that one of the encodings on the way has a meaning for.
const CLIENT_ID: &str = "id:with%41+&=\u{e4}\u{20ac}~*";
const SECRET: &str = "p%20a:s+s w&o=r?d/\u{fc}\\\u{1f511}~%";

/// A site whose client has these credentials at an OP of that release.
async fn site(version: Version, settings: &[(&str, &str)], token_auth: TokenAuth) -> Site {
    let op = Settings {
        version,
        token_auth,
        ..Settings::default()
    };
    let credentials = [
        ("OIDC_CLIENT_ID", CLIENT_ID),
        ("OIDC_CLIENT_SECRET", SECRET),
    ];
    let site = Site::with_op(&[&credentials, settings].concat(), op).await;
    let redirect_uri = format!("{}{API_OAUTH_OPENID}", site.origin());
    site.op
        .register(Client::new(CLIENT_ID, SECRET, &redirect_uri));
    site
}

#[tokio::test]
async fn basic_credentials_of_any_characters_arrive_where_they_are_decoded() {
    let site = site(Version::V2026_2, &[], TokenAuth::Basic).await;

    let callback = site.browser().log_in_as("bob").await.callback;

    assert_eq!(callback.location(), "/", "{}", callback.code());
    let request = site.op.requests_to("/application/o/token/").remove(0);
    let (id, secret) = request.basic().unwrap();
    let is_encoded = |text: &str| {
        text.bytes()
            .all(|b| b.is_ascii_alphanumeric() || b"%*-._".contains(&b))
    };
    assert!(is_encoded(&id) && is_encoded(&secret), "{id}:{secret}");
}

#[tokio::test]
async fn credentials_of_any_characters_arrive_in_a_form_everywhere() {
    let post = [("OIDC_TOKEN_AUTH_METHOD", "client_secret_post")];
    for version in [Version::V2025_12, Version::V2026_2] {
        let site = site(version, &post, TokenAuth::Any).await;

        let callback = site.browser().log_in_as("bob").await.callback;

        assert_eq!(callback.location(), "/", "{version:?}: {}", callback.code());
    }
}

#[tokio::test]
async fn op_that_does_not_decode_them_is_fixed_by_what_the_page_says() {
    for (provider, remedy) in [
        ("authentik", "set OIDC_TOKEN_AUTH_METHOD=client_secret_post"),
        (
            "another",
            "OIDC_TOKEN_AUTH_METHOD is client_secret_basic or client_secret_post",
        ),
    ] {
        let site = site(
            Version::V2025_12,
            &[("OIDC_PROVIDER", provider)],
            TokenAuth::Any,
        )
        .await;
        let browser = site.browser();

        let callback = browser.log_in_as("bob").await.callback;
        let page = browser.get(callback.location()).await;

        assert_eq!(callback.code(), "client_rejected");
        assert!(page.body.contains(remedy), "{}", page.body);
        assert_eq!(redeemed(&site), 1, "the secret is sent once, in one form");
    }
}
