//! What people see of applications: pages of refusal, tiles, sessions, who may open what.

use postern::one_time_link::LinkToken;
use postern::session::SessionToken;
use reqwest::Method;
use serde_json::{Value, json};
use shared::routes::{API_PROFILE_SESSIONS, API_SESSION, API_USERS};
use tests::log::Log;
use tests::site::{Site, admin, user};

use super::upstream;
use super::visitor::{CHAT, LOGIN, Shown, Visitor, WIKI, site};

/// Loads a page as a browser with these languages does.
async fn load(visitor: &mut Visitor, url: &str, language: &str) -> Shown {
    let request = visitor
        .call(Method::GET, url)
        .header("sec-fetch-mode", "navigate")
        .header("accept-language", language);
    visitor.send(request).await
}

/// Asserts that this is a page that explains itself, and that nothing is loaded for it.
#[track_caller]
fn assert_page(shown: &Shown, status: u16, words: &str) {
    assert_eq!(shown.status, status, "{}", shown.body);
    assert_eq!(shown.header("content-type"), "text/html; charset=utf-8");
    assert_eq!(shown.header("cache-control"), "no-store");
    assert_eq!(shown.header("x-content-type-options"), "nosniff");
    let csp = shown.header("content-security-policy");
    assert!(csp.contains("default-src 'none'"), "{csp}");
    for part in [words, "data-ref=\"", "class=\"button"] {
        assert!(shown.body.contains(part), "{part}: {}", shown.body);
    }
    assert!(
        !shown.body.contains("<script") && !shown.body.contains("href=\"/"),
        "{}",
        shown.body
    );
}

async fn json_of(visitor: &mut Visitor, path: &str) -> Value {
    let shown = visitor.fetch(&format!("{LOGIN}{path}")).await;
    assert_eq!(shown.status, 200, "{}", shown.body);
    shown.sent()
}

#[tokio::test]
async fn who_may_not_open_an_application_reads_why_and_as_whom() {
    let allow = ("POSTERN_APP_WIKI_ALLOW", "role:admin");
    let label = ("POSTERN_APP_WIKI_LABEL", "The <Wiki>");
    let site = site(&upstream::start().await, &[allow, label]).await;
    site.add(user("alice").await).await;
    let mut alice = Visitor::new(&site);
    alice.log_in("alice").await;

    let (url, _) = alice.visit(WIKI).await;
    assert!(url.starts_with(&format!("{LOGIN}/api/enter?")), "{url}");
    let shown = load(&mut alice, &url, "en").await;
    assert_eq!(shown.status, 403);
    for part in [
        "You may not open <bdi>The &lt;Wiki&gt;</bdi>",
        "logged in as <bdi>alice</bdi>",
        "Your administrator can fix this",
        "action=\"/api/logout\"",
        "data-ref=\"",
    ] {
        assert!(shown.body.contains(part), "{part}: {}", shown.body);
    }
    let shown = alice.fetch(&url).await;
    assert_eq!(shown.code(), "app_forbidden", "a program gets no page");
}

#[tokio::test]
async fn refusal_on_an_application_s_host_is_a_page_for_people_and_a_problem_for_programs() {
    let allow = ("POSTERN_APP_WIKI_ALLOW", "role:admin");
    let trusted = ("POSTERN_TRUSTED_PROXIES", "127.0.0.1");
    let site = site(&upstream::start().await, &[allow, trusted]).await;
    site.add(user("alice").await).await;
    let mut alice = Visitor::new(&site);
    alice.log_in("alice").await;
    inside(&site, &mut alice).await;

    let shown = load(&mut alice, &format!("{WIKI}/page"), "de").await;
    assert_page(&shown, 403, " dürfen <bdi>wiki</bdi> nicht öffnen");
    assert!(shown.body.contains("action=\"/_postern/logout\""));
    let shown = alice.fetch(&format!("{WIKI}/page")).await;
    assert_eq!(
        (shown.status, shown.code().as_str()),
        (403, "app_forbidden")
    );
    assert_eq!(shown.header("cache-control"), "no-store");
    assert_eq!(shown.header("x-frame-options"), "DENY");

    // A reverse proxy that asks hands the answer on.
    let token = alice.cookie(WIKI, "postern_app").unwrap();
    let ask = |mode: &'static str| {
        alice
            .call(Method::GET, &format!("{LOGIN}/api/verify"))
            .header("cookie", format!("postern_app={token}"))
            .header("x-forwarded-host", "wiki.example.test")
            .header("x-forwarded-uri", "/page")
            .header("sec-fetch-mode", mode)
    };
    let (page, program) = (ask("navigate"), ask("cors"));
    assert_page(&alice.send(page).await, 403, "You may not open");
    assert_eq!(alice.send(program).await.code(), "app_forbidden");
}

