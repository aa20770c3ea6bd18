//! Where an application listens.

use std::fmt;
use std::path::PathBuf;

/// Where an application listens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Upstream {
    /// At a host and port, over HTTP in the clear: on this machine, or in a network of its own.
    Tcp {
        /// The host's name or address, an IPv6 one without brackets.
        host: String,
        /// The port.
        port: u16,
    },
    /// At a socket in the file system.
    Unix(PathBuf),
}

impl fmt::Display for Upstream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tcp { host, port } if host.contains(':') => write!(f, "http://[{host}]:{port}"),
            Self::Tcp { host, port } => write!(f, "http://{host}:{port}"),
            Self::Unix(path) => write!(f, "unix:{}", path.display()),
        }
    }
}
