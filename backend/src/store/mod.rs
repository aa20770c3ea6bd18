//! The store: accounts, identities, sessions and the audit trail in SQLite or PostgreSQL.
//!
//! Every change writes its audit entry in the same transaction: `by` says who, when and from where.
//!
//! Each statement is written once, in the SQL that both databases share, and compiled for both
//! drivers by [`on_database!`]. Domain conflicts, such as a name that is taken, are values; every
//! other failure is an [`Error`].

pub(crate) mod engine;
pub(crate) mod rows;
mod audit;
mod account;
mod identity;
mod session;
mod session_cache;
mod link;
mod application;
mod login;
mod callback;
mod guess_count;
mod sweep;
mod totals;
mod backup;
mod transfer;

pub(crate) use engine::database::{in_tx, on_database, on_writer};

pub use account::accounts::{ChangeError, Taken};
pub use account::claimed_role::ClaimedRole;
pub use account::pending::PendingUse;
pub use account::user_list::{Total, UserFilter, UserRecord};
pub use account::users::UserChange;
pub use application::assertion_key::StoredKey;
pub use audit::{AuditFilter, PartyFilter};
pub use backup::copy::{Contents, Unfit, check_sqlite, copy_sqlite};
pub use backup::restore::{
    Restored, discard, is_in_use, prepare_restore, put_in_place, sync_folder_of,
};
pub use callback::{CALLBACK_KEPT, CallbackClaim, CallbackKey};
pub use engine::database::Store;
pub use engine::error::{Error, Result};
pub use engine::inspect;
pub use engine::lock::exclude;
pub use engine::postgres::Credentials;
pub use guess_count::GuessCount;
pub use identity::identities::NewIdentity;
pub use identity::remap::{Conflict, Move, Remap};
pub use login::{Entry, Lead, Login, LoginOutcome, LoginRefusal};
pub use session::operator::{OpenSession, WhichSessions};
pub use session::recheck::{Refused, Renewal};
pub use session::sessions::EndedByOp;
pub use totals::Totals;
pub use transfer::{Moved, TransferError, prepare as prepare_transfer, transfer};
