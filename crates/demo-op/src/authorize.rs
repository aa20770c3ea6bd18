//! The authorization endpoint: from a request to a login page, a code or an error.

use axum::extract::{Extension, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};

use crate::keys::random_token;
use crate::lie::{Lie, other_application};
use crate::page;
use crate::request::{Request, pairs};
use crate::world::{App, Challenge, Code, Grant, Session, World};

/// The endpoint's path, shared by all applications.
pub(crate) const PATH: &str = "/application/o/authorize/";

/// Scopes that are granted if requested; all others are silently dropped.
const SCOPES: [&str; 4] = ["openid", "profile", "email", "offline_access"];

/// An authorization request (OIDC Core §3.1.2.1) whose client and redirect URI are known.
pub(crate) struct Ask {
    client_id: String,
    redirect_uri: String,
    state: Option<String>,
    nonce: Option<String>,
    scopes: Vec<String>,
    challenge: Option<Challenge>,
    mode: Mode,
    prompt: Vec<String>,
    /// In seconds.
    max_age: Option<i64>,
    /// As seen by the browser.
    origin: String,
}

/// How the response is sent.
#[derive(Clone, Copy)]
enum Mode {
    Query,
    Fragment,
    FormPost,
}

/// Why a request goes no further, as the answer to the browser.
pub(crate) struct Refusal(pub(crate) Box<Response>);

/// Wraps an answer that ends a request.
fn refusal(response: Response) -> Refusal {
    Refusal(Box::new(response))
}

/// `GET` or `POST /application/o/authorize/`.
pub(crate) async fn start(
    State(app): State<App>,
    Extension(request): Extension<Request>,
) -> Response {
    let mut world = app.world();
    let ask = match Ask::parse(&world, &request) {
        Ok(ask) => ask,
        Err(Refusal(response)) => return *response,
    };
    let forced = world.lies.find(|lie| match lie {
        Lie::AuthorizeError(error) => Some(error.clone()),
        _ => None,
    });
    if let Some(error) = forced {
        return ask.error(&world, &error, "the OP was told to say so");
    }
    let session = world
        .session(&request)
        .filter(|(_, session)| ask.is_met_by(session, world.now()));
    match session {
        Some((cookie, session)) => ask.grant(&mut world, &cookie, &session),
        None if ask.prompts("none") => {
            ask.error(&world, "login_required", "nobody is logged in at the OP")
        }
        None => page::to_login(&format!("{PATH}?{}", query_of(&request))),
    }
}

/// Returns the parameters as one query, from wherever they came.
fn query_of(request: &Request) -> String {
    let all = request.query.iter().chain(&request.form);
    form_urlencoded::Serializer::new(String::new())
        .extend_pairs(all)
        .finish()
}

impl Ask {
    /// Checks a request in Authentik's order: client, redirect URI, then what can be sent back.
    pub(crate) fn parse(world: &World, request: &Request) -> Result<Self, Refusal> {
        let pushed = request
            .param("request_uri")
            .and_then(|uri| world.pushed.get(uri));
        let is_pushed = pushed.is_some();
        let params = pushed.map(|form| Request {
            form: form.clone(),
            ..Request::default()
        });
        let params = params.as_ref().unwrap_or(request);
        let param = |name| params.param(name).map(str::to_owned);

        let client = param("client_id").and_then(|id| world.client(&id));
        let client = client.ok_or_else(|| {
            refusal(page::bad_request(
                "Client ID Error",
                "No application has this client id.",
            ))
        })?;
        let redirect_uri = param("redirect_uri").filter(|uri| client.redirect_uris.contains(uri));
        let redirect_uri = redirect_uri.ok_or_else(|| {
            let text = "The redirect URI of this request is not registered for the application.";
            refusal(page::bad_request("Redirect URI Error", text))
        })?;
        let mode = param("response_mode");
        let mut ask = Self {
            client_id: client.id.clone(),
            redirect_uri,
            state: param("state"),
            nonce: param("nonce"),
            scopes: granted_scopes(param("scope").as_deref()),
            challenge: None,
            mode: match mode.as_deref() {
                Some("fragment") => Mode::Fragment,
                Some("form_post") => Mode::FormPost,
                _ => Mode::Query,
            },
            prompt: words(param("prompt").as_deref()),
            max_age: param("max_age").and_then(|seconds| seconds.parse().ok()),
            origin: request.origin(),
        };
        match ask.find_fault(world, params, is_pushed) {
            Some((error, text)) => Err(refusal(ask.error(world, error, text))),
            None => Ok(ask),
        }
    }

    /// Reads the code challenge; returns the error and its description if it is not supported.
    fn find_fault(
        &mut self,
        world: &World,
        params: &Request,
        is_pushed: bool,
    ) -> Option<(&'static str, &'static str)> {
        let param = |name| params.param(name);
        if world.lies.has(&Lie::ParRequired) && !is_pushed {
            return Some(("invalid_request", "requests must be pushed (RFC 9126)"));
        }
        if param("request").is_some() || (param("request_uri").is_some() && !is_pushed) {
            return Some(("request_not_supported", "request objects are not supported"));
        }
        if param("response_type") != Some("code") {
            return Some((
                "unsupported_response_type",
                "only the code flow is supported",
            ));
        }
        let challenge = param("code_challenge").map(str::to_owned);
        self.challenge = match (challenge, param("code_challenge_method")) {
            (None, _) => None,
            (Some(challenge), Some("S256")) => Some(Challenge::S256(challenge)),
            (Some(challenge), None | Some("plain")) => Some(Challenge::Plain(challenge)),
            (Some(_), Some(_)) => return Some(("invalid_request", "unknown challenge method")),
        };
        None
    }

