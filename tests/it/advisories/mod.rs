//! What was done to others, done to us: a test for each advisory of the table in `README.md`.

mod state;
mod email;
mod accounts;
mod payloads;
mod open_redirect;
