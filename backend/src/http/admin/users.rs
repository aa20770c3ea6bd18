//! Accounts, for admins: list, create, change, delete, disconnect.
//!
//! Reading requires an admin. Changing requires one who logged in or confirmed a moment ago,
//! because an account can be taken over through its email, its role or its welcome link.

use shared::api::{CreateUser, DeleteUser, ListUsers, UnlinkUserIdentity, UpdateUser, UserQuery};
use shared::error::ErrorCode;
use shared::name::is_username;
use shared::session::Role;
use shared::users::{CreatedUser, USERS_PAGE, UserEntry, UserList};

use crate::account::{AccountId, NewAccount, Voucher};
use crate::app::AppState;
use crate::http::api::{Answer, Call, Reply};
use crate::http::error::ApiResult;
use crate::http::extract::parse::{display_name, email, parse_id};
use crate::http::login::welcome;
use crate::one_time_link::{LinkToken, NewLink};
use crate::present::user::user_entry;
use crate::store::{UserChange, UserFilter};
use clock::Timestamp;

/// Lists accounts by username; the query narrows them down.
///
/// # Errors
/// `forbidden` if the caller is not an admin, `bad_request` for an unknown role or status and for
/// text with a control character.
pub(crate) async fn list(app: AppState, call: Call<ListUsers>) -> Reply<ListUsers> {
    let mut filter = filter(&call.query)?;
    // One more than is shown tells whether there are more.
    filter.limit = i64::try_from(USERS_PAGE + 1).unwrap_or(i64::MAX);
    let (mut records, total) = app.store.users(&filter, app.clock.now()).await?;
    let has_more = records.len() > USERS_PAGE;
    records.truncate(USERS_PAGE);
    let users: Vec<UserEntry> = records
        .into_iter()
        .map(|user| user_entry(&app.config, user))
        .collect();
    let last = users.last().filter(|_| has_more);
    let next = last.map(|user| crate::account::username_key(&user.username));
    Ok(Answer::new(UserList {
        users,
        next,
        total: total.count,
        is_total_exact: total.is_exact,
    }))
}

/// Parses the query of the list; an empty value means no filter.
fn filter(query: &UserQuery) -> ApiResult<UserFilter> {
    let text = |value: &Option<String>| match value.as_deref().unwrap_or_default().trim() {
        "" => Ok(None),
        text if text.chars().any(char::is_control) => Err(ErrorCode::BadRequest),
        text => Ok(Some(text.to_owned())),
    };
    Ok(UserFilter {
        search: text(&query.search)?,
        username: text(&query.username)?,
        role: match text(&query.role)?.as_deref() {
            None => None,
            Some("admin") => Some(Role::Admin),
            Some("user") => Some(Role::User),
            Some(_) => return Err(ErrorCode::BadRequest.into()),
        },
        is_disabled: match text(&query.status)?.as_deref() {
            None => None,
            Some("enabled") => Some(false),
            Some("disabled") => Some(true),
            Some(_) => return Err(ErrorCode::BadRequest.into()),
        },
        after: text(&query.after)?,
        ..UserFilter::default()
    })
}

/// Creates an account, with a link that lets its owner set a password. If passwords are off, the
/// owner logs in through the OP, and there is no link.
pub(crate) async fn create(app: AppState, call: Call<CreateUser>) -> Reply<CreateUser> {
    let (admin, from, headers, new) = (call.caller, call.client, call.headers, call.body);
    let username = new.username.trim();
    if !is_username(username) {
        return Err(ErrorCode::UsernameInvalid.into());
    }
    let new = NewAccount {
        username: username.to_owned(),
        display_name: display_name(new.display_name.as_deref().unwrap_or_default())?,
        email: email(new.email.as_deref().unwrap_or_default())?,
        email_voucher: Some(Voucher::Admin),
        role: new.role,
        password_hash: None,
    };
    let token = app.config.password_login.then(LinkToken::generate);
    let link = token.as_ref().map(|token| NewLink::of(token, admin.now));
    let by = admin.by(&from);
    let id = app.store.create_user(&new, link, by).await?;
    tracing::info!(account.id = %id, by = %admin.account.id, "account made by an admin");
    let link = token.zip(link);
    let created = CreatedUser {
        user: show(&app, id, admin.now).await?,
        welcome: link.map(|(token, link)| welcome::shown(&app, &headers, &token, link)),
    };
    Ok(Answer::new(created))
}

/// Changes the fields in the body: all of them or none.
pub(crate) async fn update(app: AppState, call: Call<UpdateUser>) -> Reply<UpdateUser> {
    let (admin, from, update) = (call.caller, call.client, call.body);
    let id = parse_id(&call.path.id)?;
    let change = UserChange {
        email: update.email.as_deref().map(email).transpose()?,
        display_name: update
            .display_name
            .as_deref()
            .map(display_name)
            .transpose()?,
        role: update.role,
        is_disabled: update.disabled,
    };
    let (ways, by) = (app.ways_in().await, admin.by(&from));
    app.store.change_user(id, &change, &ways, by).await?;
    tracing::info!(account.id = %id, by = %admin.account.id, "account changed by an admin");
    Ok(Answer::new(show(&app, id, admin.now).await?))
}

/// Deletes an account. Its audit entries stay.
pub(crate) async fn remove(app: AppState, call: Call<DeleteUser>) -> Reply<DeleteUser> {
    let (admin, from) = (call.caller, call.client);
    let id = parse_id(&call.path.id)?;
    let (ways, by) = (app.ways_in().await, admin.by(&from));
    app.store.delete_user(id, &ways, by).await?;
    tracing::info!(account.id = %id, by = %admin.account.id, "account deleted by an admin");
    Ok(Answer::new(()))
}

/// Disconnects an identity, and ends the sessions that came from it.
///
/// An admin may remove an account's last way to log in, which owners cannot do themselves: admins
/// disconnect wrong identities, and can create a welcome link or have the owner's email link the
/// right identity. The last way in of all admins stays.
pub(crate) async fn disconnect(
    app: AppState,
    call: Call<UnlinkUserIdentity>,
) -> Reply<UnlinkUserIdentity> {
    let (admin, from) = (call.caller, call.client);
    let (id, identity) = (parse_id(&call.path.id)?, parse_id(&call.path.identity)?);
    let (ways, by) = (app.ways_in().await, admin.by(&from));
    let store = &app.store;
    store
        .unlink_identity_by_admin(id, identity, &ways, by)
        .await?;
    tracing::info!(account.id = %id, by = %admin.account.id, "identity disconnected by an admin");
    Ok(Answer::new(()))
}

/// Returns the account as an admin sees it.
async fn show(app: &AppState, id: AccountId, now: Timestamp) -> ApiResult<UserEntry> {
    let record = app.store.user(id, now).await?;
    Ok(user_entry(&app.config, record.ok_or(ErrorCode::NotFound)?))
}
