//! What the applications behind the door need of the database: tickets, the sessions that those
//! open, and the keys of the assertion.

pub(crate) mod app_session;
pub(crate) mod assertion_key;
