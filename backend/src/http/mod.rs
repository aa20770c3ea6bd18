//! HTTP: every route on one page, and every layer with the reason for its position.

mod reference;
mod query;
mod error;
pub mod cookie;
mod api;
mod openapi;
pub(crate) mod own_routes;
pub(crate) mod front;
pub(crate) mod layers;
pub(crate) mod extract;
pub(crate) mod login;
pub(crate) mod account;
pub(crate) mod admin;
pub(crate) mod page;
pub(crate) mod ops;
pub mod door;

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::{DefaultBodyLimit, MatchedPath, Request, State};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::any;
use futures_util::FutureExt as _;
use shared::api::{
    AcceptLink, ChangePassword, CheckCookie, CheckWelcome, ConfirmSession, CreateUser,
    CreateWelcomeLink, DeleteUser, DropLink, EndOtherSessions, EndSession, EndSessionsByOp,
    EnterApplication, Examine, FindPasswordForm, FinishLogin, FinishLoginByForm, InitiateLogin,
    LinkIdentity, ListAudit, ListIdentities, ListSessions, ListUsers, LogIn, LogOut,
    NegotiateTexts, ProbeLogin, RedeemWelcome, Reflect, SetUp, ShowApi, ShowConfig, ShowHealth,
    ShowKeys, ShowLink, ShowProfile, ShowReadiness, ShowSession, ShowTestLogin, ShowTexts,
    StartLogin, StartTestLogin, UnlinkIdentity, UnlinkUserIdentity, UpdateProfile, UpdateUser,
    Verify,
};
use shared::endpoint::Endpoint as _;
use shared::error::ErrorCode;
use tower_http::compression::CompressionLayer;

use crate::app::AppState;
use account::{identities, profile, session, session_check::SessionCheck, sessions};
use admin::{audit, doctor, users};
use api::Routes;
use door::{gateway::Gateway, keys, ticket, verify};
use error::ApiError;
use front::Front;
use layers::{pages, same_origin, security_headers};
use login::{
    backchannel_logout, callback, cookie_check, link, logout, misdirected, password, setup, start,
    test_login, welcome,
};
use ops::health;
pub(crate) use ops::metrics::router as ops_router;
use own_routes::OwnRoutes;
use page::{assets, config, refusal::RefusalPages, spa, texts};

/// The most bytes of a body; real ones have some hundred.
const MAX_BODY: usize = 32 * 1024;
/// How long a request may take: longer than all timeouts of calls to the OP together.
const TIMEOUT: Duration = Duration::from_secs(45);

