//! Every method of the store, on SQLite and on PostgreSQL.

use std::time::Duration;

use backend::account::{AccountId, NewAccount};
use backend::clock::Timestamp;
use backend::config::{self, SessionConfig};
use backend::session::{Client, Origin, Session, SessionToken};
use backend::store::{NewIdentity, Store, Taken};
use shared::session::Role;
use tempfile::TempDir;
use tests::database::Database;
use tests::site::{admin, database_kind, email, user};
use uuid::Uuid;

const NOW: Timestamp = Timestamp::from_unix(1_000_000);
const LATER: Timestamp = Timestamp::from_unix(1_000_100);
const ISSUER: &str = "https://op.example.com/";
const LIVES: SessionConfig =
    SessionConfig { max_age: Duration::from_secs(1000), idle: Duration::from_secs(500) };

/// An empty store.
struct Fresh {
    store: Store,
    place: config::Database,
    _folder: TempDir,
    _database: Database,
}

impl Fresh {
    async fn open() -> Self {
        let database = Database::create(database_kind()).await.unwrap();
        let folder = TempDir::new().unwrap();
        let place = match database.url() {
            Some(url) => config::Database::Postgres(url.into()),
            None => config::Database::Sqlite(folder.path().join("deep/postern.db")),
        };
        let store = Store::connect(&place).await.unwrap();
        Self { store, place, _folder: folder, _database: database }
    }

    async fn add(&self, account: NewAccount) -> AccountId {
        self.store.create_account(&account, NOW).await.unwrap().unwrap()
    }

    async fn add_session(&self, account_id: AccountId) -> (Session, SessionToken) {
        let (session, token) = new_session(account_id);
        self.store.insert_session(&session, token.hash(), None).await.unwrap();
        (session, token)
    }
}

fn new_session(account_id: AccountId) -> (Session, SessionToken) {
    let session = Session::start(account_id, Origin::Password, Client::default(), &LIVES, NOW);
    (session, SessionToken::generate())
}

fn identity(subject: &str) -> NewIdentity<'_> {
    NewIdentity { issuer: ISSUER, subject, username: Some("al"), email: Some("al@op.example") }
}

#[tokio::test]
async fn opening_again_keeps_what_is_there() {
    let fresh = Fresh::open().await;
    let id = fresh.add(user("alice").await).await;
    fresh.store.close().await;
    assert!(fresh.store.ping().await.is_err());

    let again = Store::connect(&fresh.place).await.unwrap();

    again.ping().await.unwrap();
    assert!(again.account(id).await.unwrap().is_some());
}

#[tokio::test]
async fn account_comes_back_as_it_was_made() {
    let fresh = Fresh::open().await;
    let new = NewAccount { display_name: Some("Älice".to_owned()), ..admin("Alice").await };

    let id = fresh.add(new.clone()).await;

    let account = fresh.store.account(id).await.unwrap().unwrap();
    assert_eq!((account.id, account.username.as_str()), (id, "Alice"));
    assert_eq!(account.display_name.as_deref(), Some("Älice"));
    assert_eq!(account.email.as_deref(), Some("Alice@example.com"));
    assert!(account.email_set_by_admin && !account.is_disabled());
    assert_eq!((account.role, account.password_hash), (Role::Admin, new.password_hash));
    assert!(fresh.store.account(Uuid::nil()).await.unwrap().is_none());
}

#[tokio::test]
async fn account_is_found_by_name_and_email_without_regard_to_case() {
    let fresh = Fresh::open().await;
    let id = fresh.add(user("Alice").await).await;

    let by_name = fresh.store.account_by_username("aLICE").await.unwrap();
    let by_email = fresh.store.account_by_email(&email("ALICE@Example.com")).await.unwrap();

    assert_eq!(by_name.map(|account| account.id), Some(id));
    assert_eq!(by_email.map(|account| account.id), Some(id));
    assert!(fresh.store.account_by_username("alic").await.unwrap().is_none());
    assert!(fresh.store.account_by_email(&email("x@example.com")).await.unwrap().is_none());
}

#[tokio::test]
async fn names_and_emails_are_unique_without_regard_to_case() {
    let fresh = Fresh::open().await;
    fresh.add(user("alice").await).await;
    let namesake = NewAccount { email: None, ..user("ALICE").await };
    let neighbor = NewAccount { email: Some(email("ALICE@example.com")), ..user("bob").await };

    let same_name = fresh.store.create_account(&namesake, NOW).await.unwrap();
    let same_email = fresh.store.create_account(&neighbor, NOW).await.unwrap();

    assert_eq!(same_name, Err(Taken::Username));
    assert_eq!(same_email, Err(Taken::Email));
    assert!(fresh.store.account_by_username("bob").await.unwrap().is_none());
}

