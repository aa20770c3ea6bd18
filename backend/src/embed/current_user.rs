//! Who makes a request, for the handlers of an application.

use std::ops::Deref;

use axum::extract::{FromRef, FromRequestParts, OptionalFromRequestParts};
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::Response;
use postern_assertion::Identity;

use super::start::Postern;

/// Who makes a request: the identity document, the same as behind Postern's proxy.
///
/// As an extractor it lets in only who is logged in. A page load of anybody else is sent to the
/// login and comes back afterwards; anything else is answered with 401 and problem details (JSON).
/// A write that another site makes a browser send is refused with 403. With `Option<CurrentUser>`
/// a handler answers strangers itself.
///
/// The state of the router must have a [`Postern`] in it: be it, or give it by [`FromRef`].
///
/// ```
/// use postern::CurrentUser;
///
/// async fn home(user: Option<CurrentUser>) -> String {
///     match user {
///         Some(user) => format!("Hello {}", user.username),
///         None => "Hello stranger".to_owned(),
///     }
/// }
///
/// async fn notes(user: CurrentUser) -> String {
///     format!("notes of the account {}, which keeps its id for ever", user.sub)
/// }
/// # use axum::{Router, routing::get};
/// # let _: Router<postern::Postern> = Router::new().route("/", get(home)).route("/notes", get(notes));
/// ```
#[derive(Debug, Clone)]
pub struct CurrentUser(pub Identity);

impl Deref for CurrentUser {
    type Target = Identity;

    fn deref(&self) -> &Identity {
        &self.0
    }
}

impl<S> FromRequestParts<S> for CurrentUser
where
    Postern: FromRef<S>,
    S: Send + Sync,
{
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Response> {
        // A layer may have asked already.
        if let Some(user) = parts.extensions.get::<Self>() {
            return Ok(user.clone());
        }
        let identity = Postern::from_ref(state).admit(&[], parts).await?;
        Ok(Self(identity))
    }
}

impl<S> OptionalFromRequestParts<S> for CurrentUser
where
    Postern: FromRef<S>,
    S: Send + Sync,
{
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Option<Self>, Response> {
        match <Self as FromRequestParts<S>>::from_request_parts(parts, state).await {
            Ok(user) => Ok(Some(user)),
            Err(refusal) if is_for_strangers(&refusal) => Ok(None),
            Err(refusal) => Err(refusal),
        }
    }
}

/// Is it the answer to somebody who is not logged in?
fn is_for_strangers(refusal: &Response) -> bool {
    matches!(
        refusal.status(),
        StatusCode::SEE_OTHER | StatusCode::UNAUTHORIZED
    )
}
