//! Ends a login: the OP has sent the browser back with `code` and `state`, or with `error`.
//!
//! Both are navigations, so every outcome is a redirect. The answer is checked (Core §3.1.2.7) and
//! the code redeemed here; [`crate::login::complete()`] does the rest.

use axum::body::Bytes;
use axum::extract::RawQuery;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use oidc::attempt::AuthorizationResponse;
use sha2::{Digest, Sha256};
use shared::failure::Lost;
use shared::routes;
use shared::session::LoginMethod;

use crate::http::cookie::SetCookies;
use crate::http::error::error_page;
use crate::http::extract::principal::{self, Current};
use crate::http::login::landing;
use crate::http::login::lost_attempt::recover;
use crate::http::login::visit::Visit;
use crate::http::login::{attempts, link, outcome, session_cookie, test_login};
use crate::http::reference;
use crate::login::attempt::{Intent, LoginAttempt};
use crate::login::complete::Requester;
use crate::login::once::{Ended, FailedLogin, Key, Turn, Worked};
use crate::login::once_among_servers;
use crate::login::{LoginError, LoginSettings, Outcome, complete};
use crate::return_to::ReturnTo;
use crate::session::TokenHash;
use crate::store;

/// Ends a login, a link or a test, as the attempt says.
pub(crate) async fn callback(visit: Visit, RawQuery(query): RawQuery) -> Response {
    let query = query.unwrap_or_default();
    match Box::pin(end(&visit, query.as_bytes())).await {
        Ok(answer) => answer,
        Err(error) => visit.fail(&error).await,
    }
}

async fn end(visit: &Visit, query: &[u8]) -> Result<Response, LoginError> {
    let response = AuthorizationResponse::parse(query)?;
    let current = principal::current(&visit.headers, &visit.app).await?;
    let current = current.as_ref();
    if is_empty(&response) {
        return Ok(explain_empty(visit, current).await);
    }
    let state = response.state.as_deref().unwrap_or_default();
    let (attempt, spent) = match attempts::find(&visit.app, &visit.headers, state) {
        Ok(found) => found,
        Err(error) => {
            return recover(
                visit,
                &response,
                current,
                ReturnTo::home(visit.app.config.base()),
                error,
            )
            .await;
        }
    };
    let next = matches!(attempt.intent, Intent::Login).then(|| attempt.next.clone());
    let answer = match attempt.intent {
        Intent::Test { .. } => test_login::finish(visit, &response, attempt, current).await,
        Intent::Link { .. } => end_link(visit, &response, attempt, current).await,
        Intent::Login => end_login(visit, response, attempt, current).await,
    };
    let answer = match answer {
        Ok(answer) => answer,
        Err(error) => visit.fail_because(&error, None, next.as_ref()).await,
    };
    // The attempt is spent, whatever the result.
    Ok((spent, answer).into_response())
}

/// Returns true if the OP says nothing at all.
fn is_empty(response: &AuthorizationResponse) -> bool {
    let parts = [
        &response.state,
        &response.code,
        &response.iss,
        &response.error,
        &response.error_description,
    ];
    parts.into_iter().all(Option::is_none)
}

/// Answers a visit without the OP's answer: somebody opened the address by hand, or something on
/// the way dropped the query.
async fn explain_empty(visit: &Visit, current: Option<&Current>) -> Response {
    let error = LoginError::CallbackEmpty;
    if current.is_some() {
        tracing::info!(code = error.code().as_str(), "callback forgiven: {error}");
        return Redirect::to(&visit.app.config.base().of(routes::HOME)).into_response();
    }
    visit.fail_because(&error, Some(Lost::NoAnswer), None).await
}

/// Ends the attempt of an account that is logged in and asked to link an identity.
async fn end_link(
    visit: &Visit,
    response: &AuthorizationResponse,
    attempt: LoginAttempt,
    current: Option<&Current>,
) -> Result<Response, LoginError> {
    let requester = requester(&attempt.intent, current)?;
    let next = attempt.next.clone();
    let outcome = redeem(visit, response, attempt, Some(&requester)).await?;
    answer(visit, &outcome, &next)
}

