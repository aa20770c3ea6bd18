//! How each failure of a login is brought about.

use std::time::Duration;

use demo_op::Lie;
use postern::account::NewAccount;
use postern::audit::Actor;
use reqwest::Method;
use shared::failure::FailureCode;
use shared::routes::{API_LINK, API_LOGIN, API_LOGIN_OPENID};
use tests::answer::Answer;
use tests::http_browser::{HttpBrowser, until_limited};
use tests::logins::set_disabled;
use tests::site::{PASSWORD, Site, admin, user};

use crate::account::identities::connect;

/// A login that failed.
pub(super) struct Failure {
    pub(super) site: Site,
    pub(super) browser: HttpBrowser,
    /// Where the browser was sent.
    pub(super) error_page: String,
    /// Words of the log line on what happened; empty if the server had no part in it.
    pub(super) cause: &'static str,
}

impl Failure {
    fn new(site: Site, browser: HttpBrowser, answer: &Answer, cause: &'static str) -> Self {
        let error_page = answer.location().to_owned();
        assert_eq!(answer.status, 303, "{}", answer.summary());
        Self {
            site,
            browser,
            error_page,
            cause,
        }
    }
}

/// Fails in the way that has this code. A new code does not compile until somebody says how.
pub(super) async fn provoke(code: FailureCode) -> Failure {
    use FailureCode as Code;
    match code {
        Code::AccessDenied => cancelled().await,
        Code::OpError => {
            let lie = Lie::AuthorizeError("temporarily_unavailable".to_owned());
            by_lies(&[lie], "temporarily_unavailable").await
        }
        Code::StateMissing => twice(&HttpBrowser::forget_cookies, "the browser has none").await,
        Code::StateMismatch => by_lies(&[Lie::StateWrong], "but not this one").await,
        Code::StateExpired => expired().await,
        Code::OpUnreachable => unreachable().await,
        Code::OpMisconfigured => by_lies(&[Lie::Encrypted], "deselect the Encryption Key").await,
        Code::ClientRejected => {
            let settings = [("OIDC_CLIENT_SECRET", "not the secret")];
            by_settings(&settings, None, "bob", "invalid_client").await
        }
        Code::CodeRejected => late_code().await,
        Code::TokenInvalid => by_lies(&[Lie::NonceWrong], "nonce").await,
        Code::UserinfoInvalid => {
            let lies = [Lie::ClaimsOnlyAtUserinfo, Lie::UserinfoSubWrong];
            by_lies(&lies, "sub differs").await
        }
        Code::EmailMissing => {
            let settings = [("OIDC_ALLOW_REGISTRATION", "false")];
            by_settings(&settings, None, "carol", "email_missing").await
        }
        Code::EmailUnverified => {
            let settings = [("OIDC_LINK_BY_EMAIL", "verified")];
            let alice = user("alice").await;
            by_settings(&settings, Some(alice), "alice", "email_unverified").await
        }
        Code::LinkFirst => {
            let settings = [("OIDC_LINK_BY_EMAIL", "never")];
            let bob = user("bob").await;
            by_settings(&settings, Some(bob), "bob", "link_first").await
        }
        Code::LinkConfirm => not_confirmed().await,
        Code::LinkConflict => taken().await,
        Code::RegistrationClosed => {
            let settings = [("OIDC_ALLOW_REGISTRATION", "false")];
            by_settings(&settings, None, "bob", "registration_closed").await
        }
        Code::RoleMissing => {
            let settings = [
                ("OIDC_CLAIM_ROLES", "groups"),
                ("OIDC_ROLE_USER", "nobody-is-in-it"),
            ];
            by_settings(&settings, None, "bob", "role_missing").await
        }
        Code::AccountDisabled => disabled().await,
        Code::RateLimited => too_often().await,
        Code::CookiesBlocked => no_cookie().await,
        Code::WrongAddress => other_address().await,
        Code::InvalidCredentials => by_form(&[], "invalid_credentials").await,
        Code::PasswordLoginDisabled => {
            by_form(
                &[("DISABLE_USERPASS_LOGIN", "true")],
                "password_login_disabled",
            )
            .await
        }
        Code::ServerError => without_database().await,
        Code::PasswordWrong
        | Code::PasswordUnfit
        | Code::WelcomeLinkInvalid
        | Code::SetupTokenWrong
        | Code::Unavailable
        | Code::Internal => unreachable!("no login page is sent it; see `remedies.rs`"),
    }
}

/// Bob logs in at an OP that lies.
async fn by_lies(lies: &[Lie], cause: &'static str) -> Failure {
    let site = Site::start().await;
    for lie in lies {
        site.op.lies(lie.clone());
    }
    site.forget_metadata();
    let browser = site.browser();
    let callback = browser.log_in_as("bob").await.callback;
    Failure::new(site, browser, &callback, cause)
}

/// A user of the OP logs in at a site with these settings and perhaps an account.
pub(super) async fn by_settings(
    settings: &[(&str, &str)],
    account: Option<NewAccount>,
    op_user: &str,
    cause: &'static str,
) -> Failure {
    let site = Site::with(settings).await;
    if let Some(account) = account {
        site.add(account).await;
    }
    let browser = site.browser();
    let callback = browser.log_in_as(op_user).await.callback;
    Failure::new(site, browser, &callback, cause)
}

