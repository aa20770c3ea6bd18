//! Login by password.

use axum::http::HeaderMap;
use shared::api::LogIn;
use shared::error::ErrorCode;
use shared::failure::FailureCode;
use shared::name::MAX_PASSWORD_BYTES;
use shared::session::{GoTo, LoginMethod, PasswordLogin};

use crate::account::{Account, AccountId, username_key};
use crate::app::AppState;
use crate::failure::Cause;
use crate::http::api::{Answer, Call, FormError, FormReply};
use crate::http::cookie::SetCookies;
use crate::http::error::{ApiError, ApiResult, error_page};
use crate::http::extract::client::ClientInfo;
use crate::http::extract::principal::Current;
use crate::http::login::audit_failures::{self, Failure};
use crate::http::login::outcome::{self, Failed};
use crate::http::login::{guess, known_browser, session_cookie};
use crate::http::reference;
use crate::limits::{Guess, Guesser};
use crate::login::begin::{Begun, begin};
use crate::password::{Queue, Verified};
use crate::return_to::ReturnTo;
use crate::session::Origin;
use crate::store::{Entry, LoginRefusal};
use shared::audit::AuditKind;

/// Logs in by password: `{redirect}` with a session cookie, or for a form a redirect.
pub(crate) async fn password(app: AppState, call: Call<LogIn>) -> FormReply<LogIn> {
    let (headers, from, body) = (call.headers, call.client, call.body);
    let next = ReturnTo::parse(body.next.as_deref().unwrap_or_default(), app.config.base());
    match log_in(&app, &headers, &from, body).await {
        Ok(cookies) => {
            let redirect = next.as_str().to_owned();
            Ok(Answer::new(GoTo { redirect }).with_session(cookies))
        }
        Err(refused) => {
            let error = refused.note(&app, &from);
            let code = login_error(error.code());
            let page = Some(error_page(
                app.config.base(),
                code,
                &reference::current(),
                None,
                Some(&next),
            ));
            Err(FormError { error, page })
        }
    }
}

/// A login by password that did not work.
pub(crate) struct Refused {
    /// What the client is told.
    error: ApiError,
    /// Why.
    cause: Cause,
    /// The account, if it is known.
    account: Option<AccountId>,
    /// The details, for the log alone.
    detail: &'static str,
}

impl<E: Into<ApiError>> std::convert::From<E> for Refused {
    fn from(error: E) -> Self {
        let error = error.into();
        let detail = match error.code() {
            ErrorCode::PasswordLoginDisabled => "passwords are not taken",
            ErrorCode::RateLimited => "too many attempts",
            _ => "the request failed",
        };
        Self {
            error,
            cause: error.code().into(),
            account: None,
            detail,
        }
    }
}

impl Refused {
    /// Says so in the log, and returns what the client is told.
    pub(crate) fn note(self, app: &AppState, from: &ClientInfo) -> ApiError {
        let failed = Failed {
            method: LoginMethod::Password,
            cause: self.cause,
            account: self.account,
            detail: self.detail,
        };
        outcome::failed(app, from, &failed);
        self.error
    }
}

async fn log_in(
    app: &AppState,
    headers: &HeaderMap,
    from: &ClientInfo,
    login: PasswordLogin,
) -> Result<SetCookies, Refused> {
    let (account, rehash) = authenticate(app, headers, from, login).await?;
    let begun = match account.password_hash.as_deref() {
        Some(hash) => {
            let (sessions, arrival) = (
                &app.config.sessions,
                session_cookie::arrival(app, headers, from),
            );
            let entry = Entry::Password {
                hash,
                rehash: rehash.as_deref(),
            };
            begin(
                &app.store,
                sessions,
                &arrival,
                account.id,
                Origin::Password,
                entry,
            )
            .await?
        }
        None => Begun::Refused(LoginRefusal::Stale),
    };
    let Begun::Session(session) = begun else {
        let (cause, detail) = (
            Cause::PasswordReplaced,
            "the password was replaced while it was being verified",
        );
        return Err(refuse(app, from, cause, Some(account.id), detail).await);
    };
    outcome::succeeded(app, from, LoginMethod::Password, account.id, None);
    Ok(session_cookie::begin(app, headers, &session))
}

