//! Return addresses that lead elsewhere: after a login, after a logout, out of the page.

use reqwest::Method;
use serde_json::json;
use shared::routes::{API_LOGIN, API_LOGIN_OPENID, API_LOGOUT};
use tests::answer::{Answer, encode};
use tests::http_browser::HttpBrowser;
use tests::site::{PASSWORD, Site, user};
use url::Url;

use super::payloads::{paths, refused};

/// Names under which other servers take a return address.
const NAMES: [&str; 10] = [
    "next",
    "redirect",
    "redirect_uri",
    "post_logout_redirect_uri",
    "return_to",
    "returnTo",
    "rd",
    "url",
    "target_link_uri",
    "state",
];

/// Returns where a browser goes if a page of `base` sends it to `location`.
fn resolved(base: &str, location: &str) -> Url {
    let base = Url::parse(&format!("{base}/api/oauth/openid")).expect("a URL");
    base.join(location)
        .unwrap_or_else(|_| panic!("{location:?} is no reference"))
}

/// Returns the path after one more decoding.
fn percent_decoded(path: &str) -> String {
    let as_value = format!("path={}", path.replace('+', "%2b").replace('&', "%26"));
    tests::answer::param(&format!("/?{as_value}"), "path").unwrap_or_default()
}

/// Fails unless a browser stays here, by http and by https, whether or not somebody on the way
/// decodes the location once more.
fn assert_stays(site: &Site, location: &str, payload: &str) {
    for base in [site.origin(), "https://app.example.com"] {
        let here = Url::parse(base).expect("an origin").origin();
        let there = resolved(base, location);
        assert_eq!(there.origin(), here, "{payload:?} leads to {there}");
        assert!(
            !there.path().starts_with("/api"),
            "{payload:?} leads to {there}"
        );
        assert!(
            there.username().is_empty() && there.password().is_none(),
            "{there}"
        );
        let path = location.split(['?', '#']).next().unwrap_or_default();
        let decoded = percent_decoded(path);
        let again = resolved(base, &decoded);
        assert_eq!(again.origin(), here, "{payload:?} decoded leads to {again}");
    }
}

fn assert_nothing_injected(answer: &Answer, payload: &str) {
    assert!(answer.headers.get("x-injected").is_none(), "{payload:?}");
    let planted = answer
        .set_cookies()
        .iter()
        .any(|line| line.contains("planted"));
    assert!(!planted, "{payload:?}");
}

/// Logs in through the OP with this query at the start; returns the final redirect.
async fn landing(browser: &HttpBrowser, name: &str, value: &str) -> String {
    let start = format!("{API_LOGIN_OPENID}?{}", encode(&[(name, value)]));
    let login = browser.log_in_at(&start, "bob").await;
    assert_nothing_injected(&login.start, value);
    assert_nothing_injected(&login.callback, value);
    assert_eq!(
        login.callback.status, 303,
        "{value:?}: {}",
        login.callback.body
    );
    login.callback.location().to_owned()
}

#[test]
fn there_are_enough_payloads_and_each_is_its_own() {
    let mut payloads: Vec<String> = refused().into_iter().map(|(_, payload)| payload).collect();
    let count = payloads.len();

    payloads.sort();
    payloads.dedup();

    assert!(count >= 150, "only {count}");
    assert_eq!(payloads.len(), count, "one is there twice");
}

#[tokio::test]
async fn cve_2021_21291_no_next_leads_elsewhere_after_a_login_at_the_op() {
    let site = Site::start().await;
    let browser = site.browser();

    for (class, payload) in refused() {
        let location = landing(&browser, "next", &payload).await;
        assert_eq!(location, "/", "{class}: {payload:?}");
    }
    for (payload, path) in paths() {
        let location = landing(&browser, "next", payload).await;
        assert_stays(&site, &location, payload);
        assert_eq!(location, path);
    }
}

