//! Moves everything from SQLite to PostgreSQL, or back.

mod tables;
mod side;
mod copy;

pub use copy::{Moved, TransferError, prepare, transfer};
