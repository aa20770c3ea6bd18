//! Traefik.

use tests::proxy_program::ProxyKind;

use super::claims::tests_of;

tests_of!(
    ProxyKind::Traefik,
    "needs Traefik; cargo xtask test runs it"
);
