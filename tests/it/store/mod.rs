//! Every method of the store, on SQLite and on PostgreSQL.

mod accounts;
mod identities;
mod login;
mod applications;
mod sessions;
mod recall;
mod planned_search;
mod search_index;
mod test_login;
mod users;
mod welcome;

use postern::audit::Actor;
use std::sync::LazyLock;
use std::time::Duration;

use clock::Timestamp;
use postern::account::{AccountId, NewAccount};
use postern::config::{self, SessionConfig};
use postern::session::{Client, Origin, Session, SessionToken};
use postern::store::{NewIdentity, Store};
use shared::email::Email;
use tempfile::TempDir;
use tests::logins::{add_account, enter};
use tests::schema::Schema;
use tests::site::{email, user};

const NOW: Timestamp = Timestamp::from_unix(1_000_000);
const LATER: Timestamp = Timestamp::from_unix(1_000_100);
const ISSUER: &str = "https://op.example.com/";
const LIVES: SessionConfig = SessionConfig {
    max_age: Duration::from_secs(1000),
    idle: Duration::from_secs(500),
};

/// An empty store.
struct Fresh {
    store: Store,
    place: config::Database,
    _folder: TempDir,
    _schema: Option<Schema>,
}

impl Fresh {
    async fn open() -> Self {
        let schema = Schema::if_wanted().await;
        let folder = TempDir::new().expect("a folder");
        let place = match &schema {
            Some(schema) => config::Database::Postgres(schema.url().into()),
            None => config::Database::Sqlite(folder.path().join("deep/postern.db")),
        };
        let store = Store::connect(&place).await.expect("a store");
        Self {
            store,
            place,
            _folder: folder,
            _schema: schema,
        }
    }

    async fn add(&self, account: NewAccount) -> AccountId {
        add_account(&self.store, &account, Actor::server(NOW)).await
    }

    async fn add_session(&self, account_id: AccountId) -> (Session, SessionToken) {
        let (session, token) = new_session(account_id);
        let has_begun = enter(
            &self.store,
            &session,
            token.hash(),
            None,
            Actor::server(NOW),
        )
        .await;
        assert!(has_begun, "no account of that id, or a disabled one");
        (session, token)
    }
}

fn new_session(account_id: AccountId) -> (Session, SessionToken) {
    let session = Session::start(account_id, Origin::Password, Client::default(), &LIVES, NOW);
    (session, SessionToken::generate())
}

/// The email at the OP.
static AT_OP: LazyLock<Email> = LazyLock::new(|| email("al@op.example"));

fn identity(subject: &str) -> NewIdentity<'_> {
    NewIdentity {
        issuer: ISSUER,
        subject,
        username: Some("al"),
        email: Some(&AT_OP),
        is_email_verified: false,
        groups: None,
    }
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
