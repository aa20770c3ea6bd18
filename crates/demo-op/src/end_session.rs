//! The end-session endpoint (RP-Initiated Logout), as limited as Authentik's.

use axum::extract::{Extension, State};
use axum::http::{StatusCode, header};
use axum::response::{AppendHeaders, IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;

use crate::backchannel;
use crate::page;
use crate::request::Request;
use crate::settings::Invalidation;
use crate::world::{App, SESSION_COOKIE, World};

/// `GET` or `POST <application>/end-session/`.
pub(crate) async fn end(
    State(app): State<App>,
    Extension(request): Extension<Request>,
) -> Response {
    let mut world = app.world();
    let session = world.session(&request).map(|(cookie, _)| cookie);
    let back = return_uri(&world, &request);
    if session.is_none() && back.is_none() {
        // Logged out already: the login page, whose `next` is this very URL.
        return page::to_login(&(world.application_path() + "end-session/"));
    }
    let ends = world.settings.invalidation == Invalidation::Session;
    let ended = session.filter(|_| ends);
    let notices =
        ended.map(|cookie| backchannel::end_session(&mut world, &cookie, &request.origin()));
    let response = match back {
        Some(location) => (StatusCode::FOUND, [(header::LOCATION, location)]).into_response(),
        None if ends => page::to_login("/"),
        None => page::message("Logged out", "You have logged out of the application."),
    };
    drop(world);
    backchannel::send_later(notices.unwrap_or_default());
    if !ends {
        return response;
    }
    let cookie = format!("{SESSION_COOKIE}=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0");
    (AppendHeaders([(header::SET_COOKIE, cookie)]), response).into_response()
}

/// Returns where the browser goes after the logout, if the release supports such a URI.
fn return_uri(world: &World, request: &Request) -> Option<String> {
    if !world.settings.version.follows_post_logout_uri() {
        return None;
    }
    let hinted = request.param("id_token_hint").and_then(audience);
    let client_id = request.param("client_id").map(str::to_owned).or(hinted)?;
    let client = world.client(&client_id)?;
    let uri = request.param("post_logout_redirect_uri")?;
    let mut uri = client
        .post_logout_uris
        .iter()
        .find(|known| *known == uri)?
        .clone();
    if let Some(state) = request.param("state") {
        let query = form_urlencoded::Serializer::new(String::new())
            .append_pair("state", state)
            .finish();
        uri.push(if uri.contains('?') { '&' } else { '?' });
        uri.push_str(&query);
    }
    Some(uri)
}

/// Reads `aud` of a token without verifying it: it only picks among registered clients.
fn audience(token: &str) -> Option<String> {
    let claims = URL_SAFE_NO_PAD.decode(token.split('.').nth(1)?).ok()?;
    let claims: Value = serde_json::from_slice(&claims).ok()?;
    claims["aud"].as_str().map(str::to_owned)
}
