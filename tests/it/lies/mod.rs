//! An OP that misbehaves, in every way that the checks of an identity must notice, and in some
//! that they must bear.

use std::time::Duration;

use demo_op::{Algorithm, Fault, Lie, Settings, Version};
use serde_json::json;
use shared::routes::API_LOGIN_OPENID;
use tests::site::Site;

const JWKS: &str = "/application/o/postern/jwks/";
const USERINFO: &str = "/application/o/userinfo/";

/// Logs in under these lies; returns the site, and where the callback led or the error's code.
async fn under(lies: &[Lie]) -> (Site, String) {
    let site = Site::start().await;
    lies.iter().for_each(|lie| site.op.lies(lie.clone()));
    site.forget_metadata();
    let browser = site.browser();
    let login = browser.log_in_as("bob").await;
    let code = login.callback.code();
    let is_logged_in = browser.who().await.is_some();
    assert_eq!(
        is_logged_in,
        code.is_empty(),
        "{lies:?}: {}",
        login.callback.summary()
    );
    let outcome = if code.is_empty() {
        login.callback.location().to_owned()
    } else {
        code
    };
    (site, outcome)
}

async fn check_all(lies: &[Lie], expected: &str) {
    for lie in lies {
        let (_, outcome) = under(std::slice::from_ref(lie)).await;
        assert_eq!(outcome, expected, "{lie:?}");
    }
}

/// The same where userinfo is needed.
async fn check_all_at_userinfo(lies: &[Lie], expected: &str) {
    for lie in lies {
        let (_, outcome) = under(&[Lie::ClaimsOnlyAtUserinfo, lie.clone()]).await;
        assert_eq!(outcome, expected, "{lie:?}");
    }
}
