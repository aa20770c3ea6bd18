//! Every way in which a login fails, over HTTP: the code, the page that explains it
//! to a browser without the app, and the line of the log that the page's reference leads to.

mod provoked;

use postern::failure::remedy::on_page;
use postern::failure::{Cause, remedy};
use serde_json::json;
use shared::failure::{FailureCode, Lost, NextStep, is_reference};
use shared::routes::API_LOGIN;
use shared::text::Language;
use tests::log::Log;
use tests::site::{PASSWORD, user};

use provoked::{Failure, by_settings, provoke};

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