/// Returns who asked for the link.
///
/// # Errors
/// `StateMismatch` if the browser is not logged in with the session that asked: the link would go
/// to whoever is there instead.
fn requester(intent: &Intent, current: Option<&Current>) -> Result<Requester, LoginError> {
    let asked = current.filter(|current| {
        matches!(intent, Intent::Link { account_id, session_id }
            if current.account.id == *account_id && current.session.id == *session_id)
    });
    let current = asked.ok_or(oidc::Error::StateMismatch(
        "the session that asked for the link is gone",
    ))?;
    Ok(Requester {
        account: (*current.account).clone(),
        session_id: current.session.id,
    })
}

/// Ends a login. Phones are known to send the callback twice and to drop the first request. The
/// login happens once, and both answers lead into the app.
async fn end_login(
    visit: &Visit,
    response: AuthorizationResponse,
    attempt: LoginAttempt,
    current: Option<&Current>,
) -> Result<Response, LoginError> {
    let (app, next) = (&visit.app, attempt.next.clone());
    let now = app.clock.now();
    if attempt.protocol.is_expired(now) {
        let age = now.unix() - attempt.protocol.started_at.unix();
        let error = oidc::Error::StateExpired(age).into();
        return recover(visit, &response, current, next, error).await;
    }
    let key = key(&response, &attempt);
    let work = log_in(visit.clone(), response.clone(), attempt, key);
    let ended = app.callbacks.end(key, now, reference::carried(work)).await;
    let (ended, turn) = ended.ok_or(LoginError::Panicked)?;
    if turn == Turn::Later
        && let Some(token) = session_of(&ended)
    {
        match standing(visit, token).await? {
            Standing::HasIt => {
                let landing = landing::after_login(app, &next);
                return Ok(Redirect::to(&landing).into_response());
            }
            Standing::Good => tracing::info!("callback answered once more"),
            Standing::Ended => {
                let error = oidc::Error::StateMissing("its login has ended since").into();
                return recover(visit, &response, None, next, error).await;
            }
        }
    }
    match ended.as_ref() {
        Ok(outcome) => answer(visit, outcome, &next),
        Err(failed) => {
            let (base, reference) = (app.config.base(), &failed.reference);
            Ok(error_page(base, failed.code, reference, None, Some(&next)).into_response())
        }
    }
}

/// Does the login, unless another server does.
async fn log_in(
    visit: Visit,
    response: AuthorizationResponse,
    attempt: LoginAttempt,
    key: Key,
) -> Worked {
    let app = &visit.app;
    let work = Box::pin(async {
        match redeem(&visit, &response, attempt, None).await {
            Ok(outcome) => Ok(outcome),
            Err(error) => Err(failed(&visit, &error).await),
        }
    });
    let keys = app.keys();
    let ended = once_among_servers::end(&app.store, &keys.callback, key, app.clock.now(), work);
    match ended.await {
        Ok(worked) => worked,
        Err(error) => (Err(failed(&visit, &error.into()).await), Turn::First),
    }
}

/// Records a failure, once.
async fn failed(visit: &Visit, error: &LoginError) -> FailedLogin {
    visit.note_failure(error, None).await;
    FailedLogin {
        code: error.code(),
        reference: reference::current(),
    }
}

/// Checks the OP's answer, redeems the code, and completes the login.
async fn redeem(
    visit: &Visit,
    response: &AuthorizationResponse,
    attempt: LoginAttempt,
    requester: Option<&Requester>,
) -> Result<Outcome, LoginError> {
    let Visit {
        app,
        provider,
        headers,
        from,
    } = visit;
    let LoginAttempt { protocol, next, .. } = attempt;
    let expected = provider.rp.expected_issuer().await?;
    let (code, checks) = protocol.accept(response, &expected, app.clock.now())?;
    let redeemed = provider.rp.redeem(&code, &checks).await?;
    let keys = app.keys();
    let settings = LoginSettings::of(&app.config, &provider.config).sealing(&keys.refresh);
    let mut arrival = session_cookie::arrival(app, headers, from);
    if let Some(at) = redeemed.authenticated_at {
        arrival.authenticated_at = at.min(arrival.at());
    }
    let outcome = complete(&app.store, &settings, &redeemed, requester, &arrival, &next).await?;
    if let Outcome::LoggedIn(session) = &outcome {
        let issuer = Some(redeemed.identity.issuer.as_str());
        outcome::succeeded(app, from, LoginMethod::Openid, session.account_id, issuer);
    }
    Ok(outcome)
}