#[tokio::test]
async fn cve_2022_23527_no_payload_leads_elsewhere_after_a_login_by_password() {
    let site = Site::start().await;
    let mut last = "";
    // One of each class: the server bears only so many logins at once.
    let each = refused().into_iter().filter(|(class, _)| {
        let is_next = *class != last;
        last = class;
        is_next
    });
    let payloads: Vec<String> = each.map(|(_, payload)| payload).collect();
    assert!(payloads.len() > 12);

    for (number, payload) in payloads.iter().enumerate() {
        let name = format!("user-{number}");
        site.add(user(&name).await).await;
        let form = [
            ("username", name.as_str()),
            ("password", PASSWORD),
            ("next", payload),
        ];
        let browser = site.browser();
        let by_form = browser.post_form(API_LOGIN, &form).await;
        assert_nothing_injected(&by_form, payload);
        let by_form = browser.get(by_form.location()).await;
        let body = json!({"username": name, "password": PASSWORD, "next": payload});
        let by_json = site.browser().post_json(API_LOGIN, &body).await;

        assert_eq!(
            (by_form.status.as_u16(), by_form.location()),
            (303, "/"),
            "{payload:?}"
        );
        assert_nothing_injected(&by_form, payload);
        assert_eq!(by_json.json()["redirect"], "/", "{payload:?}");
    }
}

#[tokio::test]
async fn cve_2025_67713_logout_leads_where_the_server_says_and_nowhere_else() {
    let site = Site::with(&[("OIDC_RP_INITIATED_LOGOUT", "true")]).await;
    let browser = site.browser();

    for (class, payload) in refused() {
        let fields: Vec<(&str, &str)> =
            NAMES.iter().map(|name| (*name, payload.as_str())).collect();
        let target = format!("{API_LOGOUT}?{}", encode(&fields));
        // Longer URLs than this are refused before anybody looks at them.
        let target = if target.len() < 8000 {
            target.as_str()
        } else {
            API_LOGOUT
        };
        let by_form = browser.post_form(target, &fields).await;
        let by_json = browser
            .post_json(target, &json!({"redirect": payload}))
            .await;

        assert_eq!(
            by_form.location(),
            "/login?logged_out=1",
            "{class}: {payload:?}"
        );
        assert_nothing_injected(&by_form, &payload);
        assert_eq!(
            by_json.json()["redirect"],
            "/login?logged_out=1",
            "{class}: {payload:?}"
        );
    }
}

#[tokio::test]
async fn cve_2025_67713_logout_at_the_op_returns_here_whatever_was_asked() {
    let site = Site::with(&[("OIDC_RP_INITIATED_LOGOUT", "true")]).await;
    let browser = site.browser();
    browser.log_in_as("bob").await;
    let evil = "https://evil.example/";

    let fields = NAMES.map(|name| (name, evil));
    let target = format!("{API_LOGOUT}?{}", encode(&fields));
    let logout = browser.post_form(&target, &fields).await;

    assert!(
        logout.location().starts_with(site.op.origin()),
        "{}",
        logout.location()
    );
    assert!(!logout.location().contains("evil"), "{}", logout.location());
    let back = format!("{}/login?logged_out=1", site.origin());
    assert_eq!(logout.param("post_logout_redirect_uri"), Some(back));
}

