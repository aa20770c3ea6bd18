//! The login page: a plain form, in place of Authentik's scripted flow.

use axum::extract::{Extension, State};
use axum::http::{StatusCode, header};
use axum::response::{AppendHeaders, IntoResponse, Response};
use subtle::ConstantTimeEq;

use crate::authorize::{self, Ask, Refusal};
use crate::backchannel;
use crate::page;
use crate::request::Request;
use crate::world::{App, SESSION_COOKIE, Session, World};

/// Shows the login page.
pub(crate) async fn show(
    State(app): State<App>,
    Extension(request): Extension<Request>,
) -> Response {
    page::login(&app.world(), &request, None)
}

/// Handles the form: logs in and continues, stays with an error, or cancels.
pub(crate) async fn submit(
    State(app): State<App>,
    Extension(request): Extension<Request>,
) -> Response {
    let mut world = app.world();
    let next = request.params("next").first().copied().unwrap_or_default();
    let ask = match Ask::of_next(&world, next, &request) {
        Some(Err(Refusal(response))) => return *response,
        Some(Ok(ask)) => Some(ask),
        None => None,
    };
    if request.param("action") == Some("cancel") {
        // Authentik never comes back here, but an RP must be ready for OPs that do.
        return match ask {
            Some(ask) => ask.error(&world, "access_denied", "the user cancelled the login"),
            None => page::to_login(next),
        };
    }
    let username = match check_password(&world, &request) {
        Ok(username) => username,
        Err(complaint) => return page::login(&world, &request, Some(complaint)),
    };

    // Authenticating again ends the session before; its clients are told.
    let before = world.session(&request).map(|(cookie, _)| cookie);
    let notices =
        before.map(|cookie| backchannel::end_session(&mut world, &cookie, &request.origin()));
    let (cookie, session) = world.start_session(&username);
    let response = match ask {
        Some(ask) => ask.grant(&mut world, &cookie, &session),
        None => onward(next, &session),
    };
    drop(world);
    backchannel::send_later(notices.unwrap_or_default());
    let cookie = format!("{SESSION_COOKIE}={cookie}; Path=/; HttpOnly; SameSite=Lax");
    (AppendHeaders([(header::SET_COOKIE, cookie)]), response).into_response()
}

/// Returns the user whose password is right, or an error to show.
fn check_password(world: &World, request: &Request) -> Result<String, &'static str> {
    let username = request.param("username").unwrap_or_default().trim();
    let password = request.param("password").unwrap_or_default();
    match world.user(username) {
        Some(user) if user.password.as_bytes().ct_eq(password.as_bytes()).into() => {
            if user.active {
                Ok(user.username.clone())
            } else {
                Err("This account is inactive.")
            }
        }
        _ => Err("Unknown username or wrong password."),
    }
}

/// Goes to a path of the OP after a login that no RP asked for.
fn onward(next: &str, session: &Session) -> Response {
    let is_ours = next.starts_with("/application/o/") && !next.starts_with(authorize::PATH);
    if is_ours {
        (StatusCode::FOUND, [(header::LOCATION, next.to_owned())]).into_response()
    } else {
        page::message(
            "Logged in",
            &format!("You are logged in as {}.", session.username),
        )
    }
}
