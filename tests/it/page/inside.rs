//! What the document of a page behind the login says before the app is there.

use shared::text::{Language, Text};
use tests::site::{PASSWORD, Site, admin, user};

/// Returns the document that somebody gets at a path.
async fn document(site: &Site, username: &str, path: &str) -> String {
    let browser = site.browser();
    browser.log_in(username, PASSWORD).await;
    let answer = browser.get(path).await;
    assert_eq!(answer.status, 200, "{path}");
    assert_eq!(answer.header("cache-control"), "private, no-cache");
    answer.body
}

/// Returns what the document asks for ahead, below `/api/`, but for its words.
fn ahead(document: &str) -> Vec<&str> {
    let links = document.split("<link rel=\"preload\" href=\"").skip(1);
    links
        .filter_map(|link| link.split('"').next())
        .filter(|url| url.starts_with("/api/") && !url.starts_with("/api/texts/"))
        .collect()
}

#[tokio::test]
async fn its_bar_has_the_pages_of_whoever_is_logged_in() {
    let site = Site::start().await;
    site.add(admin("ada").await).await;
    site.add(user("bob").await).await;

    let own = document(&site, "bob", "/profile").await;
    let all = document(&site, "ada", "/profile").await;

    assert!(own.contains("<a href=\"/profile\" aria-current=\"page\">Profile</a>"));
    for path in ["/users", "/activity", "/doctor"] {
        let link = format!("<a href=\"{path}\">");
        assert!(!own.contains(&link) && all.contains(&link), "{path}");
    }
}

#[tokio::test]
async fn it_names_nobody() {
    let site = Site::start().await;
    site.add(user("bob-the-builder").await).await;

    for path in ["/", "/profile"] {
        let document = document(&site, "bob-the-builder", path).await;
        assert!(!document.contains("bob-the-builder"), "{path}");
    }
}

#[tokio::test]
async fn diagnosis_says_what_it_looks_at_before_it_has_looked() {
    let site = Site::start().await;
    site.add(admin("ada").await).await;

    let document = document(&site, "ada", "/doctor").await;

    for text in [Text::DOCTOR_CHECKING, Text::DOCTOR_LIST, Text::DOCTOR_INTRO] {
        let says = Language::ENGLISH.text(text);
        assert!(document.contains(says), "{says}");
    }
}

#[tokio::test]
async fn it_asks_ahead_for_what_the_app_asks_for_first() {
    let site = Site::start().await;
    site.add(admin("ada").await).await;
    site.add(user("bob").await).await;

    for (username, path, requests) in [
        ("bob", "/", "/api/session"),
        (
            "bob",
            "/profile",
            "/api/session /api/profile /api/config /api/profile/sessions",
        ),
        ("bob", "/users", "/api/session"),
        ("ada", "/users", "/api/session /api/config /api/users"),
        ("ada", "/users?search=b", "/api/session /api/config"),
        ("ada", "/activity", "/api/session /api/audit"),
        ("ada", "/activity?kind=login", "/api/session"),
        ("ada", "/doctor", "/api/session /api/test-login /api/doctor"),
    ] {
        let document = document(&site, username, path).await;
        assert_eq!(ahead(&document).join(" "), requests, "{username}: {path}");
    }
}

#[tokio::test]
async fn without_a_live_session_it_has_no_bar_and_asks_for_nothing() {
    let site = Site::start().await;
    site.add(admin("ada").await).await;
    let browser = site.browser();
    browser.log_in("ada", PASSWORD).await;
    let cookies: Vec<_> = browser
        .cookie_names()
        .into_iter()
        .filter_map(|name| Some((browser.cookie(&name)?, name)))
        .collect();
    browser
        .post_json("/api/logout", &serde_json::Value::Null)
        .await;
    for (value, name) in &cookies {
        browser.set_cookie(name, value);
    }

    let answer = browser.get("/profile").await;

    assert_eq!(answer.status, 200);
    assert!(!answer.body.contains("class=\"bar\""), "{}", answer.body);
    assert!(ahead(&answer.body).is_empty());
}

#[tokio::test]
async fn what_an_email_is_for_follows_the_policy() {
    let says = |text| Language::ENGLISH.text(text);
    let connects = shared::text::fill(says(Text::EMAIL_CONNECTS), &[("provider", "Authentik")]);

    for (policy, links) in [("confirm", true), ("verified", true), ("never", false)] {
        let site = Site::with(&[("OIDC_LINK_BY_EMAIL", policy)]).await;
        let setup = site.browser().get("/setup").await.body;
        site.add(user("bob").await).await;
        let profile = document(&site, "bob", "/profile").await;

        assert_eq!(
            setup.contains(says(Text::SETUP_EMAIL_HINT)),
            links,
            "{policy}"
        );
        assert_eq!(profile.contains(&connects), links, "{policy}");
        assert_eq!(profile.contains(says(Text::EMAIL_SEEN)), !links, "{policy}");
    }
}
