//! A browser that visits several hosts of one server, with cookies for each.

use std::collections::BTreeMap;
use std::time::Duration;

use reqwest::header::{COOKIE, HOST};
use reqwest::{Client, Method, RequestBuilder, Response};
use serde_json::{Value, json};
use tests::site::{PASSWORD, Site, user};
use tests::web;
use url::Url;

/// The public origin of Postern.
pub(crate) const LOGIN: &str = "http://login.example.test";
/// An application that is proxied to.
pub(crate) const WIKI: &str = "http://wiki.example.test";
/// Another.
pub(super) const CHAT: &str = "http://chat.example.test";

/// Starts a site with two applications on hosts of their own.
pub(super) async fn site(upstream: &str, settings: &[(&str, &str)]) -> Site {
    let redirect_uri = format!("{LOGIN}/api/oauth/openid");
    let mut all = vec![
        ("OIDC_REDIRECT_URI", redirect_uri.as_str()),
        ("POSTERN_APP_WIKI_URL", WIKI),
        ("POSTERN_APP_WIKI_UPSTREAM", upstream),
        ("POSTERN_APP_CHAT_URL", CHAT),
        ("POSTERN_APP_CHAT_UPSTREAM", upstream),
    ];
    all.extend(settings);
    Site::with(&all).await
}

/// Starts a site with two applications, and logs Alice in at the first.
pub(super) async fn with_alice(upstream: &str, settings: &[(&str, &str)]) -> (Site, Visitor) {
    let site = site(upstream, settings).await;
    site.add(user("alice").await).await;
    let mut alice = Visitor::new(&site);
    alice.log_in("alice").await;
    alice.enter(WIKI).await;
    (site, alice)
}

/// A browser.
pub(crate) struct Visitor {
    client: Client,
    /// Where the server listens.
    server: String,
    /// Where else something listens, by the host that a browser asks for.
    elsewhere: BTreeMap<String, String>,
    /// Cookies, by host and name.
    jars: BTreeMap<String, BTreeMap<String, String>>,
}

/// An answer, read whole.
#[derive(Debug)]
pub(crate) struct Shown {
    pub(crate) status: u16,
    pub(crate) headers: reqwest::header::HeaderMap,
    pub(crate) body: String,
}

impl Shown {
    /// Returns a header; empty if it is missing.
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .map_or("", |value| value.to_str().unwrap())
    }

    /// Returns what the application said that it was sent.
    pub(crate) fn sent(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|_| panic!("{} {}", self.status, self.body))
    }

    /// Returns a header that the application was sent.
    pub(crate) fn sent_header(&self, name: &str) -> Value {
        self.sent()["headers"][name].clone()
    }

    /// Returns the code of a problem.
    pub(super) fn code(&self) -> String {
        let problem: Value = serde_json::from_str(&self.body).unwrap_or_default();
        problem["code"].as_str().unwrap_or_default().to_owned()
    }
}

impl Visitor {
    /// Returns a browser that has never been anywhere.
    pub(super) fn new(site: &Site) -> Self {
        let op = site.op.origin();
        Self {
            elsewhere: BTreeMap::from([(host(op), op.to_owned())]),
            ..Self::at(site.origin())
        }
    }

    /// Returns one that finds every host at this server.
    pub(crate) fn at(server: &str) -> Self {
        Self {
            client: web::client_of_any_certificate(Duration::from_secs(20)).unwrap(),
            server: server.to_owned(),
            elsewhere: BTreeMap::new(),
            jars: BTreeMap::new(),
        }
    }

    /// Has requests to this origin sent to that one.
    pub(super) fn lead(&mut self, origin: &str, address: &str) {
        self.elsewhere.insert(host(origin), address.to_owned());
    }

    /// Begins a request with the cookies of its host.
    pub(crate) fn call(&self, method: Method, url: &str) -> RequestBuilder {
        let url = Url::parse(url).unwrap();
        let host = url.authority().to_owned();
        let path = &url[url::Position::BeforePath..];
        let server = self.elsewhere.get(&host).unwrap_or(&self.server);
        let request = self.client.request(method, format!("{server}{path}"));
        let cookies = self.jars.get(&host).into_iter().flatten();
        let line: Vec<String> = cookies
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        let request = request.header(HOST, host);
        if line.is_empty() {
            request
        } else {
            request.header(COOKIE, line.join("; "))
        }
    }

    /// Sends a request, and keeps the cookies that come back.
    pub(super) async fn send(&mut self, request: RequestBuilder) -> Shown {
        let (response, host) = self.open(request).await;
        let headers = response.headers().clone();
        self.keep(&host, &headers);
        Shown {
            status: response.status().as_u16(),
            headers,
            body: response.text().await.unwrap(),
        }
    }

    /// Sends a request and reads nothing of the body.
    pub(crate) async fn open(&self, request: RequestBuilder) -> (Response, String) {
        let request = request.build().unwrap();
        let host = request.headers()[HOST].to_str().unwrap().to_owned();
        (self.client.execute(request).await.unwrap(), host)
    }