/// Returns the whole application.
pub(crate) fn front(app: AppState) -> Front {
    if assets::is_missing() {
        tracing::warn!("this build has no page in it: `cargo xtask dist` makes one that has");
    }
    let spa = spa::Spa::new(app.clone());
    let csp = security_headers::Csp::new(&app.config, spa.style_hash());
    let refusals = RefusalPages::new(app.clone());
    let gated = !app.config.applications.0.is_empty();
    let state = app.clone();
    let layers = Arc::new(Layers {
        app: app.clone(),
        csp,
        refusals: refusals.clone(),
    });
    let own = Routes::default()
        .api::<ListSessions>(sessions::list)
        .api::<ListUsers>(users::list)
        .api::<ListAudit>(audit::list)
        .api::<ShowTestLogin>(test_login::show)
        .api::<Examine>(doctor::show)
        .raw::<ShowApi, _>(openapi::show)
        .raw::<NegotiateTexts, _>(texts::negotiated)
        .raw::<ShowTexts, _>(texts::show)
        // Of the answers that are large: of the others, that would cost more than all the rest.
        .compressed()
        .api::<ShowConfig>(config::show)
        .form::<LogIn>(password::password)
        .raw::<CheckCookie, _>(cookie_check::check)
        .raw::<StartLogin, _>(start::start)
        .raw::<InitiateLogin, _>(start::initiate)
        .raw::<FinishLogin, _>(callback::callback)
        .raw::<FinishLoginByForm, _>(callback::form_post)
        .raw::<ProbeLogin, _>(callback::head)
        .raw::<EndSessionsByOp, _>(backchannel_logout::end_sessions)
        .form::<LogOut>(logout::logout)
        .api::<ShowSession>(session::show)
        .api::<ConfirmSession>(session::confirm)
        .api::<ShowLink>(link::show)
        .form::<AcceptLink>(link::confirm)
        .api::<DropLink>(link::cancel)
        .api::<ShowProfile>(profile::show)
        .api::<UpdateProfile>(profile::update)
        .api::<ChangePassword>(profile::change_password)
        .api::<EndOtherSessions>(sessions::end_others)
        .api::<EndSession>(sessions::end)
        .api::<ListIdentities>(identities::list)
        .api::<LinkIdentity>(identities::link)
        .api::<UnlinkIdentity>(identities::unlink)
        .form::<SetUp>(setup::create)
        .api::<CheckWelcome>(welcome::check)
        .form::<RedeemWelcome>(welcome::redeem)
        .api::<CreateUser>(users::create)
        .api::<UpdateUser>(users::update)
        .api::<DeleteUser>(users::remove)
        .api::<UnlinkUserIdentity>(users::disconnect)
        .api::<CreateWelcomeLink>(welcome::make)
        .api::<StartTestLogin>(test_login::begin)
        .raw::<Reflect, _>(doctor::mirror)
        .raw::<Verify, _>(verify::verify)
        .raw::<EnterApplication, _>(ticket::enter)
        .raw::<ShowKeys, _>(keys::show)
        .raw::<FindPasswordForm, _>(profile::find_password_form)
        .raw::<ShowHealth, _>(health::live)
        .raw::<ShowReadiness, _>(health::ready)
        .into_router()
        .method_not_allowed_fallback(|| async { ApiError::from(ErrorCode::MethodNotAllowed) })
        // Skips what is compressed already.
        .fallback_service(
            any(spa::serve)
                .with_state(spa)
                .layer(CompressionLayer::new()),
        )
        // As one: each layer of a router is boxed, and copied with all inside of it, for every request.
        .layer((
            from_fn_with_state(Arc::clone(&layers), pass_router),
            DefaultBodyLimit::max(MAX_BODY),
        ))
        .with_state(app);
    let check = Arc::new(SessionCheck::default());
    let own = OwnRoutes::new(own, move |request| {
        let (layers, check) = (Arc::clone(&layers), Arc::clone(&check));
        Box::pin(async move {
            let answer =
                async |request: Request| check.answer(&layers.app, request.headers()).await;
            pass(&layers, Some(ShowSession::PATH), request, answer).await
        })
    });
    if gated {
        Front::Gated(Gateway::new(state, own, refusals))
    } else {
        Front::Own(own)
    }
}

/// What the layers need.
struct Layers {
    app: AppState,
    csp: security_headers::Csp,
    refusals: RefusalPages,
}

/// Passes a request through all layers, and to the route that matched.
async fn pass_router(State(layers): State<Arc<Layers>>, request: Request, next: Next) -> Response {
    // The route, not the path: a path may hold anything, and queries hold codes.
    let matched = request.extensions().get::<MatchedPath>().cloned();
    let route = matched.as_ref().map(MatchedPath::as_str);
    pass(&layers, route, request, |request| next.run(request)).await
}

/// Passes a request through all layers, from the outermost to the innermost, to what answers at this
/// route; `None` if no route matched.
async fn pass<F: Future<Output = Response>>(
    layers: &Layers,
    route: Option<&str>,
    request: Request,
    answer: impl FnOnce(Request) -> F,
) -> Response {
    let Layers { app, csp, refusals } = layers;
    // Before any body is read.
    let innermost = |request| same_origin::require(app, request, answer);
    // Outside of what refuses the OP's form: it too comes to almost the right path.
    let explained = |request| misdirected::explain(app, request, innermost);
    // On the heap: what is around it would copy it.
    let bounded = |request| unless_it_panics(in_time(Box::pin(explained(request))));
    // Outside of everything that may refuse a form.
    let shown = |request| pages::show(refusals, request, bounded);
    // Outside of everything that may answer, so that every answer has them.
    let secured = |request| security_headers::set(csp, &app.config, request, shown);
    // Outermost, so that everything logged or answered inside has the reference.
    layers::reference::around(app, route, request, secured).await
}

/// Gives up on what takes too long, such as a database that neither answers nor fails.
async fn in_time(answer: impl Future<Output = Response>) -> Response {
    let answer = tokio::time::timeout(TIMEOUT, answer).await;
    answer.unwrap_or_else(|_| {
        tracing::error!("request took too long");
        ApiError::from(ErrorCode::Unavailable).into_response()
    })
}

/// Makes a panic the end of one request, and not of its connection.
async fn unless_it_panics(answer: impl Future<Output = Response>) -> Response {
    let caught = AssertUnwindSafe(answer).catch_unwind();
    caught.await.unwrap_or_else(|_| {
        // The panic's text is in the log already, by the panic hook; here it might hold a secret.
        tracing::error!("a handler panicked");
        ApiError::from(ErrorCode::Internal).into_response()
    })
}
