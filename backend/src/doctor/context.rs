//! Who runs the doctor, and how much it may ask.

use super::probe::reflection::Reflection;
use crate::keys::Keys;

/// Where the doctor runs.
pub enum RunContext<'a> {
    /// On the command line, maybe while a server runs as well.
    Cli,
    /// In the running server.
    Server {
        /// The server's keys.
        keys: &'a Keys,
        /// The request of the admin who asks; `None` at the start of the server.
        request: Option<Reflection>,
        /// How much the OP is asked.
        depth: Depth,
    },
}

/// How much the OP is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Depth {
    /// Everything: a person wants to know.
    Full,
    /// Nothing that the OP logs as an attack: a server may start again and again.
    Start,
}
