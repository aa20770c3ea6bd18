//! How logins end: one log line each, and one count. Nothing else says so.

use shared::failure::{FailureCode, Lost};
use shared::session::LoginMethod;
use tracing::field::display;

use crate::account::AccountId;
use crate::app::AppState;
use crate::http::extract::client::From;
use crate::login::error::LoginError;
use crate::metrics::OK;
use crate::presets;
use crate::telemetry::chain;

/// A login that failed.
#[derive(Debug)]
pub(crate) struct Failed<'a> {
    /// How it was tried.
    pub(crate) method: LoginMethod,
    /// The code that the browser is sent.
    pub(crate) code: &'static str,
    /// Whose account it was about, where that is known.
    pub(crate) account: Option<AccountId>,
    /// What happened: for the log alone.
    pub(crate) cause: &'a str,
}

/// Says that somebody has logged in.
pub(crate) fn succeeded(
    app: &AppState,
    from: &From,
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

/// Says that somebody has not: a person's own mistake, mostly.
pub(crate) fn failed(app: &AppState, from: &From, failed: &Failed<'_>) {
    app.metrics.login(failed.method, failed.code);
    tracing::info!(
        method = failed.method.as_str(),
        code = failed.code,
        account.id = failed.account.map(display),
        client.address = from.address.map(display),
        mend = mend(failed.code),
        "login failed: {}",
        failed.cause
    );
}

/// The same of a login through the OP, with what the administrator should do about it there.
pub(crate) fn failed_at_op(
    app: &AppState,
    from: &From,
    error: &LoginError,
    provider: &str,
    lost: Option<Lost>,
) {
    let (method, code) = (LoginMethod::Openid, error.code());
    app.metrics.login(method, code.as_str());
    let account = match error {
        LoginError::AccountDisabled(account_id) => Some(display(account_id)),
        _ => None,
    };
    let mend = presets::hint(provider, code).or_else(|| mend(code.as_str()));
    let (because, cause) = (lost.map(Lost::as_str), chain(error));
    let address = from.address.map(display);
    // The level is a part of what the compiler knows of a line.
    macro_rules! say {
        ($level:ident) => {
            tracing::$level!(
                method = method.as_str(),
                code = code.as_str(),
                because,
                account.id = account,
                client.address = address,
                mend,
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

/// Returns what an administrator of this server should do about it, whatever the OP is.
fn mend(code: &str) -> Option<&'static str> {
    Some(match code {
        "invalid_credentials" => {
            "Nothing, where it was mistyped. Where the password is forgotten: make a link that sets \
             another, on the page of accounts."
        }
        "account_disabled" => "Enable the account, where it should be used.",
        "password_login_disabled" => {
            "People must log in through the OP, as DISABLE_USERPASS_LOGIN=true says."
        }
        "rate_limited" => {
            "Wait. Where many people share this client.address, it is that of a proxy which \
             POSTERN_TRUSTED_PROXIES does not name."
        }
        "welcome_link_invalid" => "Make another link, on the page of accounts.",
        "state_expired" => "Nothing: the person begins anew, and takes less than ten minutes.",
        "link_first" => {
            "The person logs in by password and connects the account on the profile page; or an \
             admin sets OIDC_LINK_BY_EMAIL=confirm."
        }
        "link_conflict" => {
            "Disconnect the account's other identity, on the page of accounts, where the new one \
             should take its place."
        }
        "unavailable" | "server_error" | "internal" => {
            "The cause, or a line before this one with the same ref, says what failed here."
        }
        _ => return None,
    })
}
