//! Checks `Postern-Assertion`, the signed identity that Postern puts on every request to the
//! applications behind it.
//!
//! Headers like `Remote-User` can be forged by whoever reaches an application without passing the
//! door. The assertion cannot: it is a JWT, signed by Postern with ES256 for one application, and
//! it lives for a minute. An application that checks it needs no trusted network.
//!
//! ```
//! # use postern_assertion::{AssertionLayer, Identity, Verifier};
//! # use axum::{Extension, Router, routing::get};
//! async fn home(Extension(user): Extension<Identity>) -> String {
//!     format!("Hello {}", user.username)
//! }
//!
//! # async fn fetch(_: &str) -> Result<String, std::io::Error> { Ok(String::new()) }
//! // The keys are at this address of Postern; `fetch` is the HTTP client of your choice.
//! let keys = "https://login.example.com/.well-known/postern/jwks.json";
//! let verifier = Verifier::new("https://app.example.com", move || fetch(keys));
//! let app: Router = Router::new().route("/", get(home)).layer(AssertionLayer::new(verifier));
//! ```

mod error;
mod identity;
mod key_set;
mod layer;
mod verifier;

pub use error::AssertionError;
pub use identity::{Identity, Role};
pub use layer::{AssertionLayer, AssertionService};
pub use verifier::{HEADER, TYPE, Verifier};
