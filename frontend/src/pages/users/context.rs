//! What the parts of the accounts' page share.

use leptos::prelude::*;
use leptos_router::hooks::use_location;
use shared::config::PublicConfig;
use shared::routes;
use shared::session::User;
use shared::text::Text;
use shared::users::UserEntry;

use crate::base::{own, route};
use crate::components::ask::{Ask, use_ask};
use crate::components::confirm::Confirm;
use crate::components::filters::Filters;

/// What all parts of the page share.
#[derive(Clone, Copy)]
pub(super) struct UsersContext {
    /// The admin who uses the page.
    pub(super) me: StoredValue<User>,
    /// True if the server takes passwords, and so creates links that set one.
    pub(super) has_passwords: bool,
    /// What an email is good for.
    pub(super) email_hint: Text,
    /// What narrows the list down.
    pub(super) filters: Filters,
    /// Sends requests that may need a confirmation.
    pub(super) confirm: Confirm,
    /// Asks before an action that cannot be undone.
    pub(super) ask: Ask,
    /// Accounts that were created since the list was loaded; shown above it.
    pub(super) created: RwSignal<Vec<UserEntry>>,
    /// How many were deleted since then.
    pub(super) deleted: RwSignal<u64>,
    /// What was done last, in words.
    pub(super) status: RwSignal<String>,
    /// Which account is open: the username in the address, empty for none.
    pub(super) open: Memo<String>,
    /// Where the list was scrolled to when an account was opened.
    pub(super) scroll: StoredValue<f64>,
    /// The accounts that the page has met.
    known: StoredValue<Vec<Account>>,
    /// Whose they are: they outlive the list, which may be loaded anew.
    owner: StoredValue<Owner>,
}

impl UsersContext {
    /// Creates it for the admin who uses the page, of a server with these settings.
    pub(super) fn new(me: User, config: &PublicConfig) -> Self {
        let path = use_location().pathname;
        let open = Memo::new(move |_| {
            let path = path.read();
            let name = route(&path).strip_prefix(routes::USER).unwrap_or_default();
            routes::without_last_slash(name).to_ascii_lowercase()
        });
        Self {
            me: StoredValue::new(me),
            has_passwords: config.password_login,
            email_hint: if config.links_by_email() {
                Text::USERS_EMAIL_HINT
            } else {
                Text::OPTIONAL
            },
            filters: Filters::new(routes::USERS),
            confirm: Confirm::new(),
            ask: use_ask(),
            created: RwSignal::new(Vec::new()),
            deleted: RwSignal::new(0),
            status: RwSignal::new(String::new()),
            open,
            scroll: StoredValue::new(0.0),
            known: StoredValue::new(Vec::new()),
            owner: StoredValue::new(Owner::new()),
        }
    }

    /// Returns the account of an entry, brought up to date with it.
    pub(super) fn meet(self, entry: UserEntry) -> Account {
        let met = self.find(|known| known.id == entry.id);
        if let Some(account) = met {
            if *account.entry.read_untracked() != entry {
                account.entry.set(entry);
            }
            return account;
        }
        let account = self.owner.with_value(|owner| {
            owner.with(|| Account {
                entry: RwSignal::new(entry),
                is_gone: RwSignal::new(false),
            })
        });
        self.known.update_value(|known| known.push(account));
        account
    }

    /// Returns the account with that username in lower case, if the page has met it.
    pub(super) fn named(self, username: &str) -> Option<Account> {
        self.find(|known| known.username.eq_ignore_ascii_case(username))
    }

    /// Returns the first account that fits and was not deleted.
    fn find(self, fits: impl Fn(&UserEntry) -> bool) -> Option<Account> {
        self.known.with_value(|known| {
            let is_it = |account: &&Account| {
                !account.is_gone.get_untracked() && fits(&account.entry.read_untracked())
            };
            known.iter().find(is_it).copied()
        })
    }

    /// Returns the address of the page with no account open, and the list as it was.
    pub(super) fn list_href(self) -> String {
        [own(routes::USERS), self.filters.query()].concat()
    }

    /// Returns the address of an account. It keeps the filters, for the way back.
    pub(super) fn account_href(self, username: &str) -> String {
        [&own(routes::USER), username, &self.filters.query()].concat()
    }

    /// Returns true if the account is the admin's own.
    pub(super) fn is_me(self, id: &str) -> bool {
        self.me.with_value(|me| me.id == id)
    }
}

/// An account, for as long as the page is there.
#[derive(Clone, Copy)]
pub(super) struct Account {
    /// As the server last sent it.
    pub(super) entry: RwSignal<UserEntry>,
    /// True if it has been deleted.
    pub(super) is_gone: RwSignal<bool>,
}
