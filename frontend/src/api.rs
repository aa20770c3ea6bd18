//! The only file that fetches. JSON is read and written by the browser itself, which is quicker
//! than a parser of our own and 12 kB smaller; `json` makes wire types of it.
//!
//! Requests are values ([`Request`]), and what is generic over their answers is kept thin. `remote`
//! and `mutation` send them.

use std::marker::PhantomData;

use gloo_net::http::{Method, RequestBuilder};
use js_sys::JSON;
use serde::de::{DeserializeOwned, IgnoredAny};
use serde::{Deserialize, Serialize};
use serde_wasm_bindgen::Serializer;
use shared::audit::Audit;
use shared::config::PublicConfig;
use shared::doctor::Report;
use shared::error::{ErrorCode, Problem};
use shared::failure::FailureCode;
use shared::link::{LinkAnswer, PendingLink};
use shared::profile::{PasswordChange, Profile, ProfileUpdate};
use shared::routes;
use shared::session::{Confirmation, GoTo, PasswordLogin, SessionEntry, SessionStatus, Setup};
use shared::test_login::LastTestLogin;
use shared::text::{CountedText, Text};
use shared::users::{
    CreatedUser, NewUser, UserEntry, UserList, UserUpdate, Welcome, WelcomeCheck, WelcomeLink,
    WelcomePassword,
};

use crate::json;
use crate::next;
use crate::text::{fill, fill_counted, say};

/// The longest wait for an answer, in milliseconds; a page that is busy for ever helps nobody.
const TIMEOUT_MS: u32 = 30_000;
/// The same for the doctor, who waits for others; more than the server gives a request.
const DOCTOR_TIMEOUT_MS: u32 = 50_000;

/// Why a request did not do what was asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Error {
    /// The server said why.
    Problem(Problem),
    /// No answer came: no network, server away, or too slow.
    Offline,
    /// An answer that is not the server's own, as from a proxy between, or of another version.
    Unexpected(u16),
}

/// What requests answer with.
pub(crate) type Result<T> = std::result::Result<T, Error>;

impl Error {
    /// Is it this error of the server's?
    pub(crate) fn is(&self, code: ErrorCode) -> bool {
        matches!(self, Self::Problem(problem) if problem.code == code)
    }

    /// Returns the code that the page's error boxes carry.
    pub(crate) fn code(&self) -> &'static str {
        match self {
            Self::Problem(problem) => problem.code.as_str(),
            Self::Offline => "offline",
            Self::Unexpected(_) => "unexpected",
        }
    }

    /// Returns the sentence for people.
    pub(crate) fn message(&self) -> String {
        match self {
            Self::Problem(Problem {
                retry_after: Some(seconds),
                ..
            }) if *seconds > 1 => fill_counted(CountedText::WAIT, *seconds),
            Self::Problem(problem) => say(problem.code.message()).to_owned(),
            Self::Offline => say(Text::OFFLINE).to_owned(),
            Self::Unexpected(status) => fill(Text::UNEXPECTED, &[("status", &status.to_string())]),
        }
    }

    /// Returns the log's reference, where somebody else must look into it.
    pub(crate) fn reference(&self) -> Option<&str> {
        match self {
            Self::Problem(problem) if problem.status >= 500 => Some(&problem.reference),
            Self::Problem(_) | Self::Offline | Self::Unexpected(_) => None,
        }
    }
}

/// A request and the type of its answer.
pub(crate) struct Request<T> {
    /// What is sent.
    raw: Raw,
    /// The answer's type.
    answer: PhantomData<T>,
}

/// What is sent.
#[derive(Clone)]
pub(crate) struct Raw {
    /// The HTTP method.
    method: Method,
    /// The path, with its query.
    path: String,
    /// The JSON body.
    body: Option<String>,
    /// The longest wait, in milliseconds.
    timeout_ms: u32,
}

/// The answer of writes of which only the success counts.
pub(crate) type Done = IgnoredAny;

/// The answer of a login, if it has a body: all but the redirect is ignored.
#[derive(Deserialize)]
pub(crate) struct LoggedIn {
    /// Where to go.
    #[serde(default)]
    pub(crate) redirect: Option<String>,
}

