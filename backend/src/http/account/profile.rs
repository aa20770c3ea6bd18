//! The user's own record: names, email, password.

use axum::extract::State;
use axum::response::Redirect;
use secrecy::SecretString;
use shared::api::{ChangePassword, ShowProfile, UpdateProfile};
use shared::email::Email;
use shared::error::ErrorCode;
use shared::name::{is_display_name, is_new_password};
use shared::profile::{LinkedIdentity, Profile};
use shared::routes;

use crate::account::AccountId;
use crate::app::AppState;
use crate::http::api::{Answer, Call, Reply};
use crate::http::error::ApiResult;
use crate::http::extract::parse;
use crate::http::login::password::{check_password, require_password_login};
use crate::http::login::session_cookie;
use crate::present::identity::linked_identity;
use crate::session::SessionToken;

/// Returns the user's record and the identities linked to it.
pub(crate) async fn show(app: AppState, call: Call<ShowProfile>) -> Reply<ShowProfile> {
    Ok(Answer::new(profile(&app, call.caller.account.id).await?))
}

async fn profile(app: &AppState, account_id: AccountId) -> ApiResult<Profile> {
    let account = app
        .store
        .account(account_id)
        .await?
        .ok_or(ErrorCode::Unauthenticated)?;
    Ok(Profile {
        user: account.to_user(),
        identities: identities(app, account_id).await?,
        lost_email: account.lost_email,
    })
}

/// Returns the account's identities as their owner sees them.
pub(crate) async fn identities(
    app: &AppState,
    account_id: AccountId,
) -> ApiResult<Vec<LinkedIdentity>> {
    let identities = app.store.identities(account_id).await?;
    Ok(identities
        .into_iter()
        .map(|identity| linked_identity(&app.config, identity))
        .collect())
}

/// Changes the fields in the body. Everything is checked before anything is written.
pub(crate) async fn update(app: AppState, call: Call<UpdateProfile>) -> Reply<UpdateProfile> {
    let (current, from, update) = (call.caller, call.client, call.body);
    let account = &current.account;
    let email = update.email.as_deref().map(parse::email).transpose()?;
    // Saving the form with the same address in it is no change, and asks for nothing. Of an address
    // that was lost, saving none ends the notice.
    let is_same = |email: &Option<Email>| {
        email.as_ref().map(Email::as_str) == account.email.as_deref()
            && account.lost_email.is_none()
    };
    let email = email.filter(|email| !is_same(email));
    let display_name = update.display_name.as_deref().map(str::trim);
    if display_name.is_some_and(|name| !is_display_name(name)) {
        return Err(ErrorCode::DisplayNameInvalid.into());
    }
    if let Some(email) = &email {
        // The email decides which identity gets this account, so somebody who finds an open browser
        // must not change it.
        current.require_confirmed()?;
        let by = current.by(&from);
        app.store.set_email(account.id, email.as_ref(), by).await?;
        tracing::info!(account.id = %account.id, "email changed");
    }
    if let Some(name) = display_name {
        let name = Some(name).filter(|name| !name.is_empty());
        app.store
            .set_display_name(account.id, name, current.by(&from))
            .await?;
    }
    Ok(Answer::new(profile(&app, account.id).await?))
}

/// Leads password managers to the form that changes the password ("A Well-Known URL for Changing
/// Passwords", W3C).
pub(crate) async fn find_password_form(State(app): State<AppState>) -> Redirect {
    Redirect::to(&app.config.base().of(routes::PROFILE_PASSWORD))
}

/// Changes the password, or sets the first one; ends the account's other sessions.
pub(crate) async fn change_password(
    app: AppState,
    call: Call<ChangePassword>,
) -> Reply<ChangePassword> {
    let (current, from, change) = (call.caller, call.client, call.body);
    require_password_login(&app)?;
    if !is_new_password(&change.new) {
        return Err(ErrorCode::PasswordUnfit.into());
    }
    let account = &current.account;
    if account.password_hash.is_some() {
        let password = change.current.unwrap_or_default();
        check_password(&app, &from, &current, password).await?;
    } else {
        // There is no password to ask for; a recent login through the OP replaces it.
        current.require_confirmed()?;
    }
    let new = SecretString::from(change.new);
    let hash = app.passwords.hash(&new).await?;
    let token = SessionToken::generate();
    let (session_id, by) = (current.session.id, current.by(&from));
    app.store
        .set_password(account.id, &hash, session_id, token.hash(), by)
        .await?;
    tracing::info!(account.id = %account.id, "password changed");
    Ok(Answer::new(()).with(session_cookie::give(&app, &token)))
}
