//! The stand-in's server, and its controls for tests.

use std::net::Ipv4Addr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, Method, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use super::request::{ApiFault, Request};
use super::world::{BRAND, World};

/// The token that the stand-in accepts.
pub const TOKEN: &str = "an-api-token-of-the-tests";

/// Where the API is.
const API: &str = "/api/v3/";

/// A running stand-in, which ends when dropped.
pub struct AuthentikApi {
    origin: String,
    world: Arc<Mutex<World>>,
    server: JoinHandle<()>,
}

impl AuthentikApi {
    /// Starts an Authentik of that version, as fresh as after its installation.
    ///
    /// # Panics
    /// It does not start.
    pub async fn start(version: &str) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await;
        let listener = listener.expect("a free port");
        let address = listener.local_addr().expect("its address");
        let world = Arc::new(Mutex::new(World::new(version)));
        let app = Router::new()
            .fallback(answer)
            .with_state(Arc::clone(&world));
        let server = tokio::spawn(async move {
            let _ = axum::serve(listener, app).await;
        });
        Self {
            origin: format!("http://{address}"),
            world,
            server,
        }
    }

    /// Returns `http://127.0.0.1:PORT`.
    #[must_use]
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// Returns the requests that have come so far.
    #[must_use]
    pub fn requests(&self) -> Vec<Request> {
        self.world().requests.clone()
    }

    /// Returns the requests that would change something.
    #[must_use]
    pub fn writes(&self) -> Vec<Request> {
        let mut requests = self.requests();
        requests.retain(|request| request.method != Method::GET);
        requests
    }

    /// Returns the objects at a path such as `providers/oauth2/`.
    #[must_use]
    pub fn objects(&self, path: &str) -> Vec<Value> {
        self.world().shown(path)
    }

    /// Returns the object with that name, or that slug.
    ///
    /// # Panics
    /// There is none.
    #[must_use]
    pub fn object(&self, path: &str, name: &str) -> Value {
        let objects = self.objects(path);
        let mut found = objects
            .iter()
            .filter(|object| object["name"] == name || object["slug"] == name);
        found
            .next()
            .cloned()
            .unwrap_or_else(|| panic!("no {name}: {objects:?}"))
    }

    /// Adds an object as if it had always been there, and returns its id.
    pub fn add(&self, path: &str, object: Value) -> Value {
        self.world().add(path, object)
    }

    /// Changes fields of the object with that name, as an administrator may by hand.
    ///
    /// # Panics
    /// There is none.
    pub fn edit(&self, path: &str, name: &str, fields: &Value) {
        self.world().edit(path, name, fields);
    }

    /// Removes the object with that name.
    pub fn remove(&self, path: &str, name: &str) {
        self.world().remove(path, name);
    }

    /// Makes the next request of that kind fail.
    pub fn fail(&self, fault: ApiFault) {
        self.world().faults.push(fault);
    }

    /// Behaves as in its first half minute: refuses the token so many times, and has no flows and
    /// no mappings for so many looks after that.
    pub fn be_new(&self, refusals: usize, looks_without_blueprints: usize) {
        let mut world = self.world();
        world.refusals = refusals;
        world.looks_without_blueprints = looks_without_blueprints;
    }

    /// Gives no more than so many objects a page.
    pub fn limit_pages(&self, most: usize) {
        self.world().page_limit = most;
    }

    fn world(&self) -> MutexGuard<'_, World> {
        self.world.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for AuthentikApi {
    fn drop(&mut self) {
        self.server.abort();
    }
}

/// Answers any request.
async fn answer(
    State(world): State<Arc<Mutex<World>>>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let mut world = world.lock().unwrap_or_else(PoisonError::into_inner);
    let Some(path) = uri.path().strip_prefix(API) else {
        return page(StatusCode::NOT_FOUND);
    };
    let is_json = headers
        .get(header::CONTENT_TYPE)
        .is_some_and(|it| it == "application/json");
    let body = match serde_json::from_slice(&body) {
        _ if body.is_empty() => Value::Null,
        Ok(value) if is_json => value,
        _ => return respond(415, &json!({ "detail": "Unsupported media type." })),
    };
    let request = Request {
        method,
        path: path.to_owned(),
        query: uri.query().unwrap_or_default().to_owned(),
        body,
    };
    world.requests.push(request.clone());
    let bearer = format!("Bearer {TOKEN}");
    let given = headers.get(header::AUTHORIZATION);
    // Whoever gives no token may see the brand; a wrong one is refused even there.
    let is_public = given.is_none() && request.path == BRAND;
    let is_too_early = world.refusals > 0;
    if !is_public && (is_too_early || given.is_none_or(|given| *given != *bearer)) {
        world.refusals = world.refusals.saturating_sub(1);
        // Authentik's own words and status.
        return respond(403, &json!({ "detail": "Token invalid/expired" }));
    }
    let is_meant =
        |fault: &ApiFault| request.method == fault.method && request.path.starts_with(fault.path);
    if let Some(index) = world.faults.iter().position(is_meant) {
        let fault = world.faults.remove(index);
        if fault.is_late {
            world.respond(&request);
        }
        return respond(fault.status, &fault.body);
    }
    match world.respond(&request) {
        Some((status, body)) => respond(status, &body),
        None => page(StatusCode::NOT_FOUND),
    }
}

/// Creates a JSON answer.
fn respond(status: u16, body: &Value) -> Response {
    let status = StatusCode::from_u16(status).expect("a status");
    let location = [(header::LOCATION, "http://127.0.0.1:9/elsewhere")];
    let json = [(header::CONTENT_TYPE, "application/json")];
    if status.is_redirection() {
        return (status, location).into_response();
    }
    (status, json, body.to_string()).into_response()
}

/// Creates one of Authentik's pages.
fn page(status: StatusCode) -> Response {
    let html = [(header::CONTENT_TYPE, "text/html")];
    (status, html, "<title>authentik</title>").into_response()
}
