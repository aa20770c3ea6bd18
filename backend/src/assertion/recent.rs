//! What was signed a moment ago, and is as good for the next request: a page comes with dozens of
//! requests, and a signature costs more than all else that the door does with one.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::http::HeaderMap;
use postern_assertion::Identity;
use uuid::Uuid;

use super::identity::identity;
use crate::account::Account;
use crate::application::registry::Application;
use crate::session::Session;
use clock::Timestamp;

/// How long an assertion is given again: what is left of its minute is enough for a request, and for
/// a clock that is a little off.
const REUSED_FOR: Duration = Duration::from_secs(20);

/// The most assertions that are kept, of about two kilobytes each.
const MOST: usize = 4096;

/// A login, and the application that is told of it.
#[derive(Debug, Clone, Copy)]
pub struct Login<'a> {
    /// The session.
    pub session: &'a Arc<Session>,
    /// Its account.
    pub account: &'a Arc<Account>,
    /// The application.
    pub application: &'a Application,
}

impl Login<'_> {
    /// Returns who it is, as the application is told.
    pub(super) fn identity(&self) -> Identity {
        identity(self.account, self.session, &self.application.name)
    }
}

/// The assertions of the last seconds.
#[derive(Default)]
pub(super) struct Recent(Mutex<Kept>);

#[derive(Default)]
struct Kept {
    /// By the session's id.
    all: HashMap<Uuid, Vec<Told>>,
    /// How many there are.
    count: usize,
}

/// What an application was told.
struct Told {
    app: String,
    audience: String,
    kid: String,
    at: Timestamp,
    /// What the identity was made of. If it is still there, the identity is the same.
    session: Arc<Session>,
    account: Arc<Account>,
    /// What the assertion says: one that says anything else is signed anew.
    identity: Identity,
    headers: Arc<HeaderMap>,
}

impl Told {
    fn is_fresh(&self, now: Timestamp) -> bool {
        now < self.at.plus(REUSED_FOR)
    }

    /// Is this what the application has to be told of that login?
    fn is_of(&mut self, login: Login<'_>) -> bool {
        let Login {
            session, account, ..
        } = login;
        if Arc::ptr_eq(&self.session, session) && Arc::ptr_eq(&self.account, account) {
            return true;
        }
        let is_same = self.identity == login.identity();
        if is_same {
            self.session = Arc::clone(session);
            self.account = Arc::clone(account);
        }
        is_same
    }
}

impl Recent {
    /// Returns what the application was told of this login, if it would be told exactly that again,
    /// signed by this key.
    pub(super) fn find(
        &self,
        login: Login<'_>,
        kid: &str,
        now: Timestamp,
    ) -> Option<Arc<HeaderMap>> {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let of_login = kept.all.get_mut(&login.session.id)?;
        let Application { name, url, .. } = login.application;
        let told = of_login.iter_mut().find(|told| told.app == *name)?;
        let is_good = told.audience == url.origin()
            && told.kid == kid
            && told.at <= now
            && told.is_fresh(now)
            && told.is_of(login);
        is_good.then(|| Arc::clone(&told.headers))
    }

    /// Keeps what was just signed.
    pub(super) fn keep(
        &self,
        login: Login<'_>,
        identity: Identity,
        kid: &str,
        now: Timestamp,
        headers: &Arc<HeaderMap>,
    ) {
        let Login {
            session,
            account,
            application,
        } = login;
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.count >= MOST {
            kept.drop_old(now);
        }
        let of_login = kept.all.entry(session.id).or_default();
        let before = of_login.len();
        of_login.retain(|told| told.app != application.name);
        of_login.push(Told {
            app: application.name.clone(),
            audience: application.url.origin().to_owned(),
            kid: kid.to_owned(),
            at: now,
            session: Arc::clone(session),
            account: Arc::clone(account),
            identity,
            headers: Arc::clone(headers),
        });
        let added = of_login.len() - before;
        kept.count += added;
    }
}