#[tokio::test]
async fn many_accounts_may_have_no_email() {
    let fresh = Fresh::open().await;
    for name in ["a", "b", "c"] {
        fresh.add(NewAccount { email: None, ..user(name).await }).await;
    }
}

#[tokio::test]
async fn email_is_set_taken_and_cleared() {
    let fresh = Fresh::open().await;
    let alice = fresh.add(user("alice").await).await;
    let bob = fresh.add(user("bob").await).await;
    let set = async |text| {
        fresh.store.set_email(bob, Some(&email(text)), true, LATER).await.unwrap()
    };

    assert_eq!(set("ALICE@example.com").await, Err(Taken::Email));
    assert_eq!(set("Bob@Example.com").await, Ok(()));
    let account = fresh.store.account(bob).await.unwrap().unwrap();
    assert_eq!((account.email.as_deref(), account.email_set_by_admin), (Some("Bob@Example.com"), true));
    fresh.store.set_email(alice, None, false, LATER).await.unwrap().unwrap();
    assert_eq!(set("ALICE@example.com").await, Ok(()));
}

#[tokio::test]
async fn display_name_is_set_and_cleared() {
    let fresh = Fresh::open().await;
    let id = fresh.add(user("alice").await).await;

    fresh.store.set_display_name(id, Some("A. Liddell"), LATER).await.unwrap();
    let named = fresh.store.account(id).await.unwrap().unwrap();
    fresh.store.set_display_name(id, None, LATER).await.unwrap();
    let unnamed = fresh.store.account(id).await.unwrap().unwrap();

    assert_eq!(named.display_name.as_deref(), Some("A. Liddell"));
    assert_eq!(unnamed.display_name, None);
}

#[tokio::test]
async fn new_password_ends_the_other_sessions_of_its_account_alone() {
    let fresh = Fresh::open().await;
    let alice = fresh.add(user("alice").await).await;
    let bob = fresh.add(user("bob").await).await;
    let (kept, _) = fresh.add_session(alice).await;
    fresh.add_session(alice).await;
    fresh.add_session(bob).await;

    fresh.store.set_password(alice, "$argon2id$new", kept.id, LATER).await.unwrap();

    let account = fresh.store.account(alice).await.unwrap().unwrap();
    assert_eq!(account.password_hash.as_deref(), Some("$argon2id$new"));
    let left = fresh.store.sessions(alice, &LIVES, NOW).await.unwrap();
    assert_eq!(left.iter().map(|session| session.id).collect::<Vec<_>>(), [kept.id]);
    assert_eq!(fresh.store.sessions(bob, &LIVES, NOW).await.unwrap().len(), 1);
}

#[tokio::test]
async fn disabling_ends_the_sessions_and_enabling_brings_none_back() {
    let fresh = Fresh::open().await;
    let id = fresh.add(user("alice").await).await;
    let (_, token) = fresh.add_session(id).await;

    fresh.store.set_disabled(id, true, LATER).await.unwrap();
    let disabled = fresh.store.account(id).await.unwrap().unwrap();
    fresh.store.set_disabled(id, false, LATER).await.unwrap();
    let enabled = fresh.store.account(id).await.unwrap().unwrap();

    assert_eq!(disabled.disabled_at, Some(LATER));
    assert!(!enabled.is_disabled());
    assert!(fresh.store.session_by_token(token.hash()).await.unwrap().is_none());
}

#[tokio::test]
async fn role_changes_end_sessions_and_the_same_role_is_no_change() {
    let fresh = Fresh::open().await;
    let id = fresh.add(user("alice").await).await;
    let (_, token) = fresh.add_session(id).await;

    assert!(!fresh.store.set_role(id, Role::User, LATER).await.unwrap());
    assert!(fresh.store.session_by_token(token.hash()).await.unwrap().is_some());
    assert!(fresh.store.set_role(id, Role::Admin, LATER).await.unwrap());
    assert!(fresh.store.session_by_token(token.hash()).await.unwrap().is_none());
    assert!(!fresh.store.is_setup_open().await.unwrap());
}

