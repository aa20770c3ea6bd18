//! A browser without pages: cookies, requests and answers, and it follows nothing by itself.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use reqwest::header::{CONTENT_TYPE, COOKIE, HeaderMap, LOCATION, SET_COOKIE};
use reqwest::{Method, RequestBuilder, StatusCode};
use serde_json::{Value, json};
use shared::routes::{API_LOGIN, API_LOGIN_OPENID, API_SESSION};
use url::Url;
use url::form_urlencoded::{Serializer, byte_serialize};

use crate::web;

/// No answer of the server takes longer, one that waits for a silent OP included.
const TIMEOUT: Duration = Duration::from_secs(40);

/// Parameters that differ from run to run.
const RANDOM: [&str; 6] = [
    "ref",
    "state",
    "nonce",
    "code",
    "code_challenge",
    "id_token_hint",
];

/// Cookies by name; the server and the OP have one jar each.
type Jar = BTreeMap<String, String>;

/// A browser. It sends what browsers send with a request of the page's own: `Sec-Fetch-Site`.
pub struct HttpBrowser {
    client: reqwest::Client,
    /// Where the server listens.
    origin: String,
    /// What stands in URLs for it.
    public_origin: String,
    op_origin: String,
    jars: Mutex<[Jar; 2]>,
}

