//! Envoy.

use tests::proxy_program::ProxyKind;

use super::claims::tests_of;

tests_of!(ProxyKind::Envoy, "needs Envoy; cargo xtask test runs it");