impl<T> Request<T> {
    /// Creates it.
    fn new(method: Method, path: impl Into<String>, body: Option<String>) -> Self {
        Self {
            raw: Raw {
                method,
                path: path.into(),
                body,
                timeout_ms: TIMEOUT_MS,
            },
            answer: PhantomData,
        }
    }

    /// Creates one that reads.
    fn get(path: &str) -> Self {
        Self::new(Method::GET, path, None)
    }

    /// Creates one that writes.
    fn post(path: &str, body: &impl Serialize) -> Self {
        Self::new(Method::POST, path, Some(write(body)))
    }

    /// Creates one that writes and has nothing more to say than its path.
    fn bare_post(path: &str) -> Self {
        Self::new(Method::POST, path, Some("{}".to_owned()))
    }
}

impl<T> Clone for Request<T> {
    fn clone(&self) -> Self {
        Self {
            raw: self.raw.clone(),
            answer: PhantomData,
        }
    }
}

impl<T: DeserializeOwned> Request<T> {
    /// Sends it and waits for the answer.
    pub(crate) async fn send(self) -> Result<T> {
        read(&exchange(self.raw).await?)
    }

    /// Forgets the answer's type.
    pub(crate) fn into_raw(self) -> Raw {
        self.raw
    }
}

/// Asks what the login page needs to know; with an error code, also for the hint on it.
pub(crate) fn config(error: Option<FailureCode>) -> Request<PublicConfig> {
    match error {
        Some(code) => Request::get(&[routes::API_CONFIG, "?error=", code.as_str()].concat()),
        None => Request::get(routes::API_CONFIG),
    }
}

/// Asks who is logged in.
pub(crate) fn session() -> Request<SessionStatus> {
    Request::get(routes::API_SESSION)
}

/// Logs in by password.
pub(crate) fn log_in(login: &PasswordLogin) -> Request<Option<LoggedIn>> {
    Request::post(routes::API_LOGIN, login)
}

/// Ends the session, and asks where to go.
pub(crate) fn log_out() -> Request<GoTo> {
    Request::bare_post(routes::API_LOGOUT)
}

/// Confirms that it is the account's owner who sits here.
pub(crate) fn confirm(password: String) -> Request<Done> {
    Request::post(routes::API_SESSION_CONFIRM, &Confirmation { password })
}

/// Makes the first admin.
pub(crate) fn set_up(setup: &Setup) -> Request<Done> {
    Request::post(routes::API_SETUP, setup)
}

/// Asks whose welcome link it is.
pub(crate) fn check_welcome(token: String) -> Request<Welcome> {
    Request::post(routes::API_WELCOME_CHECK, &WelcomeCheck { token })
}

/// Sets the password by a welcome link, and asks where to go.
pub(crate) fn welcome(choice: &WelcomePassword) -> Request<GoTo> {
    Request::post(routes::API_WELCOME, choice)
}

/// Reads the user's own record.
pub(crate) fn profile() -> Request<Profile> {
    Request::get(routes::API_PROFILE)
}

/// Changes it.
pub(crate) fn update_profile(update: &ProfileUpdate) -> Request<Profile> {
    Request::new(Method::PATCH, routes::API_PROFILE, Some(write(update)))
}

/// Changes or sets the password.
pub(crate) fn change_password(change: &PasswordChange) -> Request<Done> {
    Request::post(routes::API_PROFILE_PASSWORD, change)
}

/// Starts linking an identity, and asks for the OP's URL to go to.
pub(crate) fn connect() -> Request<GoTo> {
    Request::bare_post(routes::API_PROFILE_IDENTITIES_OPENID)
}

/// Unlinks an identity.
pub(crate) fn disconnect(id: &str) -> Request<Done> {
    Request::new(
        Method::DELETE,
        [routes::API_PROFILE_IDENTITIES, "/", id].concat(),
        None,
    )
}

/// Reads where the account is logged in.
pub(crate) fn sessions() -> Request<Vec<SessionEntry>> {
    Request::get(routes::API_PROFILE_SESSIONS)
}

/// Ends one of the account's sessions.
pub(crate) fn end_session(id: &str) -> Request<Done> {
    Request::new(
        Method::DELETE,
        [routes::API_PROFILE_SESSIONS, "/", id].concat(),
        None,
    )
}

/// Ends all of them but this one.
pub(crate) fn end_other_sessions() -> Request<Done> {
    Request::new(Method::DELETE, routes::API_PROFILE_SESSIONS, None)
}

