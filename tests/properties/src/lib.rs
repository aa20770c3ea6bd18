//! What holds of the parsers whatever bytes they are given: one function for each kind of input
//! that comes from outside.
//!
//! The fuzz targets (`fuzz/`) search for bytes that break one; `tests/it/corpora.rs` replays on a
//! stable compiler what they have searched from and found. Nothing here is random, reads a clock or
//! touches a network, so a finding stays one.

mod op;
mod log_line;
mod token;
mod callback_query;
#[cfg(feature = "server")]
mod cookies;
mod id_token;
mod logout_token;
mod discovery;
mod jwks;
#[cfg(feature = "server")]
mod next;
mod email;
#[cfg(feature = "server")]
mod configuration;
#[cfg(feature = "server")]
mod path_rules;
#[cfg(feature = "server")]
mod forwarded_headers;

/// A property of a parser.
#[derive(Debug, Clone, Copy)]
pub struct Property {
    /// Names the fuzz target, and the folder of its corpus.
    pub name: &'static str,
    /// Panics if the property does not hold of these bytes. Returns whether the parser took
    /// them: a corpus that is always refused, or never, shows nothing.
    pub check: fn(&[u8]) -> bool,
}

/// What the OP sends back through the browser.
pub const CALLBACK_QUERY: Property = Property {
    name: "callback_query",
    check: callback_query::check,
};
/// The `Cookie` headers of a request.
#[cfg(feature = "server")]
pub const COOKIES: Property = Property {
    name: "cookies",
    check: cookies::check,
};
/// The ID token of a token answer.
pub const ID_TOKEN: Property = Property {
    name: "id_token",
    check: id_token::check,
};
/// The token of a back-channel logout, which anybody can post.
pub const LOGOUT_TOKEN: Property = Property {
    name: "logout_token",
    check: logout_token::check,
};
/// The discovery document.
pub const DISCOVERY: Property = Property {
    name: "discovery",
    check: discovery::check,
};
/// The JWK Set.
pub const JWKS: Property = Property {
    name: "jwks",
    check: jwks::check,
};
/// The parameter `next`.
#[cfg(feature = "server")]
pub const NEXT: Property = Property {
    name: "next",
    check: next::check,
};
/// An email address, of a form or a claim.
pub const EMAIL: Property = Property {
    name: "email",
    check: email::check,
};
/// The environment's variables.
#[cfg(feature = "server")]
pub const CONFIGURATION: Property = Property {
    name: "configuration",
    check: configuration::check,
};
/// A path without a login, and the path of a request.
#[cfg(feature = "server")]
pub const PATH_RULES: Property = Property {
    name: "path_rules",
    check: path_rules::check,
};
/// The headers of a request to an application.
#[cfg(feature = "server")]
pub const FORWARDED_HEADERS: Property = Property {
    name: "forwarded_headers",
    check: forwarded_headers::check,
};

/// All properties.
#[cfg(feature = "server")]
pub const ALL: [Property; 11] = [
    CALLBACK_QUERY,
    COOKIES,
    ID_TOKEN,
    LOGOUT_TOKEN,
    DISCOVERY,
    JWKS,
    NEXT,
    EMAIL,
    CONFIGURATION,
    PATH_RULES,
    FORWARDED_HEADERS,
];
