use shared::config::{PublicConfig, PublicProvider};
use shared::text::{Language, Text};

use crate::base_path::BasePath;
use crate::brand::{Brand, Footer};
use crate::http::page::static_page::brand::body_tag;
use crate::http::page::static_page::page::StaticPage;
use crate::http::page::static_page::render::{self, title};
use crate::presets;

/// What a hostile or careless person might enter anywhere.
const HOSTILE: &str = "\"><script>alert('x')</script>&amp;";

/// No brand.
const PLAIN: Brand = Brand {
    name: None,
    logo: None,
    accent: None,
    backdrop: None,
    footer: None,
};

fn config() -> PublicConfig {
    PublicConfig {
        password_login: true,
        provider_first: false,
        setup_needed: false,
        database_away: false,
        signed_in: false,
        ended_by_provider: false,
        openid: Some(PublicProvider {
            provider: "authentik".to_owned(),
            label: "Authentik".to_owned(),
            icon: "<svg></svg>".to_owned(),
            autologin: false,
            links_by_email: true,
            unreachable_since: None,
        }),
        public_url: Some("https://app.example.com".to_owned()),
        hint: None,
    }
}

fn page<'a>(path: &'a str, config: &'a PublicConfig) -> StaticPage<'a> {
    StaticPage {
        language: Language::ENGLISH,
        path,
        config,
        base: BasePath::ROOT,
        brand: &PLAIN,
        error: None,
        reference: None,
        because: None,
        next: None,
        logged_out: None,
        is_login_link: false,
        applications: &[],
        viewer: None,
        link: None,
    }
}

/// Draws a page.
fn render(page: &StaticPage<'_>) -> String {
    render::render(page).into_string()
}

#[test]
fn pages_before_the_login_say_what_works_without_the_app() {
    let config = config();
    let (works, needs) = (
        Language::ENGLISH.text(Text::WORKS_WITHOUT),
        Language::ENGLISH.text(Text::NEEDS_APP),
    );
    for path in ["/login", "/setup", "/welcome", "/link"] {
        let html = render(&page(path, &config));
        assert!(html.contains(works) && !html.contains(needs), "{path}");
    }

    assert_eq!(
        title("/link", Language::ENGLISH, &PLAIN),
        "Your account here – Postern"
    );
}

#[test]
fn login_page_offers_only_what_there_is() {
    let mut config = config();
    config.password_login = false;
    let html = render(&page("/login", &config));
    assert!(!html.contains("login-form") && html.contains("/api/login/openid"));

    config.password_login = true;
    config.openid = None;
    let html = render(&page("/login", &config));
    assert!(html.contains("login-form") && !html.contains("/api/login/openid"));

    config.password_login = false;
    assert!(render(&page("/login", &config)).contains("Logging in is turned off"));
}

#[test]
fn next_is_carried_along_both_ways() {
    let config = config();
    let html = render(&StaticPage {
        next: Some("/a?b=c&d=1"),
        ..page("/login", &config)
    });

    assert!(html.contains("name=\"next\" value=\"/a?b=c&amp;d=1\""));
    assert!(html.contains("href=\"/api/login/openid?next=%2Fa%3Fb%3Dc%26d%3D1\""));
}

#[test]
fn next_of_another_site_is_dropped() {
    let config = config();
    for next in [
        "//evil.example",
        "/\\evil.example",
        "https://evil.example",
        "/\t/evil",
    ] {
        let html = render(&StaticPage {
            next: Some(next),
            ..page("/login", &config)
        });
        assert!(!html.contains("evil"), "{next:?}");
    }
}

#[test]
fn since_when_the_provider_is_away_is_told_with_its_time_zone() {
    let mut config = config();
    if let Some(provider) = &mut config.openid {
        provider.unreachable_since = Some(50_700);
    }

    let html = render(&page("/login", &config));

    assert!(html.contains("has not been reachable since 14:05 UTC."));
}

#[test]
fn unknown_address_says_so() {
    let html = render(&page("/nowhere", &config()));

    assert!(html.contains("Page not found") && html.contains("href=\"/\""));
}

#[test]
fn hostile_values_stay_text() {
    let mut config = config();
    config.hint = Some(HOSTILE.to_owned());
    config.openid = Some(PublicProvider {
        provider: HOSTILE.to_owned(),
        label: HOSTILE.to_owned(),
        icon: presets::icon(HOSTILE, HOSTILE),
        autologin: false,
        links_by_email: true,
        unreachable_since: Some(-61),
    });
    for path in ["/login", "/setup", "/", HOSTILE] {
        for error in [HOSTILE, "op_error", "link_first", "email_taken"] {
            let html = render(&StaticPage {
                error: Some(error),
                reference: Some(HOSTILE),
                because: Some(HOSTILE),
                next: Some(HOSTILE),
                ..page(path, &config)
            });
            assert!(!html.contains("<script"), "{html}");
        }
    }
}

#[test]
fn who_is_logged_in_can_log_out_without_the_app() {
    let html = render(&page("/", &config()));

    assert!(html.contains("<form method=\"post\" action=\"/api/logout\">"));
    assert!(html.contains("<noscript>") && html.contains("data-wasm-failed hidden"));
}

#[test]
fn nothing_needs_more_than_the_policy_allows() {
    let mut config = config();
    config.setup_needed = true;
    for path in ["/login", "/setup", "/", "/profile"] {
        let html = render(&StaticPage {
            error: Some("op_error"),
            ..page(path, &config)
        });
        for inline in [
            "style=",
            "<style",
            "<script",
            " onclick",
            " onsubmit",
            "javascript:",
        ] {
            assert!(!html.contains(inline), "{path}: {inline}");
        }
    }
}

#[test]
fn titles_name_the_page() {
    assert_eq!(
        title("/login", Language::ENGLISH, &PLAIN),
        "Log in – Postern"
    );
    assert_eq!(title("/profile", Language::ENGLISH, &PLAIN), "Postern");
}

#[test]
fn the_brand_is_text_wherever_it_stands() {
    let config = config();
    let brand = Brand {
        name: Some(HOSTILE.to_owned()),
        footer: Some(Footer {
            text: HOSTILE.to_owned(),
            url: Some("https://example.com/?a=%22&b".to_owned()),
        }),
        ..PLAIN
    };
    let page = StaticPage {
        brand: &brand,
        ..page("/login", &config)
    };

    let (html, tag) = (render(&page), body_tag(&brand, BasePath::ROOT));

    for text in [&html, &tag] {
        assert!(text.contains("&lt;script&gt;"), "{text}");
        assert!(!text.contains("<script>"), "{text}");
    }
    assert_eq!(tag.matches('"').count(), 6, "{tag}");
    assert!(
        html.contains("<a href=\"https://example.com/?a=%22&amp;b\">"),
        "{html}"
    );
}
