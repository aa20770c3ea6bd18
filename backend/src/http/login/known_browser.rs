//! The browsers that have logged in to an account before, by a sealed cookie: what strangers guess
//! at that account does not lock them out.

use std::time::Duration;

use axum::http::HeaderMap;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::account::AccountId;
use crate::app::AppState;
use crate::http::cookie::{self, SetCookies, style};
use crate::limits::Guesser;
use crate::sealed;

/// How long a browser is known after its last login: as long as browsers keep any cookie.
const LIFETIME: Duration = Duration::from_secs(400 * 86_400);
/// The most accounts of one browser; the one that logged in longest ago goes.
const MAX_ACCOUNTS: usize = 8;

/// What the cookie says.
#[derive(Debug, Serialize, Deserialize)]
struct KnownBrowser {
    /// Names the browser, to count what it guesses.
    id: Uuid,
    /// The accounts that logged in here, the last one first.
    accounts: Vec<AccountId>,
}

/// Returns the browser as its guesses at the account are counted; `None` if the account never
/// logged in there.
pub(crate) fn guesser(
    app: &AppState,
    headers: &HeaderMap,
    account: AccountId,
) -> Option<Guesser<'static>> {
    let browser = opened(app, headers)?;
    let is_known = browser.accounts.contains(&account);
    is_known.then_some(Guesser::Known(browser.id, account))
}

/// Has the browser known as one of the account's.
pub(crate) fn remember(app: &AppState, headers: &HeaderMap, account: AccountId) -> SetCookies {
    let mut browser = opened(app, headers).unwrap_or_else(|| KnownBrowser {
        id: Uuid::now_v7(),
        accounts: Vec::new(),
    });
    browser.accounts.retain(|known| *known != account);
    browser.accounts.insert(0, account);
    browser.accounts.truncate(MAX_ACCOUNTS);
    let style = style(app);
    let name = style.browser();
    // A browser that is not known is a stranger, and no worse off.
    let sealed = sealed::seal(app.keys().browser.key(), &name, &browser);
    sealed.map_or_else(
        |_| SetCookies::default(),
        |sealed| SetCookies::default().with(style.set(name, sealed, LIFETIME)),
    )
}

/// Returns what the browser's cookie says; `None` if it has none of ours.
fn opened(app: &AppState, headers: &HeaderMap) -> Option<KnownBrowser> {
    let (name, keys) = (style(app).browser(), app.keys());
    let value = cookie::single(headers, &name)?;
    sealed::open(keys.browser.opening(app.clock.now()), &name, value)
}
