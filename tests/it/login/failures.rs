//! Every way in which a login fails, brought about over HTTP: the code, the page that explains it
//! to a browser without the app, and the line of the log that the page's reference leads to.

use postern::audit::Actor;
use std::time::Duration;

use demo_op::Lie;
use postern::account::NewAccount;
use postern::failure::remedy::on_page;
use postern::failure::{Cause, remedy};
use reqwest::Method;
use serde_json::json;
use shared::failure::{FailureCode, Lost, NextStep, is_reference};
use shared::routes::{API_LINK, API_LOGIN, API_LOGIN_OPENID};
use shared::text::Language;
use tests::answer::Answer;
use tests::http_browser::{HttpBrowser, until_limited};
use tests::log::Log;
use tests::logins::set_disabled;
use tests::site::{PASSWORD, Site, admin, user};

use crate::account::identities::connect;

/// A login that failed.
struct Failure {
    site: Site,
    browser: HttpBrowser,
    /// Where the browser was sent.
    error_page: String,
    /// Words of the log line on what happened; empty if the server had no part in it.
    cause: &'static str,
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
async fn provoke(code: FailureCode) -> Failure {
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
async fn by_settings(
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

/// Writes text as the page does.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}

/// Returns the error's card in the page.
fn card(page: &str, code: FailureCode) -> &str {
    let start = format!("data-code=\"{}\"", code.as_str());
    let at = page
        .find(&start)
        .unwrap_or_else(|| panic!("{code:?}: {page}"));
    page[at..].split("</section>").next().unwrap_or_default()
}

fn assert_explains(page: &str, code: FailureCode, reference: Option<&str>, because: Option<&str>) {
    let card = card(page, code);
    let lost = because.and_then(Lost::parse);
    let guide = code.guide_where(lost);
    let told = guide.tell(
        &|text| Language::ENGLISH.text(text),
        Some("Authentik"),
        reference.is_some(),
    );
    // Who has cancelled a login knows why, and what to do.
    let texts: &[&str] = if code == FailureCode::AccessDenied {
        &[&told.sentence]
    } else {
        &[&told.title, &told.sentence, &told.step, told.fixed_by]
    };
    for text in texts {
        assert!(
            card.contains(&escaped(text)),
            "{code:?} lacks {text:?}: {card}"
        );
    }
    assert!(
        !told.sentence.contains('_'),
        "{code:?} is no code: {}",
        told.sentence
    );
    // The next step is one of the ways to log in below the card, but at another address.
    let next = match guide.next {
        _ if code == FailureCode::LinkConflict => "href=\"/profile\">Back to your profile</a>",
        NextStep::TryProviderAgain => "<span>Try Authentik again</span></a>",
        NextStep::UsePassword | NextStep::BackToLogin => "id=\"login-form\"",
        NextStep::OpenAddress => "/login\">Go to http://127.0.0.1:",
    };
    assert!(page.contains(next), "{code:?} lacks {next}: {page}");
    let hint = on_page(code, "authentik").map(|hint| escaped(&hint.english()));
    if let Some(hint) = hint {
        assert!(card.contains(&hint), "{code:?} lacks {hint}: {card}");
    }
    if let Some(reference) = reference {
        assert!(
            card.contains(&format!("data-ref=\"{reference}\"")),
            "{card}"
        );
    }
}

/// The reference leads to one line with the code, the cause, and the remedy.
fn assert_logged(log: &str, failure: &Failure, code: FailureCode, reference: &str) {
    let lines: Vec<&str> = log
        .lines()
        .filter(|line| line.contains(reference) && line.contains("failed"))
        // Statements that the database runs.
        .filter(|line| !line.contains(" DEBUG "))
        .collect();
    let [line] = lines[..] else {
        panic!(
            "{code:?}: {reference} is in {} lines: {lines:?}",
            lines.len()
        );
    };
    for words in [code.as_str(), failure.cause] {
        assert!(line.contains(words), "{code:?} lacks {words:?}: {line}");
    }
    let cause = match code {
        FailureCode::OpMisconfigured => Cause::TokenEncrypted,
        code => code.into(),
    };
    let remedy = remedy(cause, "authentik").english();
    assert!(
        line.contains(&format!("remedy={remedy:?}")),
        "{code:?}: {line}"
    );
}

async fn check(code: FailureCode) {
    Log::begin();
    let failure = provoke(code).await;
    let log = Log::text();

    let page = failure.browser.get(&failure.error_page).await;

    let error = tests::answer::param(&failure.error_page, "error");
    assert_eq!(
        error.as_deref(),
        Some(code.as_str()),
        "{}",
        failure.error_page
    );
    // Only somebody who connects an identity is logged in.
    let who = (code == FailureCode::LinkConflict).then_some("owner");
    assert_eq!(failure.browser.who().await.as_deref(), who, "{code:?}");
    let reference = tests::answer::param(&failure.error_page, "ref");
    let because = tests::answer::param(&failure.error_page, "because");
    assert_explains(&page.body, code, reference.as_deref(), because.as_deref());
    if failure.cause.is_empty() {
        assert_eq!(reference, None, "{code:?}");
        return;
    }
    let reference = reference.unwrap_or_else(|| panic!("{code:?} has no reference"));
    assert!(is_reference(&reference), "{reference}");
    assert_logged(&log, &failure, code, &reference);
}

#[tokio::test]
async fn every_failure_is_explained_on_its_page_and_found_in_the_log() {
    for code in FailureCode::ON_LOGIN_PAGE {
        check(*code).await;
    }
}

#[tokio::test]
async fn failure_leaves_the_password_form_where_passwords_are_on() {
    let failure = provoke(FailureCode::OpUnreachable).await;
    failure.site.add(user("alice").await).await;
    let page = failure.browser.get(&failure.error_page).await;
    assert!(page.body.contains("id=\"login-form\""), "{}", page.body);

    let form = [("username", "alice"), ("password", PASSWORD)];
    let answer = failure.browser.post_form(API_LOGIN, &form).await;

    assert_eq!(answer.status, 303);
    let arrived = failure.browser.get(answer.location()).await;
    assert_eq!((arrived.status.as_u16(), arrived.location()), (303, "/"));
}

#[tokio::test]
async fn hint_on_the_page_is_the_one_of_the_configured_op() {
    for provider in [
        "authentik",
        "authelia",
        "keycloak",
        "kanidm",
        "pocket-id",
        "zitadel",
    ] {
        let settings = [("OIDC_PROVIDER", provider), ("OIDC_CLIENT_SECRET", "wrong")];
        let failure = by_settings(&settings, None, "bob", "").await;

        let page = failure.browser.get(&failure.error_page).await;

        let hint = remedy(Cause::ClientRejected, provider).english();
        assert!(
            page.body.contains(&escaped(&hint)),
            "{provider}: {}",
            page.body
        );
        let known = failure
            .browser
            .get("/api/config?error=client_rejected")
            .await;
        assert_eq!(known.json()["hint"], json!(hint));
    }
}
