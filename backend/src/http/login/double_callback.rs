//! The well-known double callback of phones: two equal requests, often at once, the first of which
//! is given up on. They log in once, and both bring the browser into the app.

use axum::http::header::LOCATION;
use axum::response::{IntoResponse, Redirect, Response};
use sha2::{Digest, Sha256};

use crate::http::cookie::SetCookies;
use crate::http::extract::principal;
use crate::http::layers::reference;
use crate::http::login::begin_session;
use crate::http::login::openid::{self, Visit};
use crate::login::attempt::LoginAttempt;
use crate::login::error::LoginError;
use crate::login::once::{Answered, Key, Turn};
use crate::store;
use oidc::attempt::AuthorizationResponse;

/// Ends a login by an attempt that the browser brought along. `spent` makes it forget the attempt.
pub(crate) async fn log_in_once(
    visit: &Visit,
    response: AuthorizationResponse,
    attempt: LoginAttempt,
    spent: SetCookies,
) -> Response {
    let app = &visit.app;
    let next = attempt.next.clone();
    let key = key(&response, &attempt);
    let work = work(visit.clone(), response.clone(), attempt);
    let answer = app
        .callbacks
        .answer(key, app.clock.now(), reference::carried(work));
    let Some((answered, turn)) = answer.await else {
        let failed = openid::fail(visit, &LoginError::Panicked).await;
        return (spent, failed).into_response();
    };
    if turn == Turn::Later && answered.session.is_some() {
        match is_still_good(visit, &answered).await {
            Ok(Standing::HasIt) => {
                let redirect = Redirect::to(&answered.location);
                return (spent, redirect).into_response();
            }
            Ok(Standing::Good) => tracing::info!("callback answered once more"),
            Ok(Standing::Ended) => {
                let error = oidc::Error::StateMissing("its login has ended since").into();
                let answer = openid::lost(visit, &response, None, next, error).await;
                return (spent, answer).into_response();
            }
            Err(error) => return (spent, openid::fail(visit, &error.into()).await).into_response(),
        }
    }
    let redirect = Redirect::to(&answered.location);
    (spent, SetCookies::from(answered.cookies), redirect).into_response()
}

/// Does the login, and puts down how it is answered.
async fn work(visit: Visit, response: AuthorizationResponse, attempt: LoginAttempt) -> Answered {
    match openid::finish(&visit, &response, attempt, None).await {
        Ok((cookies, redirect)) => Answered {
            session: begin_session::token_in(&cookies, &visit.app),
            cookies: cookies.into_lines(),
            location: redirect.location().to_owned(),
            has_failed: false,
        },
        Err(error) => {
            let failed = openid::fail(&visit, &error).await;
            let location = failed.headers().get(LOCATION);
            Answered {
                cookies: Vec::new(),
                location: location
                    .and_then(|location| location.to_str().ok())
                    .unwrap_or(shared::routes::LOGIN)
                    .to_owned(),
                session: None,
                has_failed: true,
            }
        }
    }
}

/// How a session that began a moment ago stands to the browser that comes once more.
enum Standing {
    /// The browser is logged in, by it or by a later one.
    HasIt,
    /// It is live, and the browser does not have it.
    Good,
    /// It is not live.
    Ended,
}

async fn is_still_good(visit: &Visit, answered: &Answered) -> Result<Standing, store::Error> {
    let app = &visit.app;
    if principal::current(&visit.headers, app).await?.is_some() {
        return Ok(Standing::HasIt);
    }
    let Some(token) = answered.session else {
        return Ok(Standing::Ended);
    };
    let found = app.store.session_by_token(token).await?;
    let now = app.clock.now();
    let is_good = |(session, account)| principal::is_good(app, &session, &account, now);
    Ok(if found.is_some_and(is_good) {
        Standing::Good
    } else {
        Standing::Ended
    })
}

/// Two callbacks are the same where everything in them is, and the attempt that the browser has for
/// them: an answer holds a session's token, and a callback's URL may be seen by others. None of the
/// parts has a NUL in it, but perhaps the last.
fn key(response: &AuthorizationResponse, attempt: &LoginAttempt) -> Key {
    let mut hash = Sha256::new();
    hash.update(attempt.protocol.nonce());
    hash.update([0]);
    for part in [
        &response.state,
        &response.code,
        &response.iss,
        &response.error,
        &response.error_description,
    ] {
        hash.update(part.as_deref().unwrap_or_default());
        hash.update([0]);
    }
    hash.finalize().into()
}

#[cfg(test)]
mod tests {
    use super::key;
    use crate::login::attempt::{Intent, LoginAttempt};
    use crate::return_to::ReturnTo;
    use clock::Timestamp;
    use oidc::attempt::{Attempt, AuthorizationResponse};

    #[test]
    fn the_same_answer_to_another_attempt_is_another_callback() {
        let now = Timestamp::from_unix(0);
        let begin = || LoginAttempt {
            protocol: Attempt::begin(false, now),
            intent: Intent::Login,
            next: ReturnTo::home(),
        };
        let (one, other) = (begin(), begin());
        let parse = |query: &str| AuthorizationResponse::parse(query.as_bytes()).expect("fit");
        let response = parse("code=c&state=s");

        assert_eq!(key(&response, &one), key(&response, &one));
        assert_ne!(key(&response, &one), key(&response, &other));
        assert_ne!(key(&response, &one), key(&parse("code=cs&state="), &one));
    }
}