/// Opens the wiki for somebody who may not open it any more.
async fn inside(site: &Site, visitor: &mut Visitor) {
    let session = json_of(visitor, API_SESSION).await["session"]["id"].clone();
    let (ticket, state) = (LinkToken::generate(), SessionToken::generate());
    let store = &site.app.store;
    store
        .create_ticket(
            session.as_str().expect("an id").parse().expect("an id"),
            "wiki",
            ticket.hash(),
            state.hash(),
            site.now(),
        )
        .await
        .expect("a ticket");
    visitor.set_cookie(WIKI, "postern_state", &state.reveal());
    let url = format!("{WIKI}/_postern/enter?ticket={}&next=/", ticket.reveal());
    visitor.navigate(&url).await;
}

#[tokio::test]
async fn application_that_is_down_and_an_address_that_is_nobodys_are_pages() {
    let site = site(
        "http://127.0.0.1:9",
        &[("POSTERN_APP_FILES_URL", "http://files.example.test")],
    )
    .await;
    site.add(user("alice").await).await;
    let mut alice = Visitor::new(&site);
    alice.log_in("alice").await;
    alice.visit(WIKI).await;

    let shown = load(&mut alice, WIKI, "en").await;
    assert_page(&shown, 502, "<bdi>wiki</bdi> does not answer");
    // Browsers show elements in a title as text.
    let title = "<title>\u{2068}wiki\u{2069} does not answer – Postern</title>";
    assert!(shown.body.contains(title), "{}", shown.body);
    assert!(shown.body.contains("href=\"\""), "it can be loaded again");
    for url in [
        format!("{WIKI}/_postern/nothing"),
        // Without an upstream, only a reverse proxy asks about it.
        "http://files.example.test/".to_owned(),
    ] {
        let shown = load(&mut alice, &url, "en").await;
        assert_page(&shown, 404, "No application here");
        assert_eq!(alice.fetch(&url).await.code(), "not_found");
    }
}

#[tokio::test]
async fn page_on_a_host_that_the_settings_do_not_have_says_so() {
    let site = site(&upstream::start().await, &[]).await;
    site.add(admin("root").await).await;
    let mut nobody = Visitor::new(&site);
    Log::begin();

    for host in ["wiki.example.test:8443", "wikki.example.test", "192.0.2.1"] {
        let shown = load(&mut nobody, &format!("http://{host}/a?b=1"), "en").await;

        assert_page(&shown, 404, "No application here");
        let (_, rest) = shown.body.split_once("data-ref=\"").unwrap();
        let (reference, _) = rest.split_once('"').unwrap();
        let log = Log::text();
        let host = format!("host=\"{host}\"");
        let told = [reference, &host, "remedy=\"set POSTERN_APP_<NAME>_URL"];
        let has_all = |line: &str| told.iter().all(|part| line.contains(part));
        assert!(log.lines().any(has_all), "{log}");
    }

    // Postern's own pages say themselves where they belong, and a health check needs no name.
    let (url, shown) = nobody.visit("http://wikki.example.test/").await;
    assert_eq!(url, "http://wikki.example.test/login");
    assert!(shown.body.contains("data-code=\"wrong_address\""), "{url}");
    let shown = load(&mut nobody, "http://192.0.2.1/healthz", "en").await;
    assert_eq!(shown.status, 200);
}

#[tokio::test]
async fn logout_at_an_application_ends_the_login_and_leads_to_postern() {
    let site = site(&upstream::start().await, &[]).await;
    site.add(user("alice").await).await;
    let mut alice = Visitor::new(&site);
    alice.log_in("alice").await;
    for origin in [WIKI, CHAT] {
        alice.visit(origin).await;
    }
    let logout = format!("{WIKI}/_postern/logout");

    // Another site may not end logins: it may only ask.
    let forged = alice
        .call(Method::GET, &logout)
        .header("sec-fetch-mode", "navigate")
        .header("sec-fetch-site", "cross-site");
    let shown = alice.send(forged).await;
    assert_eq!(shown.status, 200);
    assert!(
        shown
            .body
            .contains("<form method=\"post\" action=\"/_postern/logout\">")
    );
    assert_eq!(alice.fetch(CHAT).await.status, 200);
    let forged = alice
        .call(Method::POST, &logout)
        .header("origin", "http://evil.example");
    assert_eq!(alice.send(forged).await.status, 200);
    assert_eq!(alice.fetch(CHAT).await.status, 200);

    let own = alice
        .call(Method::GET, &logout)
        .header("sec-fetch-mode", "navigate")
        .header("sec-fetch-site", "same-origin");
    let shown = alice.send(own).await;
    assert_eq!(
        shown.header("location"),
        format!("{LOGIN}/login?logged_out=1")
    );
    assert_eq!(alice.cookie(WIKI, "postern_app"), None);
    assert_eq!(alice.fetch(CHAT).await.status, 401);
    assert_eq!(
        alice.fetch(&format!("{LOGIN}{API_SESSION}")).await.status,
        401
    );
}

