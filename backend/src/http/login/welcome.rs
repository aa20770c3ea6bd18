//! Welcome links: an admin creates one, and whoever has it sets the account's password with it,
//! once. Login links work the same way, but only log in. They are created at the command line, and
//! work if passwords are off and the OP is down.
//!
//! The token arrives only in a body and leaves only in an answer: never in a path, a query or a log
//! line.

use axum::http::header::{HOST, ORIGIN};
use axum::http::{HeaderMap, HeaderValue};
use axum::response::Redirect;
use secrecy::SecretString;
use shared::api::{CheckWelcome, CreateWelcomeLink, RedeemWelcome};
use shared::error::ErrorCode;
use shared::name::is_new_password;
use shared::routes;
use shared::session::{GoTo, LoginMethod};
use shared::users::{LinkPurpose, Welcome, WelcomeLink, WelcomePassword};

use crate::app::AppState;
use crate::failure::remedy;
use crate::http::api::{Answer, Call, FormError, FormReply, Reply};
use crate::http::cookie::SetCookies;
use crate::http::error::{ApiError, ApiResult};
use crate::http::extract::client::ClientInfo;
use crate::http::extract::parse;
use crate::http::login::audit_failures::{self, Failure};
use crate::http::login::outcome::{self, Failed};
use crate::http::login::password::require_password_login;
use crate::http::login::{guess, session_cookie};
use crate::http::reference;
use crate::limits::{Guess, Guesser};
use crate::login::begin::{Begun, begin};
use crate::one_time_link::{LinkHash, LinkToken, NewLink, OpenLink};
use crate::session::Origin;
use crate::store::Entry;
use shared::audit::AuditKind;

/// Creates a link for an account, replacing an older one. An account that has a password can set a
/// new one with it.
///
/// # Errors
/// `password_login_disabled`, `account_disabled`.
pub(crate) async fn make(app: AppState, call: Call<CreateWelcomeLink>) -> Reply<CreateWelcomeLink> {
    let (admin, from) = (call.caller, call.client);
    let id = parse::parse_id(&call.path.id)?;
    require_password_login(&app)?;
    let token = LinkToken::generate();
    let link = NewLink::of(&token, admin.now);
    let by = admin.by(&from);
    app.store.create_welcome_link(id, link, by).await?;
    tracing::info!(account.id = %id, by = %admin.account.id, "welcome link made");
    Ok(Answer::new(shown(&app, &call.headers, &token, link)))
}

/// Returns the URL for the admin to pass on.
pub(crate) fn shown(
    app: &AppState,
    headers: &HeaderMap,
    token: &LinkToken,
    link: NewLink,
) -> WelcomeLink {
    WelcomeLink {
        url: token.url(&address(app, headers)),
        expires_at: link.expires_at.unix(),
    }
}

/// Returns the address below which Postern's own pages are. If none is configured, it is the origin that the admin's browser
/// sends, which `same_origin` has compared with the host.
fn address(app: &AppState, headers: &HeaderMap) -> String {
    if let Some(address) = app.config.address() {
        return address;
    }
    let text = |value: &HeaderValue| value.to_str().ok().map(str::to_owned);
    let origin = headers.get(ORIGIN).and_then(text);
    let host = headers.get(HOST).and_then(text);
    origin.unwrap_or_else(|| format!("http://{}", host.unwrap_or_default()))
}

/// Says whose link it is, without using it.
pub(crate) async fn check(app: AppState, call: Call<CheckWelcome>) -> Reply<CheckWelcome> {
    let opened = open(&app, &call.client, &call.body.token).await;
    let (purpose, _, link) = opened.inspect_err(|error| {
        let remedy = remedy(error.code().into(), app.config.op_name()).english();
        tracing::info!(code = error.code().as_str(), remedy, "welcome link refused");
    })?;
    Ok(Answer::new(Welcome {
        purpose,
        username: link.account.username,
        display_name: link.account.display_name,
        has_password: link.account.password_hash.is_some(),
        expires_at: link.expires_at.unix(),
    }))
}