#[tokio::test]
async fn last_admin_who_is_not_disabled_keeps_the_role() {
    let fresh = Fresh::open().await;
    let first = fresh.add(admin("first").await).await;
    let second = fresh.add(admin("second").await).await;
    fresh.store.set_disabled(second, true, LATER).await.unwrap();

    assert!(!fresh.store.set_role(first, Role::User, LATER).await.unwrap());
    fresh.store.set_disabled(second, false, LATER).await.unwrap();
    assert!(fresh.store.set_role(first, Role::User, LATER).await.unwrap());
    assert!(!fresh.store.set_role(second, Role::User, LATER).await.unwrap());
}

#[tokio::test]
async fn of_two_demotions_at_once_one_fails() {
    let fresh = Fresh::open().await;
    let first = fresh.add(admin("first").await).await;
    let second = fresh.add(admin("second").await).await;

    let (one, other) = tokio::join!(
        fresh.store.set_role(first, Role::User, LATER),
        fresh.store.set_role(second, Role::User, LATER),
    );

    assert_ne!(one.unwrap(), other.unwrap());
}

#[tokio::test]
async fn setup_closes_with_the_first_admin_for_good() {
    let fresh = Fresh::open().await;
    assert!(fresh.store.is_setup_open().await.unwrap());
    fresh.add(user("alice").await).await;
    assert!(fresh.store.is_setup_open().await.unwrap());

    let first = fresh.store.create_first_admin(&admin("root").await, NOW).await.unwrap();
    let second = fresh.store.create_first_admin(&admin("other").await, NOW).await.unwrap();

    assert!(first.is_ok());
    assert_eq!(second, Err(Taken::Setup));
    assert!(!fresh.store.is_setup_open().await.unwrap());
    assert!(fresh.store.account_by_username("other").await.unwrap().is_none());
}

#[tokio::test]
async fn failed_setup_leaves_it_open() {
    let fresh = Fresh::open().await;
    fresh.add(user("alice").await).await;

    let namesake = NewAccount { email: None, ..admin("Alice").await };
    let taken = fresh.store.create_first_admin(&namesake, NOW).await.unwrap();

    assert_eq!(taken, Err(Taken::Username));
    assert!(fresh.store.is_setup_open().await.unwrap());
}

#[tokio::test]
async fn setup_is_closed_by_an_admin_made_otherwise() {
    let fresh = Fresh::open().await;
    fresh.add(admin("root").await).await;

    let second = fresh.store.create_first_admin(&admin("other").await, NOW).await.unwrap();

    assert_eq!(second, Err(Taken::Setup));
}

#[tokio::test]
async fn of_two_setups_at_once_one_wins() {
    let fresh = Fresh::open().await;
    let (root, other) = (admin("root").await, admin("other").await);

    let (one, two) = tokio::join!(
        fresh.store.create_first_admin(&root, NOW),
        fresh.store.create_first_admin(&other, NOW),
    );

    let won = [one.unwrap(), two.unwrap()].map(|made| made.is_ok());
    assert_ne!(won[0], won[1]);
}

#[tokio::test]
async fn identity_is_found_by_issuer_and_subject_exactly() {
    let fresh = Fresh::open().await;
    let id = fresh.add(user("alice").await).await;
    fresh.store.link_identity(id, identity("s1"), NOW).await.unwrap().unwrap();
    let find = async |issuer, subject| {
        let found = fresh.store.account_by_identity(issuer, subject).await.unwrap();
        found.map(|account| account.id)
    };

    assert_eq!(find(ISSUER, "s1").await, Some(id));
    assert_eq!(find(ISSUER, "S1").await, None);
    assert_eq!(find("https://op.example.com", "s1").await, None);
    assert!(fresh.store.is_bound_at(id, ISSUER).await.unwrap());
    assert!(!fresh.store.is_bound_at(id, "https://other.example/").await.unwrap());
}

#[tokio::test]
async fn identity_belongs_to_one_account_and_an_account_has_one_per_issuer() {
    let fresh = Fresh::open().await;
    let alice = fresh.add(user("alice").await).await;
    let bob = fresh.add(user("bob").await).await;
    let link = async |id, identity| fresh.store.link_identity(id, identity, NOW).await.unwrap();
    let elsewhere = NewIdentity { issuer: "https://other.example/", ..identity("s1") };

    assert_eq!(link(alice, identity("s1")).await, Ok(()));
    assert_eq!(link(bob, identity("s1")).await, Err(Taken::Identity));
    assert_eq!(link(alice, identity("s2")).await, Err(Taken::Identity));
    assert_eq!(link(alice, elsewhere).await, Ok(()));
    assert_eq!(fresh.store.identities(alice).await.unwrap().len(), 2);
    assert!(fresh.store.identities(bob).await.unwrap().is_empty());
}

