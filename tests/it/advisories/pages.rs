//! Foreign words in our page: from the OP, from a link's sender, from names of accounts.

use serde_json::{Value, json};
use shared::routes::{
    API_CONFIG, API_LINK, API_LOGIN_OPENID, API_OAUTH_OPENID, API_PROFILE, API_SESSION,
};
use tests::answer::{Answer, encode};
use tests::site::{Site, user};

/// Markup that would run if it were not written as text.
const SCRIPTS: [&str; 12] = [
    "<script>alert(1)</script>",
    "</script><script>alert(1)</script>",
    "\"><script>alert(1)</script>",
    "'><img src=x onerror=alert(1)>",
    "\" onmouseover=\"alert(1)",
    "' autofocus onfocus='alert(1)",
    "<svg/onload=alert(1)>",
    "<iframe srcdoc='<script>alert(1)</script>'>",
    "-->\"'><script>alert(1)</script><!--",
    "{{constructor.constructor('alert(1)')()}}<b>",
    "</noscript></title></textarea><script>alert(1)</script>",
    "<!--/postern:static--><script>alert(1)</script>",
];

/// Fails if the page contains the text unescaped, or more elements than the plain page.
fn assert_harmless(page: &Answer, plain: &Answer, script: &str) {
    assert!(!page.body.contains(script), "{script}: {}", page.body);
    for element in [
        "<script", "<img", "<svg", "<iframe", "<base", "<meta", "<object",
    ] {
        let count = |answer: &Answer| answer.body.matches(element).count();
        assert_eq!(count(page), count(plain), "{script}: {}", page.body);
    }
    let policy = page.header("content-security-policy");
    assert!(policy.contains("default-src 'none'") && !policy.contains("unsafe-inline"));
    assert_eq!(page.header("content-type"), "text/html; charset=utf-8");
    assert_eq!(page.header("x-content-type-options"), "nosniff");
}

#[tokio::test]
async fn cve_2026_33758_words_of_the_op_reach_neither_the_address_nor_the_page() {
    let site = Site::start().await;
    let browser = site.browser();
    let plain = browser.get("/login?error=op_error&ref=abc").await;

    for script in SCRIPTS {
        for error in ["access_denied", "server_error", script] {
            let start = browser.get(API_LOGIN_OPENID).await;
            let state = start.param("state").unwrap();
            let query = encode(&[
                ("error", error),
                ("error_description", script),
                ("error_uri", "javascript:alert(1)"),
                ("state", &state),
            ]);
            let callback = browser.get(&format!("{API_OAUTH_OPENID}?{query}")).await;

            let expected = if error == "access_denied" {
                "access_denied"
            } else {
                "op_error"
            };
            assert_eq!(callback.code(), expected, "{script}");
            assert!(
                !callback.location().contains("alert"),
                "{}",
                callback.location()
            );
            assert!(!callback.body.contains("alert"), "{}", callback.body);
            let page = browser.get(callback.location()).await;
            assert!(!page.body.contains("alert(1)"), "{}", page.body);
            assert_harmless(&page, &plain, script);
        }
    }
}

#[tokio::test]
async fn cve_2026_33525_what_a_link_says_is_text_or_not_said() {
    let site = Site::start().await;
    let browser = site.browser();
    let plain_login = browser.get("/login?error=unknown&next=/profile").await;
    let plain_setup = browser.get("/setup").await;
    let plain_page = browser.get("/profile/nothing").await;

    for script in SCRIPTS {
        for name in [
            "error",
            "ref",
            "next",
            "logged_out",
            "local",
            "username",
            "title",
        ] {
            // In place of a good parameter, and after the start of one.
            let path = format!("/{script}");
            let value = if name == "next" { &path } else { script };
            let fields: Vec<(&str, &str)> =
                [("error", "op_error"), ("ref", "abc"), ("next", "/profile")]
                    .into_iter()
                    .filter(|(own, _)| *own != name)
                    .chain([(name, value)])
                    .collect();
            let query = encode(&fields);
            let login = browser.get(&format!("/login?{query}")).await;
            let setup = browser.get(&format!("/setup?{query}")).await;
            assert_harmless(&login, &plain_login, script);
            assert_harmless(&setup, &plain_setup, script);
            let config = browser.get(&format!("{API_CONFIG}?{query}")).await;
            assert_eq!(config.header("content-type"), "application/json");
        }
        let page = browser
            .get(&format!("/profile/{}", encode(&[(script, "")])))
            .await;
        assert_harmless(&page, &plain_page, script);
    }
    let unknown = browser.get("/login?error=%3Cscript%3E").await;
    assert!(
        unknown.body.contains("data-code=\"unknown\""),
        "{}",
        unknown.body
    );
}

/// Fails unless browsers take the answer for JSON and nothing else.
fn assert_is_json(answer: &Answer, part: &Value, text: &str) {
    assert_eq!(answer.header("content-type"), "application/json");
    assert_eq!(answer.header("x-content-type-options"), "nosniff");
    assert_eq!(part, text);
}

#[tokio::test]
async fn cve_2026_33758_names_are_data_and_stand_in_no_page() {
    let site = Site::start().await;
    let name = "<img src=x onerror=alert(1)>";
    for claim in ["name", "nickname", "given_name", "preferred_username"] {
        site.op.set_claim("bob", claim, name);
    }
    let browser = site.browser();
    browser.log_in_as("bob").await;

    let session = browser.get(API_SESSION).await;
    let profile = browser.get(API_PROFILE).await;

    assert_is_json(&session, &session.json()["user"]["display_name"], name);
    assert_is_json(&profile, &profile.json()["identities"][0]["username"], name);
    let username = session.json()["user"]["username"].clone();
    assert!(
        !username.as_str().unwrap().contains(['<', '>', ' ', '=']),
        "{username}"
    );
    for path in ["/", "/profile", "/login", "/link"] {
        assert!(!browser.get(path).await.body.contains("onerror"), "{path}");
    }
}

#[tokio::test]
async fn cve_2026_33758_page_that_asks_for_a_link_gets_names_as_data() {
    let site = Site::start().await;
    site.add(user("alice").await).await;
    let name = "\"><script>alert(1)</script>";
    site.op.set_claim("alice", "preferred_username", name);
    let browser = site.browser();
    browser.log_in_as("alice").await;

    let waiting = browser.get(API_LINK).await;

    assert_is_json(&waiting, &waiting.json()["identity_username"], name);
    let page = browser.get("/link").await.body;
    assert!(page.contains("&lt;script&gt;alert(1)") && !page.contains("<script>alert(1)"));
    let saved = site.logged_in("alice").await;
    let body = json!({"display_name": name});
    let answer = saved.patch(API_PROFILE, &body).await;
    assert_is_json(&answer, &answer.json()["user"]["display_name"], name);
}