/// An answer, read whole.
#[derive(Debug, Clone)]
pub struct Answer {
    /// The status.
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
    /// The body.
    pub body: String,
    /// Origins and what a summary calls them.
    names: [(String, &'static str); 3],
}

/// The steps of a login through the OP.
#[derive(Debug, Clone)]
pub struct OpLogin {
    /// The redirect to the OP.
    pub start: Answer,
    /// Where the OP sent the browser back to.
    pub callback_url: String,
    /// What the server answered there.
    pub callback: Answer,
}

impl HttpBrowser {
    /// Returns a browser for a server that listens at `origin`, is called `public_origin` in URLs,
    /// and has its OP at `op_origin`.
    ///
    /// # Panics
    /// The HTTP client cannot be built.
    pub fn new(origin: &str, public_origin: &str, op_origin: &str) -> Self {
        Self {
            client: web::client(TIMEOUT).expect("an HTTP client"),
            origin: origin.to_owned(),
            public_origin: public_origin.to_owned(),
            op_origin: op_origin.to_owned(),
            jars: Mutex::default(),
        }
    }

    /// Begins a request with the cookies of its target and nothing else; `target` is a path of the
    /// server, or a URL of it or of the OP.
    pub fn call(&self, method: Method, target: &str) -> RequestBuilder {
        let (url, place) = self.resolve(target);
        let request = self.client.request(method, url);
        let cookies: Vec<String> = self.jars()[place]
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        if cookies.is_empty() {
            request
        } else {
            request.header(COOKIE, cookies.join("; "))
        }
    }

    /// Sends a request, and keeps the cookies that come back.
    ///
    /// # Panics
    /// No answer comes.
    pub async fn send(&self, request: RequestBuilder) -> Answer {
        let request = request.build().expect("a request");
        let is_ops = request.url().as_str().starts_with(&self.op_origin);
        let response = self.client.execute(request).await.expect("an answer");
        let (status, headers) = (response.status(), response.headers().clone());
        let body = response.bytes().await.expect("a body");
        self.keep_cookies(usize::from(is_ops), &headers);
        let body = String::from_utf8_lossy(&body).into_owned();
        let names = [
            (self.op_origin.clone(), "OP"),
            (self.public_origin.clone(), "POSTERN"),
            (self.origin.clone(), "POSTERN"),
        ];
        Answer {
            status,
            headers,
            body,
            names,
        }
    }

    /// Gets a path or a URL, as a navigation does.
    pub async fn get(&self, target: &str) -> Answer {
        self.send(self.call(Method::GET, target)).await
    }

    /// Posts JSON, as the page does.
    pub async fn post_json(&self, path: &str, body: &Value) -> Answer {
        self.send_json(Method::POST, path, body).await
    }

    /// Patches by JSON, as the page does.
    pub async fn patch(&self, path: &str, body: &Value) -> Answer {
        self.send_json(Method::PATCH, path, body).await
    }

    /// Deletes, as the page does.
    pub async fn delete(&self, path: &str) -> Answer {
        self.send(own(self.call(Method::DELETE, path))).await
    }

    /// Posts a plain form, as a page without the app does.
    pub async fn post_form(&self, target: &str, fields: &[(&str, &str)]) -> Answer {
        let request = own(self.call(Method::POST, target));
        let request = request.header(CONTENT_TYPE, "application/x-www-form-urlencoded");
        self.send(request.body(encode(fields))).await
    }

    async fn send_json(&self, method: Method, path: &str, body: &Value) -> Answer {
        let request = own(self.call(method, path)).header(CONTENT_TYPE, "application/json");
        self.send(request.body(body.to_string())).await
    }

    /// Logs in by password.
    pub async fn log_in(&self, username: &str, password: &str) -> Answer {
        let body = json!({"username": username, "password": password});
        self.post_json(API_LOGIN, &body).await
    }

    /// Logs in through the OP, as one of its demo users, up to what the callback answers.
    pub async fn log_in_as(&self, name: &str) -> OpLogin {
        self.log_in_at(API_LOGIN_OPENID, name).await
    }

    /// The same, by another start of a login.
    pub async fn log_in_at(&self, start: &str, name: &str) -> OpLogin {
        let start = self.get(start).await;
        let callback_url = self.at_op(start.location(), name).await;
        let callback = self.get(&callback_url).await;
        OpLogin {
            start,
            callback_url,
            callback,
        }
    }

    /// Begins a login and does what the OP's page asks; returns the callback's URL, not visited.
    pub async fn callback_for(&self, name: &str) -> String {
        let start = self.get(API_LOGIN_OPENID).await;
        self.at_op(start.location(), name).await
    }

    /// Follows an authorization URL and logs in at the OP anew; returns the callback's URL, not
    /// visited.
    ///
    /// # Panics
    /// The OP does not send the browser back.
    pub async fn at_op(&self, authorization_url: &str, name: &str) -> String {
        let password = format!("{name}-demo");
        self.op_form(
            authorization_url,
            &[("username", name), ("password", &password)],
            "login",
        )
        .await
    }

    /// Follows an authorization URL and cancels at the OP; returns the callback's URL.
    pub async fn cancel_at_op(&self, authorization_url: &str) -> String {
        self.op_form(authorization_url, &[], "cancel").await
    }

    async fn op_form(&self, url: &str, fields: &[(&str, &str)], action: &str) -> String {
        self.jars()[1].clear();
        let page = self.get(url).await;
        let location = page.location().to_owned();
        // Some answers of the OP come without its login page.
        if !location.starts_with('/') {
            assert!(
                !location.is_empty(),
                "the OP answers {}: {}",
                page.status,
                page.body
            );
            return location;
        }
        let fields: Vec<_> = fields.iter().copied().chain([("action", action)]).collect();
        let answer = self
            .post_form(&format!("{}{location}", self.op_origin), &fields)
            .await;
        let location = answer.location().to_owned();
        assert!(
            !location.is_empty(),
            "the OP answers {}: {}",
            answer.status,
            answer.body
        );
        location
    }

    /// Returns the name of the account that is logged in here.
    pub async fn who(&self) -> Option<String> {
        let answer = self.get(API_SESSION).await;
        let name = || {
            answer.json()["user"]["username"]
                .as_str()
                .map(str::to_owned)
        };
        (answer.status == 200).then(name).flatten()
    }

    /// Returns the value of one of the server's cookies.
    pub fn cookie(&self, name: &str) -> Option<String> {
        self.jars()[0].get(name).cloned()
    }

    /// Returns the names of the server's cookies.
    pub fn cookie_names(&self) -> Vec<String> {
        self.jars()[0].keys().cloned().collect()
    }

    /// Puts a cookie for the server into the jar.
    pub fn set_cookie(&self, name: &str, value: &str) {
        self.jars()[0].insert(name.to_owned(), value.to_owned());
    }

    /// Forgets all cookies of the server.
    pub fn forget_cookies(&self) {
        self.jars()[0].clear();
    }

    fn jars(&self) -> MutexGuard<'_, [Jar; 2]> {
        self.jars.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns the URL to ask, and whose cookies go along: 0 is the server, 1 the OP.
    fn resolve(&self, target: &str) -> (String, usize) {
        if target.starts_with('/') {
            return (format!("{}{target}", self.origin), 0);
        }
        match target.strip_prefix(&self.public_origin) {
            Some(path) => (format!("{}{path}", self.origin), 0),
            None => (
                target.to_owned(),
                usize::from(target.starts_with(&self.op_origin)),
            ),
        }
    }

    fn keep_cookies(&self, place: usize, headers: &HeaderMap) {
        let jar = &mut self.jars()[place];
        for line in headers
            .get_all(SET_COOKIE)
            .iter()
            .filter_map(|line| line.to_str().ok())
        {
            let pair = line.split(';').next().unwrap_or_default();
            let (name, value) = pair.split_once('=').unwrap_or_default();
            if line.contains("Max-Age=0") {
                jar.remove(name);
            } else {
                jar.insert(name.to_owned(), value.to_owned());
            }
        }
    }
}

/// Adds what a browser says of a request by the page itself.
fn own(request: RequestBuilder) -> RequestBuilder {
    request.header("sec-fetch-site", "same-origin")
}

/// Encodes a form.
pub fn encode(fields: &[(&str, &str)]) -> String {
    Serializer::new(String::new()).extend_pairs(fields).finish()
}

impl Answer {
    /// Returns a header; empty where it is not there.
    pub fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default()
    }

    /// Returns the `Set-Cookie` lines.
    pub fn set_cookies(&self) -> Vec<&str> {
        self.headers
            .get_all(SET_COOKIE)
            .iter()
            .filter_map(|line| line.to_str().ok())
            .collect()
    }

    /// Returns where a redirect leads; empty for any other answer.
    pub fn location(&self) -> &str {
        self.header(LOCATION.as_str())
    }

    /// Returns a parameter of where a redirect leads.
    pub fn param(&self, name: &str) -> Option<String> {
        param(self.location(), name)
    }

    /// Returns the body as JSON.
    ///
    /// # Panics
    /// It is none.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.body))
    }