impl Kept {
    /// Drops what is given no more; everything, if that is not enough.
    fn drop_old(&mut self, now: Timestamp) {
        self.all.retain(|_, of_login| {
            of_login.retain(|told| told.is_fresh(now));
            !of_login.is_empty()
        });
        self.count = self.all.values().map(Vec::len).sum();
        if self.count >= MOST {
            *self = Self::default();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Login, MOST, Recent};
    use crate::account::Account;
    use crate::application::registry::Application;
    use crate::config::SessionConfig;
    use crate::session::{Client, Origin, Session};
    use axum::http::HeaderMap;
    use clock::Timestamp;
    use shared::session::Role;
    use std::sync::Arc;
    use std::time::Duration;
    use uuid::Uuid;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_unix(1_790_000_000 + second)
    }

    fn session() -> Arc<Session> {
        let config = SessionConfig {
            max_age: Duration::from_secs(1000),
            idle: Duration::from_secs(700),
        };
        let client = Client::default();
        let session = Session::start(Uuid::nil(), Origin::Password, client, &config, at(0));
        Arc::new(session)
    }

    fn account(groups: &[&str]) -> Arc<Account> {
        Arc::new(Account {
            id: Uuid::nil(),
            username: "alice".to_owned(),
            display_name: None,
            email: None,
            email_voucher: None,
            lost_email: None,
            role: Role::User,
            password_hash: None,
            disabled_at: None,
            groups: groups.iter().map(ToString::to_string).collect(),
        })
    }

    fn application(origin: &str) -> Application {
        Application::around_us(origin.parse().expect("an origin"))
    }

    #[test]
    fn only_the_same_content_by_the_same_key_is_given_again_and_not_for_long() {
        let recent = Recent::default();
        let (session, account) = (session(), account(&["family"]));
        let app = application("https://app.example.com");
        let login = Login {
            session: &session,
            account: &account,
            application: &app,
        };
        recent.keep(login, login.identity(), "key", at(0), &Arc::default());

        let find = |login: Login<'_>, kid, second| recent.find(login, kid, at(second)).is_some();
        assert!(find(login, "key", 19));
        assert!(!find(login, "key", 20));
        assert!(!find(login, "key", -1));
        assert!(!find(login, "other", 0));
        let elsewhere = application("https://other.example.com");
        let application = &elsewhere;
        assert!(!find(
            Login {
                application,
                ..login
            },
            "key",
            0
        ));
        let other = Application {
            name: "other".to_owned(),
            ..app.clone()
        };
        let application = &other;
        assert!(!find(
            Login {
                application,
                ..login
            },
            "key",
            0
        ));
        let account = &self::account(&[]);
        assert!(!find(Login { account, ..login }, "key", 0));
        // Read again, and the same: the account, and a session that was used since.
        let account = &self::account(&["family"]);
        let session = &Arc::new(Session {
            last_used_at: at(5),
            ..(*session).clone()
        });
        let read_again = Login {
            session,
            account,
            ..login
        };
        assert!(find(read_again, "key", 0));
        assert!(find(read_again, "key", 0));
        let confirmed = &Arc::new(Session {
            confirmed_at: at(5),
            ..(**session).clone()
        });
        let session = confirmed;
        assert!(!find(Login { session, ..login }, "key", 0));
    }

    #[test]
    fn there_is_a_bound() {
        let recent = Recent::default();
        let account = account(&[]);
        let app = application("https://app.example.com");
        let headers = Arc::new(HeaderMap::new());
        for _ in 0..=MOST {
            let session = session();
            let login = Login {
                session: &session,
                account: &account,
                application: &app,
            };
            recent.keep(login, login.identity(), "key", at(0), &headers);
        }
        let kept = recent.0.into_inner().expect("no panic");
        assert_eq!((kept.count, kept.all.len()), (1, 1));
    }
}
