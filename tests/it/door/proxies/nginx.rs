//! nginx.

use tests::proxy_program::ProxyKind;

use super::claims::tests_of;

tests_of!(ProxyKind::Nginx, "needs nginx; cargo xtask test runs it");
