//! A browser without pages: cookies, requests and answers, and it follows nothing by itself.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use reqwest::header::{CONTENT_TYPE, COOKIE, HeaderMap, SET_COOKIE};
use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};
use shared::routes::{API_LOGIN, API_LOGIN_OPENID, API_OAUTH_OPENID, API_SESSION};

use crate::answer::{Answer, encode, without_port};
use crate::web;

/// No answer of the server takes longer, one that waits for a silent OP included.
const TIMEOUT: Duration = Duration::from_secs(40);

/// Cookies by name; the server and the OP have one jar each.
type Jar = BTreeMap<String, String>;

/// A browser. It sends what browsers send with a request of the page's own: `Sec-Fetch-Site`.
pub struct HttpBrowser {
    client: reqwest::Client,
    /// Where the server listens.
    origin: String,
    /// Its name in URLs.
    public_origin: String,
    op_origin: String,
    /// The port in the names of the server's cookies; `None` where it does not know its public origin,
    /// or that has the scheme's own.
    cookie_port: Option<u16>,
    jars: Mutex<[Jar; 2]>,
}

/// The steps of a login through the OP.
#[derive(Debug, Clone)]
pub struct OpLogin {
    /// The redirect to the OP.
    pub start: Answer,
    /// Where the OP sent the browser back to.
    pub callback_url: String,
    /// The server's answer.
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
            cookie_port: None,
            jars: Mutex::default(),
        }
    }

    /// Has the server's cookies named by the port of its public origin, if that has one.
    #[must_use]
    pub fn with_port_in_cookies(mut self) -> Self {
        self.cookie_port = url::Url::parse(&self.public_origin)
            .ok()
            .and_then(|url| url.port());
        self
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
        self.try_send(request).await.expect("an answer")
    }

    /// Sends a request to a server that may end meanwhile.
    ///
    /// # Errors
    /// No answer comes, or not all of it.
    ///
    /// # Panics
    /// It is no request.
    pub async fn try_send(&self, request: RequestBuilder) -> reqwest::Result<Answer> {
        let request = request.build().expect("a request");
        let is_ops = request.url().as_str().starts_with(&self.op_origin);
        let response = self.client.execute(request).await?;
        let (status, headers) = (response.status(), response.headers().clone());
        let body = response.bytes().await?;
        self.keep_cookies(usize::from(is_ops), &headers);
        let body = String::from_utf8_lossy(&body).into_owned();
        let names = [
            (self.op_origin.clone(), "OP"),
            (self.public_origin.clone(), "POSTERN"),
            (self.origin.clone(), "POSTERN"),
        ];
        Ok(Answer {
            status,
            headers,
            body,
            names,
        })
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
        self.send(self.json(method, path, body)).await
    }

    /// Begins a request with a JSON body, as the page does.
    pub fn json(&self, method: Method, path: &str, body: &Value) -> RequestBuilder {
        let request = own(self.call(method, path)).header(CONTENT_TYPE, "application/json");
        request.body(body.to_string())
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

    /// The same where the OP answers by a page that posts a form to the server
    /// (`response_mode=form_post`). The callback URL is where the server sends the browser then.
    ///
    /// # Panics
    /// The OP answers by anything else.
    pub async fn log_in_by_form_as(&self, name: &str) -> OpLogin {
        let start = self.get(API_LOGIN_OPENID).await;
        let asked = format!("{}&response_mode=form_post", start.location());
        let password = password_of(name);
        let fields = credentials(name, &password);
        let page = self.answer_of_op(&asked, &fields, "login").await;
        let (action, fields) = form_of(&page.body).unwrap_or_else(|| panic!("{}", page.body));
        let fields: Vec<_> = fields
            .iter()
            .map(|(a, b)| (a.as_str(), b.as_str()))
            .collect();
        // From the OP's page: cross-site, hence without the cookies that are `SameSite=Lax`.
        let request = self.client.post(self.resolve(&action).0);
        let request = request
            .header("sec-fetch-site", "cross-site")
            .header("origin", &self.op_origin)
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded");
        let posted = self.send(request.body(encode(&fields))).await;
        let callback_url = posted.location().to_owned();
        let callback = if callback_url.starts_with(API_OAUTH_OPENID) {
            self.get(&callback_url).await
        } else {
            posted
        };
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
        let password = password_of(name);
        self.op_form(authorization_url, &credentials(name, &password), "login")
            .await
    }

    /// Follows an authorization URL and cancels at the OP; returns the callback's URL.
    pub async fn cancel_at_op(&self, authorization_url: &str) -> String {
        self.op_form(authorization_url, &[], "cancel").await
    }

    async fn op_form(&self, url: &str, fields: &[(&str, &str)], action: &str) -> String {
        let answer = self.answer_of_op(url, fields, action).await;
        let location = answer.location().to_owned();
        assert!(
            !location.is_empty(),
            "the OP answers {}: {}",
            answer.status,
            answer.body
        );
        location
    }

    /// Returns what the OP answers in the end: a redirect, or a page.
    async fn answer_of_op(&self, url: &str, fields: &[(&str, &str)], action: &str) -> Answer {
        self.jars()[1].clear();
        let page = self.get(url).await;
        // Some answers of the OP come without its login page.
        if !page.location().starts_with('/') {
            return page;
        }
        let fields: Vec<_> = fields.iter().copied().chain([("action", action)]).collect();
        let form = format!("{}{}", self.op_origin, page.location());
        self.post_form(&form, &fields).await
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

    /// Returns the value of one of the server's cookies, by its name without the port.
    pub fn cookie(&self, name: &str) -> Option<String> {
        self.jars()[0].get(&self.full_name(name)).cloned()
    }

    /// Returns all cookies of the server, as the value of a header.
    pub fn cookie_header(&self) -> String {
        let jars = self.jars();
        let cookies = jars[0]
            .iter()
            .map(|(name, value)| format!("{name}={value}"));
        cookies.collect::<Vec<_>>().join("; ")
    }

    /// Returns the names of the server's cookies, without the port.
    pub fn cookie_names(&self) -> Vec<String> {
        self.jars()[0]
            .keys()
            .map(|name| without_port(name))
            .collect()
    }

    /// Puts a cookie for the server into the jar, by its name without the port.
    pub fn set_cookie(&self, name: &str, value: &str) {
        self.jars()[0].insert(self.full_name(name), value.to_owned());
    }

    /// Returns the name of a cookie of the server as it is sent. Those that a page may set itself have
    /// no port.
    pub fn full_name(&self, name: &str) -> String {
        match self.cookie_port {
            Some(_) if ["postern_theme", "postern_language"].contains(&name) => name.to_owned(),
            Some(port) => name.replacen("postern_", &format!("postern_{port}_"), 1),
            None => name.to_owned(),
        }
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

/// Returns the password of a demo user.
fn password_of(name: &str) -> String {
    format!("{name}-demo")
}

/// Returns what the OP's login page asks for.
fn credentials<'a>(name: &'a str, password: &'a str) -> [(&'a str, &'a str); 2] {
    [("username", name), ("password", password)]
}

/// Returns the target and the hidden fields of a page's form, as the demo OP writes them.
fn form_of(page: &str) -> Option<(String, Vec<(String, String)>)> {
    let (_, form) = page.split_once("<form method=\"post\" action=\"")?;
    let (action, inputs) = form.split_once('"')?;
    let inputs = inputs.split("<input type=\"hidden\" name=\"").skip(1);
    let field = |input: &str| {
        let (name, rest) = input.split_once("\" value=\"")?;
        let (value, _) = rest.split_once('"')?;
        Some((plain(name), plain(value)))
    };
    Some((plain(action), inputs.filter_map(field).collect()))
}

/// Undoes what HTML asks of an attribute's text.
fn plain(attribute: &str) -> String {
    let entities = [
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&quot;", "\""),
        ("&#39;", "'"),
        ("&amp;", "&"),
    ];
    entities
        .iter()
        .fold(attribute.to_owned(), |text, (entity, c)| {
            text.replace(entity, c)
        })
}

/// Adds what a browser says about a request by the page itself.
fn own(request: RequestBuilder) -> RequestBuilder {
    request.header("sec-fetch-site", "same-origin")
}

/// Guesses until the server has enough, and returns what it says then. How many guesses that takes
/// also depends on how long they take.
///
/// # Panics
/// Two hundred guesses are not enough.
pub async fn until_limited(mut guess: impl AsyncFnMut() -> Answer) -> Answer {
    for _ in 0..200 {
        let answer = guess().await;
        if answer.code() == "rate_limited" {
            return answer;
        }
    }
    panic!("the server bears any number of guesses");
}