#[tokio::test]
async fn login_of_an_identity_is_written_down() {
    let fresh = Fresh::open().await;
    let id = fresh.add(user("alice").await).await;
    fresh.store.link_identity(id, identity("s1"), NOW).await.unwrap().unwrap();
    let renamed = NewIdentity { username: Some("lid"), email: None, ..identity("s1") };

    fresh.store.identity_logged_in(renamed, LATER).await.unwrap();

    let identities = fresh.store.identities(id).await.unwrap();
    let seen = &identities[0];
    assert_eq!((seen.issuer.as_str(), seen.subject.as_str()), (ISSUER, "s1"));
    assert_eq!((seen.username.as_deref(), seen.email.as_deref()), (Some("lid"), None));
    assert_eq!((seen.linked_at, seen.last_login_at), (NOW, Some(LATER)));
}

#[tokio::test]
async fn account_and_identity_are_made_both_or_neither() {
    let fresh = Fresh::open().await;
    let make = async |new: NewAccount, subject| {
        fresh.store.create_account_with_identity(&new, identity(subject), NOW).await.unwrap()
    };

    let id = make(user("alice").await, "s1").await.unwrap();

    let linked = fresh.store.account_by_identity(ISSUER, "s1").await.unwrap();
    assert_eq!(linked.map(|account| account.id), Some(id));
    assert_eq!(make(user("bob").await, "s1").await, Err(Taken::Identity));
    let namesake = NewAccount { email: None, ..user("ALICE").await };
    assert_eq!(make(namesake, "s2").await, Err(Taken::Username));
    assert!(fresh.store.account_by_username("bob").await.unwrap().is_none());
    assert!(fresh.store.account_by_identity(ISSUER, "s2").await.unwrap().is_none());
}

#[tokio::test]
async fn admin_made_with_an_identity_closes_the_setup() {
    let fresh = Fresh::open().await;

    let made =
        fresh.store.create_account_with_identity(&admin("root").await, identity("s1"), NOW).await;

    assert!(made.unwrap().is_ok());
    assert!(!fresh.store.is_setup_open().await.unwrap());
}

#[tokio::test]
async fn last_way_in_is_never_unlinked() {
    let fresh = Fresh::open().await;
    let bare = NewAccount { password_hash: None, ..user("bare").await };
    let bare = fresh.store.create_account_with_identity(&bare, identity("s1"), NOW).await;
    let bare = bare.unwrap().unwrap();
    let rich = fresh.add(user("rich").await).await;
    fresh.store.link_identity(rich, identity("s2"), NOW).await.unwrap().unwrap();
    let bare_id = fresh.store.identities(bare).await.unwrap()[0].id;
    let rich_id = fresh.store.identities(rich).await.unwrap()[0].id;
    let unlink = async |account, id, password_login| {
        fresh.store.unlink_identity(account, id, password_login, LATER).await.unwrap()
    };

    assert_eq!(unlink(bare, bare_id, true).await, Some(false));
    assert_eq!(unlink(rich, rich_id, false).await, Some(false));
    assert_eq!(unlink(bare, rich_id, true).await, None);
    assert_eq!(unlink(rich, rich_id, true).await, Some(true));
    assert_eq!(unlink(rich, rich_id, true).await, None);
}

#[tokio::test]
async fn of_two_unlinks_at_once_one_way_in_remains() {
    let fresh = Fresh::open().await;
    let id = fresh.add(NewAccount { password_hash: None, ..user("alice").await }).await;
    let elsewhere = NewIdentity { issuer: "https://other.example/", ..identity("s1") };
    fresh.store.link_identity(id, identity("s1"), NOW).await.unwrap().unwrap();
    fresh.store.link_identity(id, elsewhere, NOW).await.unwrap().unwrap();
    let identities = fresh.store.identities(id).await.unwrap();

    let (one, other) = tokio::join!(
        fresh.store.unlink_identity(id, identities[0].id, true, LATER),
        fresh.store.unlink_identity(id, identities[1].id, true, LATER),
    );

    assert_ne!(one.unwrap(), other.unwrap());
    assert_eq!(fresh.store.identities(id).await.unwrap().len(), 1);
}

