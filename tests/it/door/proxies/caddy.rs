//! Caddy.

use tests::proxy_program::ProxyKind;

use super::claims::tests_of;

tests_of!(ProxyKind::Caddy, "needs Caddy; cargo xtask test runs it");