#[tokio::test]
async fn cve_2026_55185_target_link_uri_leads_nowhere_else() {
    let site = Site::start().await;
    let browser = site.browser();
    let issuer = site.op.issuer();

    for (class, payload) in refused() {
        // As it is, and after our own origin, as a prefix check would like it.
        for target in [payload.clone(), format!("{}{payload}", site.origin())] {
            let query = encode(&[("iss", issuer), ("target_link_uri", &target)]);
            let request = browser
                .call(Method::POST, API_LOGIN_OPENID)
                .header("content-type", "application/x-www-form-urlencoded");
            let posted = browser.send(request.body(query.clone())).await;
            assert_nothing_injected(&posted, &target);
            let there = resolved(site.origin(), posted.location());
            assert_eq!(
                there.origin().ascii_serialization(),
                site.origin(),
                "{target:?}"
            );
            let start = browser.get(&format!("{API_LOGIN_OPENID}?{query}")).await;
            assert_nothing_injected(&start, &target);
            let to_op = start.location().starts_with(site.op.origin());
            let stays = start.location().starts_with("/login?");
            assert!(to_op || stays, "{class}: {target:?}: {}", start.summary());
            if to_op && payload.contains("evil") {
                let callback_url = browser.at_op(start.location(), "bob").await;
                let callback = browser.get(&callback_url).await;
                assert_stays(&site, callback.location(), &target);
            }
        }
    }
}

/// Returns the values of an attribute in a page, as the browser reads them.
fn attributes(page: &str, name: &str) -> Vec<String> {
    let start = format!(" {name}=\"");
    let values = page.split(&start).skip(1);
    values
        .filter_map(|rest| rest.split('"').next())
        .map(|value| {
            value
                .replace("&lt;", "<")
                .replace("&gt;", ">")
                .replace("&quot;", "\"")
                .replace("&#39;", "'")
                .replace("&amp;", "&")
        })
        .collect()
}

#[tokio::test]
async fn ghsa_qqxw_m5fj_f7gv_links_of_the_page_stay_here() {
    let site = Site::start().await;
    let browser = site.browser();
    let all = refused().into_iter().map(|(_, payload)| payload);

    for payload in all.chain(paths().map(|(payload, _)| payload.to_owned())) {
        for error in ["", "op_error"] {
            let query = encode(&[("next", &payload), ("error", error)]);
            let page = browser.get(&format!("/login?{query}")).await.body;

            let links = [attributes(&page, "href"), attributes(&page, "action")].concat();
            assert!(links.len() >= 2, "{page}");
            for link in links {
                let there = resolved(site.origin(), &link);
                assert_eq!(
                    there.origin(),
                    Url::parse(site.origin()).unwrap().origin(),
                    "{link}"
                );
                let next = there.query_pairs().find(|(name, _)| name == "next");
                if let Some((_, next)) = next {
                    assert_stays(&site, &next, &payload);
                }
            }
            // Of the forms' hidden fields, the one that leads somewhere.
            let fields = page.replace("name=\"next\" value=", "name=\"next\" data-next=");
            for value in attributes(&fields, "data-next")
                .iter()
                .filter(|value| !value.is_empty())
            {
                assert_stays(&site, value, &payload);
            }
        }
    }
}

#[tokio::test]
async fn cve_2022_31093_next_that_is_malformed_is_no_error() {
    let site = Site::start().await;
    let browser = site.browser();
    let check = async |query: &str| {
        let start = browser
            .send(browser.call(Method::GET, &format!("{API_LOGIN_OPENID}?{query}")))
            .await;
        assert_eq!(start.status, 303, "{query}");
        let callback_url = browser.at_op(start.location(), "bob").await;
        let callback = browser.get(&callback_url).await;
        assert_eq!(callback.location(), "/", "{query}");
        assert_eq!(
            browser.get(&format!("/login?local=1&{query}")).await.status,
            200,
            "{query}"
        );
    };

    check("next").await;
    check("next=").await;
    check("next=%").await;
    check("next=%zz").await;
    check("next=%ff%fe").await;
    check("next=%ed%a0%80").await;
    check("next=%00").await;
    check("next[]=/profile").await;
    check("next[a]=/profile").await;
    check("=&&&=next").await;
    check("%6eext=//evil.example").await;
    check(&format!("next=/{}", "%20".repeat(2000))).await;
    // Said twice, neither is believed.
    check("next=//evil.example&next=/profile").await;
    check("next=/profile&next=//evil.example").await;
}