/// Sets the password if the link is for that, and logs in; a form gets a redirect.
pub(crate) async fn redeem(app: AppState, call: Call<RedeemWelcome>) -> FormReply<RedeemWelcome> {
    let (headers, from, body) = (call.headers, call.client, call.body);
    // Only the form for a login link has no password.
    let (method, detail, login) = if body.password.is_none() {
        (LoginMethod::LoginLink, "login link refused", "login=1&")
    } else {
        (LoginMethod::WelcomeLink, "welcome link refused", "")
    };
    let outcome = log_in(&app, &headers, &from, body).await;
    if let Err(error) = &outcome {
        let failed = Failed {
            method,
            cause: error.code().into(),
            account: None,
            detail,
        };
        outcome::failed(&app, &from, &failed);
    }
    match outcome {
        Ok(cookies) => {
            let redirect = app.config.base().of(routes::HOME);
            Ok(Answer::new(GoTo { redirect }).with_session(cookies))
        }
        Err(error) => {
            let (code, reference) = (error.code().as_str(), reference::current());
            let page = app.config.base().of(routes::WELCOME);
            let page = format!("{page}?{login}error={code}&ref={reference}");
            let page = Some(Redirect::to(&page));
            Err(FormError { error, page })
        }
    }
}

async fn log_in(
    app: &AppState,
    headers: &HeaderMap,
    from: &ClientInfo,
    body: WelcomePassword,
) -> ApiResult<SetCookies> {
    let (purpose, hash, link) = open(app, from, &body.token).await?;
    let password_hash = match purpose {
        LinkPurpose::Login => None,
        LinkPurpose::Password => Some(hash_new(app, body.password).await?),
    };
    let (method, origin, entry) = match &password_hash {
        Some(password_hash) => (
            LoginMethod::WelcomeLink,
            Origin::WelcomeLink,
            Entry::WelcomeLink {
                link: hash,
                password_hash,
            },
        ),
        None => (
            LoginMethod::LoginLink,
            Origin::LoginLink,
            Entry::LoginLink { link: hash },
        ),
    };
    let (sessions, arrival) = (
        &app.config.sessions,
        session_cookie::arrival(app, headers, from),
    );
    let id = link.account.id;
    let begun = begin(&app.store, sessions, &arrival, id, origin, entry).await?;
    let Begun::Session(session) = begun else {
        // Used or replaced meanwhile, for example while the password was being hashed.
        return Err(invalid(app, from).await);
    };
    outcome::succeeded(app, from, method, id, None);
    Ok(session_cookie::begin(app, headers, &session))
}

/// Returns the hash of a new password.
async fn hash_new(app: &AppState, password: Option<String>) -> ApiResult<String> {
    match password.filter(|password| is_new_password(password)) {
        Some(password) => Ok(app.passwords.hash(&SecretString::from(password)).await?),
        None => Err(ErrorCode::PasswordUnfit.into()),
    }
}

/// Returns the link of that token.
///
/// # Errors
/// `password_login_disabled`, `rate_limited`, and `welcome_link_invalid` for every other fault.
async fn open(
    app: &AppState,
    from: &ClientInfo,
    token: &str,
) -> ApiResult<(LinkPurpose, LinkHash, OpenLink)> {
    let guesser = Guesser::Stranger {
        account: None,
        address: from.address,
    };
    let attempt = guess::check(app, Guess::WelcomeLink, guesser).await?;
    let (hash, now) = (
        LinkToken::parse(token).map(|token| token.hash()),
        app.clock.now(),
    );
    if let Some(hash) = hash
        && let Some(link) = app.store.login_link(hash, now).await?
    {
        attempt.forgive();
        return Ok((LinkPurpose::Login, hash, link));
    }
    require_password_login(app)?;
    if let Some(hash) = hash
        && let Some(link) = app.store.welcome_link(hash, now).await?
    {
        attempt.forgive();
        return Ok((LinkPurpose::Password, hash, link));
    }
    attempt.count().await;
    Err(invalid(app, from).await)
}

/// Records that a link was invalid; its owner is not known.
async fn invalid(app: &AppState, from: &ClientInfo) -> ApiError {
    let code = ErrorCode::WelcomeLinkInvalid;
    let failure = Failure {
        cause: code.into(),
        account: None,
        detail: None,
    };
    audit_failures::failed_freely(app, from, AuditKind::WelcomeFailed, failure).await;
    code.into()
}
