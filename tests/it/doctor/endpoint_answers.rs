//! An OP whose endpoints answer what they should not.

use demo_op::{Fault, Lie};
use serde_json::json;
use shared::doctor::Outcome::{Fail, Pass, Warn};

use super::check;

#[tokio::test]
async fn answers_of_the_token_endpoint_are_told_apart() {
    let error = |status, error: &str| vec![Lie::TokenError(status, error.to_owned())];
    check(vec![
        (vec![], ("client", Pass, "with the redirect URI", "")),
        (
            error(400, "invalid_client"),
            (
                "client",
                Fail,
                "so it is the secret",
                "copy “Client ID” and “Client Secret” again",
            ),
        ),
        (
            error(401, "invalid_client"),
            ("client", Fail, "refuses the client", "Authentik"),
        ),
        (
            error(400, "unauthorized_client"),
            ("client", Fail, "may not redeem codes", "code flow"),
        ),
        // With any secret: that proves nothing.
        (
            error(400, "invalid_grant"),
            ("client", Warn, "“Client type” is “Public”", "Confidential"),
        ),
        (
            error(400, "home_made"),
            ("client", Warn, "home_made", "Events > Logs"),
        ),
        (
            vec![Lie::Token(Fault::Html)],
            ("client", Warn, "no JSON", "Events > Logs"),
        ),
        (
            vec![Lie::Token(Fault::Status(500))],
            ("client", Warn, "500", "Events > Logs"),
        ),
        (
            vec![Lie::Token(Fault::Cut)],
            ("client", Fail, "No answer", "Authentik"),
        ),
    ])
    .await;
}

#[tokio::test]
async fn answers_of_the_authorization_endpoint_are_told_apart() {
    let error = |error: &str| vec![Lie::AuthorizeError(error.to_owned())];
    let pushed = |lie| vec![Lie::ParRequired, lie];
    check(vec![
        (
            error("login_required"),
            ("redirect_uri", Pass, "is registered", ""),
        ),
        (
            error("invalid_scope"),
            ("redirect_uri", Fail, "answers invalid_scope", "OIDC_SCOPES"),
        ),
        (
            error("unauthorized_client"),
            ("redirect_uri", Fail, "answers unauthorized_client", "code"),
        ),
        (
            error("server_error"),
            ("redirect_uri", Warn, "server_error", "Events > Logs"),
        ),
        (
            vec![Lie::ParRequired],
            ("pushed_requests", Pass, "required, and used", ""),
        ),
        (
            vec![Lie::ParRequired],
            ("redirect_uri", Pass, "is registered", ""),
        ),
        (
            pushed(Lie::Par(Fault::Status(404))),
            ("redirect_uri", Fail, "404", "Redirect URIs/Origins"),
        ),
        (
            pushed(Lie::ParError(400, "invalid_request".to_owned())),
            (
                "redirect_uri",
                Fail,
                "invalid_request",
                "Redirect URIs/Origins",
            ),
        ),
        (
            pushed(Lie::ParUri(json!(1))),
            ("redirect_uri", Fail, "no request_uri", ""),
        ),
    ])
    .await;
}
