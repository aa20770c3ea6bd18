//! `/demo/`: lets a test or a curious person change an OP that runs as its own process.
//!
//! All of it accepts only JSON, which no foreign web page can post without a preflight.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::{Map, Value, json};

use crate::backchannel;
use crate::lie::Lie;
use crate::settings::User;
use crate::world::{App, World};

/// `POST /demo/lie {"lie": "nonce_wrong"}`: tells one more lie; a list replaces those in force, and
/// `null` ends them all.
pub(crate) async fn lie(State(app): State<App>, Json(mut body): Json<Value>) -> Response {
    let mut lies = app.world().lies.0.clone();
    let told = match body["lie"].take() {
        Value::Null => Ok(Vec::new()),
        list @ Value::Array(_) => serde_json::from_value(list),
        one => serde_json::from_value(one).map(|lie: Lie| {
            lies.push(lie);
            lies
        }),
    };
    match told {
        Ok(lies) => {
            let answer = json!({ "lies": lies });
            let mut world = app.world();
            world.lies.0 = lies;
            world.provide_keys();
            Json(answer).into_response()
        }
        Err(error) => refusal(&error.to_string()),
    }
}

/// `POST /demo/rotate-keys {}`.
pub(crate) async fn rotate_keys(State(app): State<App>, Json(_): Json<Value>) -> Response {
    app.world().rotate_keys();
    StatusCode::NO_CONTENT.into_response()
}

/// `GET /demo/requests`: what the OP saw.
pub(crate) async fn requests(State(app): State<App>) -> Response {
    let world = app.world();
    Json(&world.requests).into_response()
}

/// `POST /demo/users/{name}`: changes or creates a user.
pub(crate) async fn change_user(
    State(app): State<App>,
    Path(username): Path<String>,
    Json(patch): Json<Map<String, Value>>,
) -> Response {
    let mut world = app.world();
    let known = world.user(&username).cloned();
    let mut user = known.unwrap_or_else(|| User::new(&username, ""));
    for (name, value) in patch {
        if let Err(error) = patch_user(&mut user, &name, value) {
            return refusal(&format!("{name}: {error}"));
        }
    }
    put_user(&mut world, user);
    StatusCode::NO_CONTENT.into_response()
}

/// Sets one property of a user.
fn patch_user(user: &mut User, name: &str, value: Value) -> anyhow::Result<()> {
    match name {
        "email" => user.email = serde_json::from_value(value)?,
        "email_verified" => user.email_verified = value,
        "active" => user.active = serde_json::from_value(value)?,
        "permitted" => user.permitted = serde_json::from_value(value)?,
        "groups" => user.groups = serde_json::from_value(value)?,
        "name" => user.name = serde_json::from_value(value)?,
        "password" => user.password = serde_json::from_value(value)?,
        "sub" => user.sub = serde_json::from_value(value)?,
        "claims" => user.claims = serde_json::from_value(value)?,
        _ => anyhow::bail!("a user has no such property"),
    }
    Ok(())
}

/// Adds a user, replacing the one with that name.
pub(crate) fn put_user(world: &mut World, user: User) {
    world
        .settings
        .users
        .retain(|known| known.username != user.username);
    world.settings.users.push(user);
}

/// `POST /demo/users/{name}/end-sessions {}`: does what an admin can do; logout tokens are posted.
pub(crate) async fn end_sessions(
    State(app): State<App>,
    Path(username): Path<String>,
    request: axum::extract::Request,
) -> Response {
    let origin = request
        .extensions()
        .get::<crate::request::Request>()
        .map(crate::request::Request::origin)
        .unwrap_or_default();
    let notices = end_sessions_of(&app, &username, &origin);
    let mut statuses = Vec::new();
    for notice in &notices {
        statuses.push(backchannel::send(notice).await.ok());
    }
    Json(json!({"statuses": statuses})).into_response()
}

/// Ends all OP sessions of a user.
pub(crate) fn end_sessions_of(app: &App, username: &str, origin: &str) -> Vec<backchannel::Notice> {
    let mut world = app.world();
    let theirs = world
        .sessions
        .iter()
        .filter(|(_, session)| session.username == username);
    let cookies: Vec<_> = theirs.map(|(cookie, _)| cookie.clone()).collect();
    let ended = cookies
        .iter()
        .flat_map(|cookie| backchannel::end_session(&mut world, cookie, origin));
    ended.collect()
}

/// 400 with a reason.
fn refusal(reason: &str) -> Response {
    (StatusCode::BAD_REQUEST, Json(json!({"error": reason}))).into_response()
}
