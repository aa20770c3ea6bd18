//! What the parts of the accounts' page share.

use leptos::prelude::*;
use shared::session::User;
use shared::users::UserEntry;

use crate::components::ask::Ask;
use crate::components::confirm::Confirm;
use crate::components::filters::Filters;

/// What all parts of the page share.
#[derive(Clone, Copy)]
pub(super) struct UsersContext {
    /// The admin who uses the page.
    pub(super) me: StoredValue<User>,
    /// True if the server takes passwords, and so creates links that set one.
    pub(super) has_passwords: bool,
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
}

impl UsersContext {
    /// Returns true if the account is the admin's own.
    pub(super) fn is_me(self, id: &str) -> bool {
        self.me.with_value(|me| me.id == id)
    }
}

/// An account, for as long as its row is there.
#[derive(Clone, Copy)]
pub(super) struct Account {
    /// As the server last sent it.
    pub(super) entry: RwSignal<UserEntry>,
    /// True if it has been deleted.
    pub(super) is_gone: RwSignal<bool>,
}