/// Returns the account of that username if the password is its own; and another hash of the password
/// if the stored one is outdated.
pub(crate) async fn authenticate(
    app: &AppState,
    headers: &HeaderMap,
    from: &ClientInfo,
    login: PasswordLogin,
) -> Result<(Account, Option<String>), Refused> {
    require_password_login(app)?;
    let key = username_key(login.username.trim());
    let account = app.store.account_by_username(&key).await?;
    let account_id = account.as_ref().map(|account| account.id);
    let known = account_id.and_then(|id| known_browser::guesser(app, headers, id));
    let hash = account
        .as_ref()
        .and_then(|account| account.password_hash.as_deref());
    // Nothing that long was ever set; hashing it would only cost time.
    let is_possible = login.password.len() <= MAX_PASSWORD_BYTES;
    let hash = hash.filter(|_| is_possible);
    let verified = verify(app, from, &key, known, login.password, hash).await?;
    let Some(account) = account.filter(|_| verified != Verified::Wrong) else {
        let (cause, detail) = (
            Cause::InvalidCredentials,
            "there is no such account, or the password is another",
        );
        return Err(refuse(app, from, cause, account_id, detail).await);
    };
    // Told only to who knows the password.
    if account.is_disabled() {
        let (cause, detail) = (Cause::AccountDisabled, "the account is disabled");
        return Err(refuse(app, from, cause, account_id, detail).await);
    }
    let rehash = match verified {
        Verified::Outdated(hash) => Some(hash),
        Verified::Right | Verified::Wrong => None,
    };
    Ok((account, rehash))
}

/// Writes down that a password let nobody in.
async fn refuse(
    app: &AppState,
    from: &ClientInfo,
    cause: Cause,
    account: Option<AccountId>,
    detail: &'static str,
) -> Refused {
    failed(app, from, cause, account).await;
    let code = match cause {
        Cause::AccountDisabled => ErrorCode::AccountDisabled,
        _ => ErrorCode::InvalidCredentials,
    };
    Refused {
        error: code.into(),
        cause,
        account,
        detail,
    }
}

/// Refuses where passwords are switched off.
///
/// # Errors
/// `password_login_disabled`.
pub(crate) fn require_password_login(app: &AppState) -> ApiResult<()> {
    if app.config.password_login {
        Ok(())
    } else {
        Err(ErrorCode::PasswordLoginDisabled.into())
    }
}

/// Verifies a password, unless there were too many wrong ones before. A guesser who is known has a
/// count of its own, and does not queue behind strangers; `None` is a stranger.
///
/// # Errors
/// `rate_limited`.
async fn verify(
    app: &AppState,
    from: &ClientInfo,
    username_key: &str,
    known: Option<Guesser<'_>>,
    password: String,
    hash: Option<&str>,
) -> ApiResult<Verified> {
    let queue = known.map_or(Queue::Strangers, |_| Queue::Known);
    let guesser = known.unwrap_or(Guesser::Stranger {
        account: Some(username_key),
        address: from.address,
    });
    let attempt = guess::check(app, Guess::Password, guesser).await?;
    let verified = app.passwords.verify(&password.into(), hash, queue).await;
    match verified {
        Ok(Verified::Wrong) => attempt.count().await,
        // Nor does it cost a try that nobody had the time to look at it.
        Ok(Verified::Right | Verified::Outdated(_)) | Err(_) => attempt.forgive(),
    }
    Ok(verified?)
}

/// Checks the password of the account that is logged in, as a guess of its session.
///
/// # Errors
/// `rate_limited`, `password_wrong`, `password_login_disabled`.
pub(crate) async fn check_password(
    app: &AppState,
    from: &ClientInfo,
    current: &Current,
    password: String,
) -> ApiResult<()> {
    require_password_login(app)?;
    let account = &current.account;
    let key = username_key(&account.username);
    let is_possible = password.len() <= MAX_PASSWORD_BYTES;
    let hash = account.password_hash.as_deref().filter(|_| is_possible);
    let verified = verify(app, from, &key, Some(current.guesser()), password, hash).await?;
    if verified == Verified::Wrong {
        failed(app, from, Cause::PasswordWrong, Some(account.id)).await;
        return Err(ErrorCode::PasswordWrong.into());
    }
    Ok(())
}

/// Records that a password was wrong, but never what was typed as a username: people type their
/// password there.
async fn failed(app: &AppState, from: &ClientInfo, cause: Cause, account: Option<AccountId>) {
    let failure = Failure {
        cause,
        account,
        detail: Some("password"),
    };
    audit_failures::failed(app, from, AuditKind::LoginFailed, failure).await;
}

/// Returns the login error that a page without wasm shows for a failed form.
fn login_error(code: ErrorCode) -> FailureCode {
    match code {
        ErrorCode::InvalidCredentials => FailureCode::InvalidCredentials,
        ErrorCode::AccountDisabled => FailureCode::AccountDisabled,
        ErrorCode::PasswordLoginDisabled => FailureCode::PasswordLoginDisabled,
        ErrorCode::RateLimited => FailureCode::RateLimited,
        _ => FailureCode::ServerError,
    }
}
