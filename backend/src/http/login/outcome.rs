//! How logins end: one log line each, and one count. Nothing else logs it.

use shared::failure::{FailureCode, Lost};
use shared::session::LoginMethod;
use tracing::field::display;

use crate::account::AccountId;
use crate::app::AppState;
use crate::failure::{Cause, remedy};
use crate::http::extract::client::ClientInfo;
use crate::login::error::LoginError;
use crate::metrics::OK;
use crate::telemetry::chain;

/// A login that failed.
#[derive(Debug)]
pub(crate) struct Failed<'a> {
    /// How it was tried.
    pub(crate) method: LoginMethod,
    /// Why.
    pub(crate) cause: Cause,
    /// The account it was about, if that is known.
    pub(crate) account: Option<AccountId>,
    /// The details, for the log alone.
    pub(crate) detail: &'a str,
}

/// Logs that somebody has logged in.
pub(crate) fn succeeded(
    app: &AppState,
    from: &ClientInfo,
    method: LoginMethod,
    account_id: AccountId,
    issuer: Option<&str>,
) {
    app.metrics.login(method, OK);
    let said = match method {
        LoginMethod::Password | LoginMethod::Openid => "logged in",
        LoginMethod::LoginLink => "logged in by a login link",
        LoginMethod::WelcomeLink => "password set, logged in",
        LoginMethod::Setup => "set up, logged in",
    };
    tracing::info!(
        method = method.as_str(),
        account.id = %account_id,
        oidc.issuer = issuer,
        client.address = from.address.map(display),
        "{said}"
    );
}

/// Logs that somebody has not, mostly because of their own mistake.
pub(crate) fn failed(app: &AppState, from: &ClientInfo, failed: &Failed<'_>) {
    let code = failed.cause.code().as_str();
    app.metrics.login(failed.method, code);
    tracing::info!(
        method = failed.method.as_str(),
        code,
        account.id = failed.account.map(display),
        client.address = from.address.map(display),
        remedy = remedy(failed.cause, app.config.op_name()).english(),
        "login failed: {}",
        failed.detail
    );
}

/// Logs a failed login through the OP, with what the administrator should do about it there.
pub(crate) fn failed_at_op(
    app: &AppState,
    from: &ClientInfo,
    error: &LoginError,
    provider: &str,
    lost: Option<Lost>,
) {
    let (method, code) = (LoginMethod::Openid, error.code());
    app.metrics.login(method, code.as_str());
    let remedy = remedy(error.cause(), provider).english();
    let (because, cause) = (lost.map(Lost::as_str), chain(error));
    let address = from.address.map(display);
    // The level is a compile-time part of a log line.
    macro_rules! say {
        ($level:ident) => {
            tracing::$level!(
                method = method.as_str(),
                code = code.as_str(),
                because,
                account.id = error.account().map(display),
                client.address = address,
                remedy,
                "login failed: {cause}"
            )
        };
    }
    if code == FailureCode::ServerError {
        say!(error);
    } else {
        say!(warn);
    }
}