/// Reads the link that waits for its user's word.
pub(crate) fn pending_link() -> Request<PendingLink> {
    Request::get(routes::API_LINK)
}

/// Makes that link, and asks where to go.
pub(crate) fn accept_link(answer: &LinkAnswer) -> Request<GoTo> {
    Request::post(routes::API_LINK, answer)
}

/// Drops that link.
pub(crate) fn drop_link() -> Request<Done> {
    Request::new(Method::DELETE, routes::API_LINK, None)
}

/// Reads a page of the accounts; see [`UserList`] for the parameters.
pub(crate) fn users(parameters: &[(&str, &str)]) -> Request<UserList> {
    Request::get(&next::with_query(routes::API_USERS, parameters))
}

/// Makes an account.
pub(crate) fn create_user(new: &NewUser) -> Request<CreatedUser> {
    Request::post(routes::API_USERS, new)
}

/// Changes one.
pub(crate) fn update_user(id: &str, update: &UserUpdate) -> Request<UserEntry> {
    Request::new(Method::PATCH, user_path(id, &[]), Some(write(update)))
}

/// Deletes one.
pub(crate) fn delete_user(id: &str) -> Request<Done> {
    Request::new(Method::DELETE, user_path(id, &[]), None)
}

/// Unlinks an identity of one.
pub(crate) fn disconnect_user(id: &str, identity: &str) -> Request<Done> {
    let path = user_path(id, &["/identities/", identity]);
    Request::new(Method::DELETE, path, None)
}

/// Makes a link by which its owner sets a password.
pub(crate) fn welcome_link(id: &str) -> Request<WelcomeLink> {
    Request::bare_post(&user_path(id, &["/welcome-link"]))
}

/// Returns an account's path in the API, and what follows it.
fn user_path(id: &str, rest: &[&str]) -> String {
    [routes::API_USERS, "/", id, &rest.concat()].concat()
}

/// Reads a page of the audit trail; see [`Audit`] for the parameters.
pub(crate) fn audit(parameters: &[(&str, &str)]) -> Request<Audit> {
    Request::get(&next::with_query(routes::API_AUDIT, parameters))
}

/// Has the doctor look, and reads what was found.
pub(crate) fn doctor() -> Request<Report> {
    let mut request = Request::get(routes::API_DOCTOR);
    request.raw.timeout_ms = DOCTOR_TIMEOUT_MS;
    request
}

/// Begins a test login, and asks where to go.
pub(crate) fn test_login() -> Request<GoTo> {
    Request::bare_post(routes::API_TEST_LOGIN)
}

/// Reads what the last test login showed.
pub(crate) fn last_test_login() -> Request<LastTestLogin> {
    Request::get(routes::API_TEST_LOGIN)
}

/// Sends one request and returns the body of a success.
pub(crate) async fn exchange(raw: Raw) -> Result<String> {
    let timeout = web_sys::AbortSignal::timeout_with_u32(raw.timeout_ms);
    let mut builder = RequestBuilder::new(&raw.path)
        .header("accept", "application/json")
        .abort_signal(Some(&timeout));
    if raw.method != Method::GET {
        // The server takes writes as JSON alone: no form of another site can send that.
        builder = builder.header("content-type", "application/json");
    }
    let builder = builder.method(raw.method);
    let request = match raw.body {
        Some(body) => builder.body(body),
        None => builder.build(),
    };
    let response = match request {
        Ok(request) => request.send().await.map_err(|_| Error::Offline)?,
        Err(_) => return Err(Error::Offline),
    };
    let text = response.text().await.map_err(|_| Error::Offline)?;
    if response.ok() {
        // An empty body, as of a 204, is JSON's nothing.
        return Ok(if text.is_empty() {
            "null".to_owned()
        } else {
            text
        });
    }
    Err(json::parse(&text).map_or(Error::Unexpected(response.status()), Error::Problem))
}

/// Turns a success's JSON into its type.
pub(crate) fn read<T: DeserializeOwned>(text: &str) -> Result<T> {
    json::parse(text).ok_or(Error::Unexpected(200))
}

/// Writes a body as JSON.
fn write(body: &impl Serialize) -> String {
    body.serialize(&Serializer::json_compatible())
        .ok()
        .and_then(|value| JSON::stringify(&value).ok())
        .map(String::from)
        .unwrap_or_default()
}
