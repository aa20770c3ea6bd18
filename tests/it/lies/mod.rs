//! An OP that misbehaves, in every way that the checks of an identity must notice, and in some
//! that they must bear.

mod id_token;
mod endpoints;

use demo_op::Lie;
use tests::site::Site;

/// Logs in under these lies; returns the site, and where the callback led or the error's code.
async fn under(lies: &[Lie]) -> (Site, String) {
    let site = Site::start().await;
    for lie in lies {
        site.op.lies(lie.clone());
    }
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
