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
    /// The admin who sits here.
    pub(super) me: StoredValue<User>,
    /// Does the server take passwords, and so make links by which one is set?
    pub(super) has_passwords: bool,
    /// What narrows the list down.
    pub(super) filters: Filters,
    /// Sends what may ask for a confirmation.
    pub(super) confirm: Confirm,
    /// Asks before what cannot be taken back.
    pub(super) ask: Ask,
    /// What was made since the list was last looked for; on top of it.
    pub(super) created: RwSignal<Vec<UserEntry>>,
    /// How many were deleted since then.
    pub(super) deleted: RwSignal<u64>,
    /// The last thing that was done, in words.
    pub(super) status: RwSignal<String>,
}

impl UsersContext {
    /// Is it the admin's own account?
    pub(super) fn is_me(self, id: &str) -> bool {
        self.me.with_value(|me| me.id == id)
    }
}

/// An account, for as long as its row is there.
#[derive(Clone, Copy)]
pub(super) struct Account {
    /// As the server last said it.
    pub(super) entry: RwSignal<UserEntry>,
    /// Has it been deleted?
    pub(super) is_gone: RwSignal<bool>,
}