/// Turns an outcome into cookies and a redirect.
fn answer(visit: &Visit, outcome: &Outcome, next: &ReturnTo) -> Result<Response, LoginError> {
    let app = &visit.app;
    let base = app.config.base();
    let (cookies, location) = match outcome {
        Outcome::LoggedIn(session) => (
            session_cookie::begin(app, &visit.headers, session),
            landing::after_login(app, next),
        ),
        Outcome::ConfirmLink(pending) => (link::keep(app, pending)?, base.of(routes::LINK)),
        Outcome::AlreadyLinked => (SetCookies::default(), base.of(routes::PROFILE)),
    };
    Ok((cookies, Redirect::to(&location)).into_response())
}

/// Returns the session that a callback began; `None` if it began none.
fn session_of(ended: &Ended) -> Option<TokenHash> {
    match ended.as_ref() {
        Ok(Outcome::LoggedIn(session)) => Some(session.token.hash()),
        Ok(Outcome::ConfirmLink(_) | Outcome::AlreadyLinked) | Err(_) => None,
    }
}

/// How a session that began a moment ago relates to the browser that sends the callback again.
enum Standing {
    /// The browser is logged in, by it or by a later one.
    HasIt,
    /// It is live, and the browser does not have it.
    Good,
    /// It is not live.
    Ended,
}

async fn standing(visit: &Visit, token: TokenHash) -> Result<Standing, store::Error> {
    let app = &visit.app;
    if principal::current(&visit.headers, app).await?.is_some() {
        return Ok(Standing::HasIt);
    }
    let found = app.store.session_by_token(token).await?;
    let now = app.clock.now();
    let is_good = |(session, account)| principal::is_good(app, &session, &account, now);
    Ok(if found.is_some_and(is_good) {
        Standing::Good
    } else {
        Standing::Ended
    })
}

/// Two callbacks are the same if all their parts are, including the browser's attempt: an outcome
/// holds a session's token, and others may see a callback's URL. Only the last part may contain a
/// NUL.
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

/// The OP's answer as a form (`response_mode=form_post`). It is redirected to the same address with
/// a query: a cross-site POST comes without the attempt's cookie, and the redirect comes with it.
pub(crate) async fn form_post(visit: Visit, body: Bytes) -> Response {
    let response = match AuthorizationResponse::parse(&body) {
        Ok(response) => response,
        Err(error) => return visit.fail(&error.into()).await,
    };
    let mut query = form_urlencoded::Serializer::new(String::new());
    let fields = [
        ("code", response.code),
        ("state", response.state),
        ("error", response.error),
        ("error_description", response.error_description),
        ("iss", response.iss),
    ];
    for (name, value) in fields {
        if let Some(value) = value {
            query.append_pair(name, &value);
        }
    }
    Redirect::to(&format!("{}?{}", routes::API_OAUTH_OPENID, query.finish())).into_response()
}

/// A HEAD request must not redeem the code.
pub(crate) async fn head() -> StatusCode {
    StatusCode::NO_CONTENT
}

#[cfg(test)]
mod tests {
    use super::key;
    use crate::base_path::BasePath;
    use crate::login::attempt::{Intent, LoginAttempt};
    use crate::return_to::ReturnTo;
    use clock::Timestamp;
    use oidc::attempt::{Attempt, AuthorizationResponse, Start};

    #[test]
    fn the_same_answer_to_another_attempt_is_another_callback() {
        let now = Timestamp::from_unix(0);
        let begin = || LoginAttempt {
            protocol: Attempt::begin(Start::Login, now),
            intent: Intent::Login,
            next: ReturnTo::home(BasePath::ROOT),
        };
        let (one, other) = (begin(), begin());
        let parse = |query: &str| AuthorizationResponse::parse(query.as_bytes()).expect("fit");
        let response = parse("code=c&state=s");

        assert_eq!(key(&response, &one), key(&response, &one));
        assert_ne!(key(&response, &one), key(&response, &other));
        assert_ne!(key(&response, &one), key(&parse("code=cs&state="), &one));
    }
}
