//! Components that several pages use.

pub(crate) mod frame;
pub(crate) mod guard;
pub(crate) mod field;
pub(crate) mod credentials;
pub(crate) mod form;
pub(crate) mod reference;
pub(crate) mod problem;
pub(crate) mod provider;
pub(crate) mod plain;
pub(crate) mod time;
pub(crate) mod inside;
pub(crate) mod language;
pub(crate) mod ask;
pub(crate) mod unsaved;
pub(crate) mod offline;
pub(crate) mod confirm;
pub(crate) mod admin;
pub(crate) mod choice;
pub(crate) mod filters;
pub(crate) mod listing;
