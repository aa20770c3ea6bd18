//! An axum application with routes of its own, and Postern inside.
//!
//! ```text
//! POSTERN_PUBLIC_URL=http://localhost:3000 DATA_DIR=./data cargo run -p axum-app
//! ```
//!
//! The log then says how to create the first account. All settings of Postern work: for logins
//! through an OpenID Provider, those that begin with `OIDC_`.

mod page;

use std::env;
use std::net::SocketAddr;

use axum::Router;
use axum::routing::get;
use postern::{CurrentUser, Postern, RequireGroup, RequireRole, Role};
use tokio::net::TcpListener;

/// Where it listens, unless its first argument says otherwise.
const ADDRESS: &str = "127.0.0.1:3000";

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    tracing_subscriber::fmt()
        .with_writer(std::io::stderr)
        .init();
    let postern = Postern::from_env().await?;
    let address = env::args().nth(1);
    let listener = TcpListener::bind(address.as_deref().unwrap_or(ADDRESS)).await?;
    let app = app(postern).into_make_service_with_connect_info::<SocketAddr>();
    axum::serve(listener, app).await?;
    Ok(())
}

/// Returns the application: its own routes, and Postern's below `/_postern`.
fn app(postern: Postern) -> Router {
    let for_family = Router::new()
        .route("/photos", get(photos))
        .route_layer(RequireGroup::new(&postern, "family"));
    let for_admins = Router::new()
        .route("/settings", get(settings))
        .route_layer(RequireRole::new(&postern, Role::Admin));
    Router::new()
        .route("/", get(home))
        .route("/notes", get(notes).post(add_note))
        .merge(for_family)
        .merge(for_admins)
        .merge(page::router())
        .merge(postern.router())
        .with_state(postern)
}

/// Greets everybody.
async fn home(user: Option<CurrentUser>) -> String {
    match user {
        Some(user) => format!("Hello {}.\n", user.username),
        None => "Hello stranger.\n".to_owned(),
    }
}

/// Needs a login.
async fn notes(user: CurrentUser) -> String {
    format!("The notes of {}.\n", user.username)
}

/// Needs a login, and that no other site sends it.
async fn add_note(user: CurrentUser) -> String {
    format!("A new note of {}.\n", user.username)
}

/// Needs the group `family`.
async fn photos(user: CurrentUser) -> String {
    format!("Photos for {}.\n", user.username)
}

/// Needs an admin.
async fn settings() -> &'static str {
    "Settings.\n"
}