#[tokio::test]
async fn session_comes_back_with_its_account() {
    let fresh = Fresh::open().await;
    let id = fresh.add(user("alice").await).await;
    let origin = Origin::Openid {
        issuer: ISSUER.to_owned(),
        sid: Some("sid".to_owned()),
        id_token: Some("a.b.c".to_owned()),
    };
    let client = Client { user_agent: Some("x".repeat(300)), address: Some("::1".to_owned()) };
    let session = Session::start(id, origin.clone(), client, &LIVES, NOW);
    let token = SessionToken::generate();
    fresh.store.insert_session(&session, token.hash(), None).await.unwrap();

    let (found, account) = fresh.store.session_by_token(token.hash()).await.unwrap().unwrap();

    assert_eq!((found.id, found.account_id, account.id), (session.id, id, id));
    assert_eq!(found.origin, origin);
    assert_eq!(found.user_agent, Some("x".repeat(256)));
    assert_eq!(found.address.as_deref(), Some("::1"));
    assert_eq!((found.started_at, found.expires_at), (NOW, NOW.plus(LIVES.max_age)));
    let stranger = SessionToken::generate().hash();
    assert!(fresh.store.session_by_token(stranger).await.unwrap().is_none());
}

#[tokio::test]
async fn new_session_ends_the_one_that_it_replaces() {
    let fresh = Fresh::open().await;
    let id = fresh.add(user("alice").await).await;
    let (_, old) = fresh.add_session(id).await;
    let (session, new) = new_session(id);

    fresh.store.insert_session(&session, new.hash(), Some(old.hash())).await.unwrap();

    assert!(fresh.store.session_by_token(old.hash()).await.unwrap().is_none());
    assert!(fresh.store.session_by_token(new.hash()).await.unwrap().is_some());
}

#[tokio::test]
async fn use_and_confirmation_are_written_down() {
    let fresh = Fresh::open().await;
    let id = fresh.add(user("alice").await).await;
    let (session, token) = fresh.add_session(id).await;

    fresh.store.touch_session(session.id, LATER).await.unwrap();
    fresh.store.touch_session(session.id, NOW).await.unwrap();
    fresh.store.confirm_session(session.id, LATER).await.unwrap();

    let (found, _) = fresh.store.session_by_token(token.hash()).await.unwrap().unwrap();
    assert_eq!((found.last_used_at, found.confirmed_at), (LATER, LATER));
}

#[tokio::test]
async fn rotated_session_is_opened_by_the_new_token_alone() {
    let fresh = Fresh::open().await;
    let id = fresh.add(user("alice").await).await;
    let (session, old) = fresh.add_session(id).await;
    let new = SessionToken::generate();

    assert!(fresh.store.rotate_session(session.id, new.hash()).await.unwrap());
    assert!(!fresh.store.rotate_session(Uuid::nil(), new.hash()).await.unwrap());

    assert!(fresh.store.session_by_token(old.hash()).await.unwrap().is_none());
    let (found, _) = fresh.store.session_by_token(new.hash()).await.unwrap().unwrap();
    assert_eq!(found.id, session.id);
}

#[tokio::test]
async fn session_is_taken_once() {
    let fresh = Fresh::open().await;
    let id = fresh.add(user("alice").await).await;
    let (session, token) = fresh.add_session(id).await;

    let first = fresh.store.take_session(token.hash()).await.unwrap();
    let second = fresh.store.take_session(token.hash()).await.unwrap();

    assert_eq!(first.map(|taken| taken.id), Some(session.id));
    assert!(second.is_none());
}

#[tokio::test]
async fn live_sessions_are_listed_and_ended_ones_swept() {
    let fresh = Fresh::open().await;
    let id = fresh.add(user("alice").await).await;
    fresh.add_session(id).await;
    let (used, _) = fresh.add_session(id).await;
    fresh.store.touch_session(used.id, LATER).await.unwrap();
    let live = async |now| fresh.store.sessions(id, &LIVES, now).await.unwrap();

    assert_eq!(live(LATER).await.first().map(|session| session.id), Some(used.id));
    assert_eq!(live(LATER).await.len(), 2);
    let idle = NOW.plus(LIVES.idle);
    assert_eq!(live(idle).await.len(), 1);
    assert_eq!(fresh.store.sweep_sessions(&LIVES, idle).await.unwrap(), 1);
    assert_eq!(fresh.store.sweep_sessions(&LIVES, NOW.plus(LIVES.max_age)).await.unwrap(), 1);
}
