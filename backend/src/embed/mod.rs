//! Postern inside another axum application: the same router, and extractors and layers for the
//! application's own routes. What is here is all that the crate promises to other programs.

pub(crate) mod start;
pub(crate) mod current_user;
pub(crate) mod guard;