    /// Returns the error's code: of a problem, or of a redirect to an error page; else empty.
    pub fn code(&self) -> String {
        let problem: Value = serde_json::from_str(&self.body).unwrap_or_default();
        match problem.get("code").and_then(Value::as_str) {
            Some(code) => code.to_owned(),
            None => self.param("error").unwrap_or_default(),
        }
    }

    /// Returns status, error code, where it leads and which cookies it sets, on one line and
    /// without what differs between two runs.
    pub fn summary(&self) -> String {
        let mut summary = self.status.to_string();
        let body: Value = serde_json::from_str(&self.body).unwrap_or_default();
        if let Some(code) = body.get("code").and_then(Value::as_str) {
            summary += &format!(", code: {code}");
        }
        if let Some(redirect) = body.get("redirect").and_then(Value::as_str) {
            summary += &format!(", redirect: {}", self.masked(redirect));
        }
        if !self.location().is_empty() {
            summary += &format!(", location: {}", self.masked(self.location()));
        }
        for line in self.set_cookies() {
            let name = line.split('=').next().unwrap_or_default();
            let name = match name.split_once("attempt_") {
                Some((head, _)) => format!("{head}attempt_…"),
                None => name.to_owned(),
            };
            let verb = if line.contains("Max-Age=0") {
                "clears"
            } else {
                "sets"
            };
            summary += &format!(", {verb}: {name}");
        }
        summary
    }

    /// Gives origins their names, and hides what is random.
    fn masked(&self, url: &str) -> String {
        let mut url = url.to_owned();
        for (origin, name) in &self.names {
            let encoded: String = byte_serialize(origin.as_bytes()).collect();
            url = url.replace(origin, name).replace(&encoded, name);
        }
        let Some((path, query)) = url.split_once('?') else {
            return url;
        };
        let pairs = query.split('&').map(|pair| match pair.split_once('=') {
            Some((name, _)) if RANDOM.contains(&name) => format!("{name}=…"),
            _ => pair.to_owned(),
        });
        format!("{path}?{}", pairs.collect::<Vec<_>>().join("&"))
    }
}

/// Returns a parameter of a URL or of a path.
pub fn param(url: &str, name: &str) -> Option<String> {
    let base = Url::parse("http://localhost/").ok()?;
    let url = base.join(url).ok()?;
    url.query_pairs()
        .find(|(own, _)| own == name)
        .map(|(_, value)| value.into_owned())
}

/// Returns the URL with a parameter of another value, or without it.
///
/// # Panics
/// It is no URL.
pub fn with_param(url: &str, name: &str, value: Option<&str>) -> String {
    let mut changed = Url::parse(url).expect("a URL");
    let kept: Vec<(String, String)> = changed
        .query_pairs()
        .into_owned()
        .filter(|(own, _)| own != name)
        .collect();
    let added = value.map(|value| (name.to_owned(), value.to_owned()));
    changed
        .query_pairs_mut()
        .clear()
        .extend_pairs(kept.into_iter().chain(added));
    changed.into()
}
