//! The database itself: its connections, the SQLite file as a whole, and its availability.

pub(crate) mod error;
pub(crate) mod lock;
pub(crate) mod search_keys;
pub(crate) mod unfinished_move;
pub(crate) mod sqlite;
pub(crate) mod postgres;
pub(crate) mod database;
pub(crate) mod housekeeping;
pub(crate) mod watch;
pub(crate) mod listen;
pub mod inspect;
#[cfg(test)]
pub(crate) mod plan;