    /// Returns the request that a login page was shown for; `next` is its path and query.
    pub(crate) fn of_next(
        world: &World,
        next: &str,
        shown: &Request,
    ) -> Option<Result<Self, Refusal>> {
        let query = next.strip_prefix(PATH)?.strip_prefix('?')?;
        let request = Request {
            query: pairs(query.as_bytes()),
            form: Vec::new(),
            ..shown.clone()
        };
        Some(Self::parse(world, &request))
    }

    /// Returns true if `prompt` contains a value.
    pub(crate) fn prompts(&self, value: &str) -> bool {
        self.prompt.iter().any(|word| word == value)
    }

    /// Returns true if the existing login at the OP is enough.
    fn is_met_by(&self, session: &Session, now: i64) -> bool {
        let is_fresh = self
            .max_age
            .is_none_or(|max_age| now - session.auth_time <= max_age);
        is_fresh && !self.prompts("login") && !self.prompts("select_account")
    }

    /// Answers with a code, or with a page if a policy refuses the user.
    pub(crate) fn grant(&self, world: &mut World, cookie: &str, session: &Session) -> Response {
        if world
            .user(&session.username)
            .is_some_and(|user| !user.permitted)
        {
            return page::permission_denied();
        }
        let grant = Grant {
            client_id: self.client_id.clone(),
            redirect_uri: self.redirect_uri.clone(),
            username: session.username.clone(),
            scopes: self.scopes.clone(),
            nonce: self.nonce.clone(),
            challenge: self.challenge.clone(),
            auth_time: session.auth_time,
            sid: session.sid.clone(),
        };
        if let Some(session) = world.sessions.get_mut(cookie) {
            session.clients.insert(self.client_id.clone());
        }
        let code = random_token();
        let lifetime = world.settings.code_lifetime.as_secs();
        let expires_at = world.now().saturating_add_unsigned(lifetime);
        world.codes.insert(
            code.clone(),
            Code {
                grant,
                expires_at,
                is_used: false,
            },
        );
        self.success(world, code)
    }

    /// Sends the browser back with a code.
    fn success(&self, world: &World, code: String) -> Response {
        let lies = &world.lies;
        let mut response = vec![("code".to_owned(), code)];
        response.extend(self.state.clone().map(|state| ("state".to_owned(), state)));
        if lies.has(&Lie::CodeMissing) {
            response.retain(|(name, _)| name != "code");
        }
        bend_state(world, &mut response);
        if lies.has(&Lie::ParametersTwice) {
            response.extend(response.clone());
        }
        response.extend(self.response_iss(world));
        let text = form_urlencoded::Serializer::new(String::new())
            .extend_pairs(&response)
            .finish();
        self.send(&response, &text)
    }

    /// Sends the browser back with an error.
    pub(crate) fn error(&self, world: &World, error: &str, description: &str) -> Response {
        let mut response = vec![
            ("error".to_owned(), error.to_owned()),
            ("error_description".to_owned(), description.to_owned()),
        ];
        response.extend(self.state.clone().map(|state| ("state".to_owned(), state)));
        bend_state(world, &mut response);
        response.extend(self.response_iss(world));
        // As Authentik does it: `state` is in an error response as it came, not URL-encoded.
        let text: Vec<_> = response
            .iter()
            .map(|(name, value)| match name.as_str() {
                "state" if HeaderValue::from_str(value).is_ok() => format!("state={value}"),
                _ => form_urlencoded::Serializer::new(String::new())
                    .append_pair(name, value)
                    .finish(),
            })
            .collect();
        self.send(&response, &text.join("&"))
    }

    /// Returns the `iss` response parameter (RFC 9207) if it is to be sent.
    fn response_iss(&self, world: &World) -> Option<(String, String)> {
        let lies = &world.lies;
        let iss = if lies.has(&Lie::ResponseIssMissing) {
            return None;
        } else if lies.has(&Lie::ResponseIssWrong) {
            "https://op.example.org/application/o/other/".to_owned()
        } else if world.settings.response_iss || lies.has(&Lie::ResponseIss) {
            let own = world.issuer(&self.origin);
            if lies.has(&Lie::ClientOfOther) {
                other_application(&own)
            } else {
                own
            }
        } else {
            return None;
        };
        Some(("iss".to_owned(), iss))
    }

    /// Sends a response in the requested mode.
    fn send(&self, response: &[(String, String)], text: &str) -> Response {
        let uri = &self.redirect_uri;
        let location = match self.mode {
            Mode::FormPost => return page::form_post(uri, response),
            Mode::Fragment => format!("{uri}#{text}"),
            Mode::Query if uri.contains('?') => format!("{uri}&{text}"),
            Mode::Query => format!("{uri}?{text}"),
        };
        (StatusCode::FOUND, [(header::LOCATION, location)]).into_response()
    }
}

/// Lies about `state`.
fn bend_state(world: &World, response: &mut Vec<(String, String)>) {
    if world.lies.has(&Lie::StateMissing) {
        response.retain(|(name, _)| name != "state");
    }
    if world.lies.has(&Lie::StateWrong) {
        let states = response.iter_mut().filter(|(name, _)| name == "state");
        states.for_each(|(_, state)| "a-state-nobody-sent".clone_into(state));
    }
}

/// Returns the known ones of the requested scopes; without the parameter, all are granted.
fn granted_scopes(asked: Option<&str>) -> Vec<String> {
    if asked.is_none() {
        return SCOPES.map(str::to_owned).to_vec();
    }
    let mut scopes = words(asked);
    scopes.retain(|scope| SCOPES.contains(&scope.as_str()));
    scopes
}

/// Splits a space-separated parameter.
pub(crate) fn words(text: Option<&str>) -> Vec<String> {
    text.unwrap_or_default()
        .split_whitespace()
        .map(str::to_owned)
        .collect()
}
