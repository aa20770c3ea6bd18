//! The doctor's findings in the language of whoever asks.

use demo_op::{Fault, Lie};
use reqwest::Method;
use serde_json::json;
use shared::doctor::{Outcome, Report, Step};
use shared::routes::API_DOCTOR;
use shared::text::Language;
use tests::http_browser::HttpBrowser;
use tests::site::{Site, admin};

/// Words that almost every English sentence of the doctor has one of, and no German one.
const ENGLISH: [&str; 14] = [
    "the", "The", "is", "are", "and", "not", "of", "that", "this", "Let", "Check", "answers",
    "must", "document",
];

/// Returns the report in a language.
async fn report(browser: &HttpBrowser, language: Language) -> Report {
    let get = browser.call(Method::GET, API_DOCTOR);
    let get = get.header("accept-language", language.tag());
    let answer = browser.send(get).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    serde_json::from_str(&answer.body).expect("a report")
}

/// Returns the text without what others said: what is in quotes, and the details at its end.
fn own_words(text: &str) -> String {
    let text = text.split("Einzelheiten:").next().unwrap_or_default();
    let mut words = String::new();
    let mut is_quoted = false;
    for c in text.chars() {
        match c {
            '"' => is_quoted = !is_quoted,
            '\u{201e}' => is_quoted = true,
            '\u{201c}' => is_quoted = false,
            c if !is_quoted => words.push(c),
            _ => {}
        }
    }
    words
}

/// Returns the words that are the same in every language: settings, addresses, figures.
fn values(text: &str) -> Vec<&str> {
    let words = text.split_whitespace();
    let words = words.map(|word| word.trim_matches(|c: char| !c.is_alphanumeric()));
    let is_value = |word: &&str| {
        word.contains("://") || word.contains('_') || word.bytes().any(|b| b.is_ascii_digit())
    };
    words.filter(is_value).collect()
}

/// Holds a text in German against the same in English.
fn assert_german(german: &str, english: &str, case: &str) {
    let own = own_words(german);
    let found = own
        .split(|c: char| !c.is_alphanumeric())
        .find(|word| ENGLISH.contains(word));
    assert_eq!(found, None, "{case}: {german}");
    for value in values(&own_words(english)) {
        assert!(german.contains(value), "{case}: {value} is not in {german}");
    }
}

/// Returns a report's step about the settings.
fn about_settings(report: Report) -> Step {
    let mut steps = report.steps.into_iter();
    let step = steps.find(|step| step.name == "settings");
    step.expect("a step about the settings")
}

#[tokio::test]
async fn what_is_odd_about_a_setting_is_told_in_the_language_of_the_admin() {
    let german = Language::parse("de").expect("German");
    let check = async |settings: &[(&str, &str)], outcome, count| {
        let site = Box::pin(Site::with(settings)).await;
        site.add(admin("root").await).await;
        let browser = site.logged_in("root").await;

        let in_english = about_settings(report(&browser, Language::ENGLISH).await);
        let in_german = about_settings(report(&browser, german).await);

        assert_eq!(in_english.outcome, outcome, "{in_english:?}");
        let details = |step: &Step, label| {
            let details = step.found.split_once(label);
            let (_, details) = details.unwrap_or_else(|| panic!("{step:?}"));
            details.to_owned()
        };
        let in_english = details(&in_english, "Details: ");
        let in_german = details(&in_german, "Einzelheiten: ");
        assert_german(&in_german, &in_english, "settings");
        let notices = site.app.config.notices.iter();
        let shown = notices.filter(|notice| in_english.contains(&notice.to_string()));
        let shown: Vec<_> = shown.collect();
        assert_eq!(shown.len(), count, "{in_english}");
        for notice in shown {
            assert!(in_german.contains(&notice.variable), "{in_german}");
            let sentence = notice.to_string();
            assert!(!in_german.contains(&sentence), "{in_german}");
        }
    };

    check(
        &[
            ("OIDC_SCOPES", "profile email"),
            ("OIDC_SERVER_APPLICATION_URL", "{op}"),
            ("OIDC_CLIENT_SECRET", "$2b$hash"),
            ("OICD_RECHECK_SECONDS", "900"),
            ("POSTERN_X", "x"),
            ("POSTERN_BRAND_ACCENT", "#ffd54f,#1d4ed8"),
            ("POSTERN_TRUSTED_PROXIES", "0.0.0.0/0"),
        ],
        Outcome::Warn,
        8,
    )
    .await;
    check(
        &[
            ("OIDC_CLIENT_ID", "'postern'"),
            ("OIDC_LINK_BY_EMAIL", "verified"),
            ("OIDC_SERVER_APPLICATION_URL", "{op}/application/o/postern/"),
        ],
        Outcome::Pass,
        3,
    )
    .await;
}

#[tokio::test]
async fn what_is_not_well_is_told_in_the_language_of_the_admin_with_its_values() {
    let site = Site::start().await;
    site.add(admin("root").await).await;
    let browser = site.logged_in("root").await;
    let german = Language::parse("de").expect("German");
    let says = |name: &str, value| Lie::DiscoveryMember(name.to_owned(), value);
    let lies = [
        Lie::Discovery(Fault::Status(404)),
        Lie::Discovery(Fault::Html),
        Lie::Discovery(Fault::Firewall),
        Lie::Discovery(Fault::Redirect),
        Lie::Discovery(Fault::Cut),
        Lie::IssuerMismatch,
        Lie::JwksEmpty,
        Lie::OnlyEncKeys,
        Lie::ShortKey,
        Lie::Encrypted,
        Lie::Clock(600),
        Lie::TokenError(401, "invalid_client".to_owned()),
        Lie::TokenError(400, "home_made".to_owned()),
        Lie::AuthorizeError("invalid_scope".to_owned()),
        Lie::DiscoveryWithout("token_endpoint".to_owned()),
        says("code_challenge_methods_supported", json!(["plain"])),
        says("scopes_supported", json!(["openid"])),
        says("claims_supported", json!(["sub"])),
    ];
    for lie in lies {
        let case = format!("{lie:?}");
        site.op.lies(lie);

        let in_english = report(&browser, Language::ENGLISH).await;
        let in_german = report(&browser, german).await;

        let bad = |report: Report| {
            let steps = report.steps.into_iter();
            steps
                .filter(|step| step.outcome > Outcome::Skip)
                .collect::<Vec<_>>()
        };
        let (in_english, in_german) = (bad(in_english), bad(in_german));
        assert!(!in_english.is_empty(), "{case}");
        assert_eq!(in_english.len(), in_german.len(), "{case}");
        for (english, german) in in_english.into_iter().zip(in_german) {
            let case = format!("{case}, {}", english.name);
            assert_ne!(german.found, english.found, "{case}");
            assert_german(&german.found, &english.found, &case);
            let remedies = (
                german.remedy.expect("a remedy"),
                english.remedy.expect("a remedy"),
            );
            assert_german(&remedies.0, &remedies.1, &case);
            assert!(german.summary.is_some(), "{case}");
        }
        site.op.speaks_true();
    }
}
