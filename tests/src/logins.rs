//! Logins and changes of accounts, straight in the store: what a test begins with.

use crate::http_browser::HttpBrowser;
use postern::account::{AccountId, NewAccount, UsableIdentities, WaysIn};
use postern::audit::Actor;
use postern::config::SessionConfig;
use postern::one_time_link::{LinkToken, NewLink};
use postern::session::{Client, Origin, Session, SessionToken, TokenHash};
use postern::store::{
    ChangeError, ClaimedRole, Entry, Lead, Login, LoginOutcome, NewIdentity, PendingUse, Store,
    UserChange,
};
use shared::routes::API_SESSION;
use shared::session::Role;
use std::time::Duration;
use uuid::Uuid;

/// How long sessions live that begin here.
const LIVES: SessionConfig = SessionConfig {
    max_age: Duration::from_secs(1000),
    idle: Duration::from_secs(500),
};

/// Begins this session by a login link made for it, whatever else the account can log in by.
///
/// # Panics
/// The store does not answer, or something is in the way.
pub async fn enter(
    store: &Store,
    session: &Session,
    token: TokenHash,
    replaces: Option<TokenHash>,
    by: Actor,
) -> bool {
    let link = LinkToken::generate();
    let new = NewLink::to_log_in(&link, by.at);
    let made = store.create_login_link(session.account_id, new, by.clone());
    match made.await {
        Ok(()) => {}
        Err(ChangeError::Store(error)) => panic!("the store answers: {error}"),
        Err(_) => return false,
    }
    let login = Login {
        entry: Entry::LoginLink { link: link.hash() },
        session,
        token,
        replaces,
    };
    let outcome = store.log_in(&login, &by).await.expect("the store answers");
    outcome == LoginOutcome::LoggedIn
}

/// Logs in by an identity, as the OP's claims and the policy say.
///
/// # Panics
/// The store does not answer, or something is in the way.
pub async fn enter_by_identity(
    store: &Store,
    account_id: AccountId,
    identity: NewIdentity<'_>,
    lead: Lead<'_>,
    role: Option<Role>,
    by: Actor,
) -> LoginOutcome {
    let origin = Origin::Openid {
        issuer: identity.issuer.to_owned(),
        subject: Some(identity.subject.to_owned()),
        sid: None,
        id_token: None,
        recheck: None,
    };
    let session = Session::start(account_id, origin, Client::default(), &LIVES, by.at);
    let ways = WaysIn {
        password: true,
        identities: UsableIdentities::Of(identity.issuer.to_owned()),
    };
    let login = Login {
        entry: Entry::Identity {
            identity,
            lead,
            role: role.map(|role| ClaimedRole { role, ways: &ways }),
            pending: None,
        },
        session: &session,
        token: SessionToken::generate().hash(),
        replaces: None,
    };
    store.log_in(&login, &by).await.expect("the store answers")
}

/// Links an identity to an account.
///
/// # Panics
/// The store does not answer, or something is in the way.
pub async fn link(store: &Store, account_id: AccountId, identity: NewIdentity<'_>, by: Actor) {
    let linked = try_link(store, account_id, identity, by).await;
    linked.expect("nothing is in the way");
}

/// Tries to link an identity to an account, by a session that logs out afterwards.
///
/// # Errors
/// Something is in the way.
///
/// # Panics
/// The store does not answer, or the account is disabled.
pub async fn try_link(
    store: &Store,
    account_id: AccountId,
    identity: NewIdentity<'_>,
    by: Actor,
) -> Result<(), ChangeError> {
    let (client, token) = (Client::default(), SessionToken::generate().hash());
    let session = Session::start(account_id, Origin::LoginLink, client, &LIVES, by.at);
    let next = SessionToken::generate().hash();
    assert!(
        enter(store, &session, token, None, by.clone()).await,
        "logged in"
    );
    let rotate = (session.id, next);
    let pending = PendingUse {
        id: Uuid::now_v7(),
        sid: None,
    };
    let linked = store.link_identity(account_id, identity, pending, rotate, by.clone());
    let linked = linked.await;
    let token = if linked.is_ok() { next } else { token };
    let left = store.take_session(token, by).await;
    left.expect("the store answers").expect("a session");
    linked
}

/// Returns the ways in of a server without an OP.
pub fn by_password() -> WaysIn {
    WaysIn {
        password: true,
        identities: UsableIdentities::None,
    }
}

/// Creates an account.
///
/// # Panics
/// The store does not answer, or something is in the way.
pub async fn add_account(store: &Store, account: &NewAccount, by: Actor) -> AccountId {
    let created = store.create_user(account, None, by).await;
    created.expect("name and email are free")
}

/// Disables an account, or enables it.
///
/// # Panics
/// The store does not answer, or something is in the way.
pub async fn set_disabled(store: &Store, id: AccountId, is_disabled: bool, by: Actor) {
    let change = UserChange {
        is_disabled: Some(is_disabled),
        ..UserChange::default()
    };
    // Even the last admin: a password counts as a way in, and so does none.
    let changed = store.change_user(id, &change, &by_password(), by).await;
    changed.expect("another admin is there");
}

/// Gives an account another role.
///
/// # Panics
/// The store does not answer, or something is in the way.
pub async fn set_role(store: &Store, id: AccountId, role: Role, by: Actor) {
    let change = UserChange {
        role: Some(role),
        ..UserChange::default()
    };
    let changed = store.change_user(id, &change, &by_password(), by).await;
    changed.expect("another admin is there");
}

/// Returns the id of the account that is logged in.
pub async fn account_of(browser: &HttpBrowser) -> String {
    browser.get(API_SESSION).await.json()["user"]["id"]
        .as_str()
        .unwrap_or_default()
        .to_owned()
}

/// The settings of a site whose OP gives the roles.
pub const ROLES: [(&str, &str); 3] = [
    ("OIDC_CLAIM_ROLES", "groups"),
    ("OIDC_ROLE_ADMIN", "admins"),
    ("OIDC_ROLE_USER", "users"),
];

/// Returns the role of the account that is logged in; empty if nobody is.
pub async fn role(browser: &HttpBrowser) -> String {
    let session = browser.get(API_SESSION).await.json();
    session["user"]["role"]
        .as_str()
        .unwrap_or_default()
        .to_owned()
}