#[tokio::test]
async fn home_has_a_tile_for_what_one_may_open_and_for_nothing_else() {
    let settings = [
        ("POSTERN_APP_WIKI_LABEL", "The Wiki"),
        (
            "POSTERN_APP_WIKI_ICON",
            "https://icons.example.com/wiki.png",
        ),
        ("POSTERN_APP_CHAT_ALLOW", "role:admin"),
    ];
    let site = site(&upstream::start().await, &settings).await;
    site.add(user("alice").await).await;
    site.add(admin("root").await).await;
    let (mut alice, mut root) = (Visitor::new(&site), Visitor::new(&site));
    alice.log_in("alice").await;
    root.log_in("root").await;

    let wiki = json!({
        "label": "The Wiki", "url": "http://wiki.example.test/",
        "icon": "https://icons.example.com/wiki.png",
    });
    let chat = json!({"label": "chat", "url": "http://chat.example.test/", "icon": null});
    let tiles = json_of(&mut alice, API_SESSION).await["applications"].clone();
    assert_eq!(tiles, json!([wiki]));
    let tiles = json_of(&mut root, API_SESSION).await["applications"].clone();
    assert_eq!(tiles, json!([chat, wiki]));

    // The same without wasm, and the policy lets the icon in.
    let shown = load(&mut alice, &format!("{LOGIN}/"), "en").await;
    assert!(
        shown.body.contains("href=\"http://wiki.example.test/\""),
        "{}",
        shown.body
    );
    assert!(!shown.body.contains("chat.example.test"));
    let csp = shown.header("content-security-policy");
    assert!(
        csp.contains("img-src 'self' data: https://icons.example.com;"),
        "{csp}"
    );

    let list = json_of(&mut root, API_USERS).await;
    let may_open = |name: &str| {
        let users = list["users"].as_array().unwrap();
        let user = users.iter().find(|user| user["username"] == name).unwrap();
        user["applications"].clone()
    };
    assert_eq!(may_open("alice"), json!(["The Wiki"]));
    assert_eq!(may_open("root"), json!(["chat", "The Wiki"]));
}

#[tokio::test]
async fn nothing_is_said_of_applications_where_there_are_none() {
    let site = Site::start().await;
    site.add(admin("root").await).await;
    let root = site.logged_in("root").await;

    assert_eq!(
        root.get(API_SESSION).await.json()["applications"],
        json!([])
    );
    let list = root.get(API_USERS).await.json();
    assert_eq!(list["users"][0]["applications"], Value::Null);
}

#[tokio::test]
async fn session_s_applications_are_listed_and_end_with_it() {
    let site = site(
        &upstream::start().await,
        &[("POSTERN_APP_WIKI_LABEL", "The Wiki")],
    )
    .await;
    site.add(user("alice").await).await;
    let (mut here, mut there) = (Visitor::new(&site), Visitor::new(&site));
    here.log_in("alice").await;
    there.log_in("alice").await;
    there.visit(WIKI).await;
    there.visit(CHAT).await;

    let list = json_of(&mut here, API_PROFILE_SESSIONS).await;
    let of = |is_current: bool| {
        let sessions = list.as_array().unwrap();
        let session = sessions
            .iter()
            .find(|session| session["is_current"] == is_current);
        session.unwrap().clone()
    };
    assert_eq!(of(true)["applications"], json!([]));
    assert_eq!(of(false)["applications"], json!(["chat", "The Wiki"]));

    let path = format!(
        "{LOGIN}{API_PROFILE_SESSIONS}/{}",
        of(false)["id"].as_str().unwrap()
    );
    let request = here
        .call(Method::DELETE, &path)
        .header("sec-fetch-site", "same-origin");
    assert_eq!(here.send(request).await.status, 204);
    for origin in [WIKI, CHAT] {
        assert_eq!(there.fetch(origin).await.status, 401, "{origin}");
    }
}