/// The password form is sent with a password that does not fit.
async fn by_form(settings: &[(&str, &str)], cause: &'static str) -> Failure {
    let site = Site::with(settings).await;
    let browser = site.browser();
    let form = [("username", "alice"), ("password", "wrong")];
    let answer = browser.post_form(API_LOGIN, &form).await;
    Failure::new(site, browser, &answer, cause)
}

/// The browser keeps no cookie of a login.
async fn no_cookie() -> Failure {
    let site = Site::start().await;
    site.add(user("alice").await).await;
    let browser = site.browser();
    let form = [("username", "alice"), ("password", PASSWORD)];
    let login = browser.post_form(API_LOGIN, &form).await;
    browser.forget_cookies();
    let answer = browser.get(login.location()).await;
    Failure::new(site, browser, &answer, "the browser kept no session cookie")
}

/// The password form is sent from the page under another address.
async fn other_address() -> Failure {
    let site = Site::start().await;
    let browser = site.browser();
    let request = browser
        .call(Method::POST, API_LOGIN)
        .header("accept", "text/html")
        .header("content-type", "application/x-www-form-urlencoded")
        .header("host", "localhost:1")
        .header("origin", "http://localhost:1");
    let answer = browser.send(request.body("username=a&password=b")).await;
    Failure::new(site, browser, &answer, "http://localhost:1")
}

async fn cancelled() -> Failure {
    let site = Site::start().await;
    let browser = site.browser();
    let start = browser.get(API_LOGIN_OPENID).await;
    let callback_url = browser.cancel_at_op(start.location()).await;
    let callback = browser.get(&callback_url).await;
    Failure::new(site, browser, &callback, "the user cancelled the login")
}

/// Something happens to the browser while it is at the OP, and again after the automatic restart.
async fn twice(event: &dyn Fn(&HttpBrowser), cause: &'static str) -> Failure {
    let site = Site::start().await;
    let browser = site.browser();
    let mut answer = browser.get(API_LOGIN_OPENID).await;
    for _ in 0..2 {
        let callback_url = browser.at_op(answer.location(), "bob").await;
        event(&browser);
        answer = browser.get(&callback_url).await;
    }
    Failure::new(site, browser, &answer, cause)
}

async fn expired() -> Failure {
    let site = Site::start().await;
    let browser = site.browser();
    let mut answer = browser.get(API_LOGIN_OPENID).await;
    for _ in 0..2 {
        let callback_url = browser.at_op(answer.location(), "bob").await;
        site.pass(Duration::from_secs(600));
        answer = browser.get(&callback_url).await;
    }
    Failure::new(site, browser, &answer, "600 s old")
}

async fn unreachable() -> Failure {
    let site = Site::start().await;
    let browser = site.browser();
    let callback_url = browser.callback_for("bob").await;
    site.op.pause().await;
    let callback = browser.get(&callback_url).await;
    Failure::new(
        site,
        browser,
        &callback,
        "cannot reach the OP's token endpoint",
    )
}

async fn late_code() -> Failure {
    let site = Site::start().await;
    let browser = site.browser();
    let callback_url = browser.callback_for("bob").await;
    site.op.expire_codes();
    let callback = browser.get(&callback_url).await;
    Failure::new(site, browser, &callback, "invalid_grant")
}

/// The page that asks for the account's password is left by its other button, which comes here by
/// itself: nothing failed on the server, so there is no reference.
async fn not_confirmed() -> Failure {
    let site = Site::start().await;
    site.add(user("alice").await).await;
    let browser = site.browser();
    browser.log_in_as("alice").await;
    assert_eq!(browser.delete(API_LINK).await.status, 204);
    Failure {
        error_page: format!("/login?error={}", FailureCode::LinkConfirm.as_str()),
        site,
        browser,
        cause: "",
    }
}

async fn taken() -> Failure {
    let site = Site::start().await;
    site.browser().log_in_as("bob").await;
    site.add(user("owner").await).await;
    let browser = site.logged_in("owner").await;
    let callback = connect(&browser, "bob").await;
    Failure::new(
        site,
        browser,
        &callback,
        "bob@example.com, accounts owner, bob",
    )
}

async fn disabled() -> Failure {
    let site = Site::start().await;
    let id = site.add(admin("bob").await).await;
    site.add(admin("root").await).await;
    let browser = site.browser();
    browser.log_in_as("bob").await;
    set_disabled(&site.app.store, id, true, Actor::server(site.now())).await;
    let callback = browser.log_in_as("bob").await.callback;
    Failure::new(site, browser, &callback, "account_disabled")
}

async fn too_often() -> Failure {
    let site = Site::start().await;
    let browser = site.browser();
    let form = [("username", "nobody"), ("password", "guess")];
    let answer = until_limited(async || browser.post_form(API_LOGIN, &form).await).await;
    Failure::new(site, browser, &answer, "rate_limited")
}

async fn without_database() -> Failure {
    let site = Site::start().await;
    let browser = site.browser();
    let callback_url = browser.callback_for("bob").await;
    site.app.store.close().await;
    let callback = browser.get(&callback_url).await;
    Failure::new(site, browser, &callback, "the store failed")
}