    /// Loads a page, and follows redirects as a browser does. Returns where it ended.
    pub(super) async fn visit(&mut self, url: &str) -> (String, Shown) {
        let mut url = url.to_owned();
        for _ in 0..10 {
            let shown = self.navigate(&url).await;
            if shown.header("location").is_empty() {
                return (url, shown);
            }
            url = Url::parse(&url)
                .unwrap()
                .join(shown.header("location"))
                .unwrap()
                .to_string();
        }
        panic!("redirects without end, at {url}");
    }

    /// Loads a page, and follows nothing.
    pub(crate) async fn navigate(&mut self, url: &str) -> Shown {
        let request = self
            .call(Method::GET, url)
            .header("sec-fetch-mode", "navigate");
        self.send(request).await
    }

    /// Fetches, as a script does.
    pub(crate) async fn fetch(&mut self, url: &str) -> Shown {
        let request = self.call(Method::GET, url).header("sec-fetch-mode", "cors");
        self.send(request).await
    }

    /// Logs in by password at Postern.
    pub(crate) async fn log_in(&mut self, username: &str) {
        let body = json!({"username": username, "password": PASSWORD}).to_string();
        let request = self
            .call(Method::POST, &format!("{LOGIN}/api/login"))
            .header("sec-fetch-site", "same-origin")
            .header("content-type", "application/json")
            .body(body);
        let shown = self.send(request).await;
        assert_eq!(shown.status, 200, "{}", shown.body);
    }

    /// Logs in at the OP on the way to a page, as a browser does. Returns where it ended.
    pub(super) async fn log_in_at_op(&mut self, url: &str, name: &str) -> (String, Shown) {
        let (login, _) = self.visit(url).await;
        let query = login.split_once('?').map_or("", |(_, query)| query);
        let start = format!("{LOGIN}/api/login/openid?{query}");
        let (form, _) = self.visit(&start).await;
        let password = format!("{name}-demo");
        let fields = format!("username={name}&password={password}&action=login");
        let request = self
            .call(Method::POST, &form)
            .header("content-type", "application/x-www-form-urlencoded")
            .body(fields);
        let shown = self.send(request).await;
        let callback = Url::parse(&form).unwrap().join(shown.header("location"));
        self.visit(callback.unwrap().as_str()).await
    }

    /// Logs out at Postern.
    pub(super) async fn log_out(&mut self) {
        let request = self
            .call(Method::POST, &format!("{LOGIN}/api/logout"))
            .header("sec-fetch-site", "same-origin")
            .header("content-type", "application/json")
            .body("null");
        assert_eq!(self.send(request).await.status, 200);
    }

    /// Opens a session at an application, and loads no page of it.
    pub(crate) async fn enter(&mut self, origin: &str) {
        let mut url = format!("{origin}/");
        while self.cookie(origin, "postern_app").is_none() {
            let shown = self.navigate(&url).await;
            let next = shown.header("location").to_owned();
            assert!(!next.is_empty(), "{url}: {} {}", shown.status, shown.body);
            url = Url::parse(&url).unwrap().join(&next).unwrap().to_string();
        }
    }

    /// Returns the line `Cookie` of a request to an application, by hand.
    pub(super) fn cookie_line(&self, origin: &str) -> String {
        let token = self.cookie(origin, "postern_app").expect("a session");
        format!("Cookie: postern_app={token}\r\n")
    }

    /// Returns a cookie.
    pub(super) fn cookie(&self, origin: &str, name: &str) -> Option<String> {
        self.jars.get(&host(origin))?.get(name).cloned()
    }

    /// Sets a cookie, as somebody does who has stolen it.
    pub(super) fn set_cookie(&mut self, origin: &str, name: &str, value: &str) {
        self.jars
            .entry(host(origin))
            .or_default()
            .insert(name.to_owned(), value.to_owned());
    }

    /// Deletes a cookie.
    pub(super) fn forget(&mut self, origin: &str, name: &str) {
        self.jars.entry(host(origin)).or_default().remove(name);
    }

    fn keep(&mut self, host: &str, headers: &reqwest::header::HeaderMap) {
        for line in headers.get_all("set-cookie") {
            let line = line.to_str().unwrap();
            let (name, rest) = line.split_once('=').unwrap();
            let (value, attributes) = rest.split_once(';').unwrap_or((rest, ""));
            assert!(
                !attributes.to_lowercase().contains("domain"),
                "no cookie spans hosts: {line}"
            );
            let jar = self.jars.entry(host.to_owned()).or_default();
            if attributes.contains("Max-Age=0") {
                jar.remove(name);
            } else {
                jar.insert(name.to_owned(), value.to_owned());
            }
        }
    }
}

/// Returns the host of an origin, with its port.
fn host(origin: &str) -> String {
    let (_, host) = origin.split_once("://").unwrap();
    host.to_owned()
}
