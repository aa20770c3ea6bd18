//! The first admin, created by whoever has the setup token.

use axum::http::HeaderMap;
use axum::response::Redirect;
use secrecy::SecretString;
use shared::api::SetUp;
use shared::error::ErrorCode;
use shared::name::{is_new_password, is_username};
use shared::routes;
use shared::session::{GoTo, LoginMethod, Role, Setup};
use uuid::Uuid;

use crate::account::NewAccount;
use crate::app::AppState;
use crate::failure::{Cause, remedy};
use crate::http::api::{Answer, Call, FormError, FormReply};
use crate::http::cookie::SetCookies;
use crate::http::error::{ApiResult, onward};
use crate::http::extract::client::ClientInfo;
use crate::http::extract::parse;
use crate::http::login::audit_failures::{self, Failure};
use crate::http::login::password::require_password_login;
use crate::http::login::{guess, outcome, session_cookie};
use crate::http::query::with_query;
use crate::limits::{Guess, Guesser};
use crate::login::begin::{Begun, begin};
use crate::return_to::ReturnTo;
use crate::session::Origin;
use crate::store::{Entry, LoginRefusal};
use shared::audit::AuditKind;

/// Creates the first admin and logs in as that account; a form gets a redirect.
pub(crate) async fn create(app: AppState, call: Call<SetUp>) -> FormReply<SetUp> {
    let base = app.config.base();
    let next = ReturnTo::parse(call.body.next.as_deref().unwrap_or_default(), base);
    match set_up(&app, &call.headers, &call.client, call.body).await {
        Ok(cookies) => {
            let redirect = next.as_str().to_owned();
            Ok(Answer::new(GoTo { redirect }).with_session(cookies))
        }
        Err(error) => {
            let mut query = vec![("error", error.code().as_str())];
            query.extend(onward(&next, base));
            let page = with_query(&base.of(routes::SETUP), &query);
            let page = Some(Redirect::to(&page));
            Err(FormError { error, page })
        }
    }
}

async fn set_up(
    app: &AppState,
    headers: &HeaderMap,
    from: &ClientInfo,
    setup: Setup,
) -> ApiResult<SetCookies> {
    require_password_login(app)?;
    let guesser = Guesser::Stranger {
        account: None,
        address: from.address,
    };
    let attempt = guess::check(app, Guess::SetupToken, guesser).await?;
    if !app.store.is_setup_open().await? {
        return Err(ErrorCode::SetupClosed.into());
    }
    if !app.keys().is_setup_token(&setup.token) {
        let cause = Cause::SetupTokenWrong;
        let (code, remedy) = (
            cause.code().as_str(),
            remedy(cause, app.config.op_name()).english(),
        );
        tracing::warn!(code, remedy, "setup refused");
        let failure = Failure {
            cause,
            account: None,
            detail: None,
        };
        attempt.count().await;
        audit_failures::failed(app, from, AuditKind::SetupFailed, failure).await;
        return Err(ErrorCode::SetupTokenWrong.into());
    }
    attempt.forgive();
    let username = setup.username.trim();
    if !is_username(username) {
        return Err(ErrorCode::UsernameInvalid.into());
    }
    if !is_new_password(&setup.password) {
        return Err(ErrorCode::PasswordUnfit.into());
    }
    let email = parse::email(setup.email.as_deref().unwrap_or_default())?;
    let password = SecretString::from(setup.password);
    let hash = app.passwords.hash(&password).await?;
    let new = NewAccount {
        username: username.to_owned(),
        display_name: None,
        email,
        email_voucher: None,
        role: Role::Admin,
        password_hash: Some(hash),
    };
    let account_id = Uuid::now_v7();
    let (sessions, arrival) = (
        &app.config.sessions,
        session_cookie::arrival(app, headers, from),
    );
    let entry = Entry::Setup { account: &new };
    let begun = begin(
        &app.store,
        sessions,
        &arrival,
        account_id,
        Origin::Setup,
        entry,
    )
    .await?;
    match begun {
        Begun::Session(session) => {
            tracing::info!(account.id = %account_id, "first admin created, setup closed");
            outcome::succeeded(app, from, LoginMethod::Setup, account_id, None);
            Ok(session_cookie::begin(app, headers, &session))
        }
        Begun::Refused(LoginRefusal::Taken(taken)) => Err(taken.into()),
        Begun::Refused(LoginRefusal::Disabled | LoginRefusal::Stale | LoginRefusal::Void) => {
            Err(ErrorCode::SetupClosed.into())
        }
    }
}
