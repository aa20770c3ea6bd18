//! What happens to every request, whatever its route.

pub(crate) mod reference;
pub(crate) mod same_origin;
pub(crate) mod security_headers;
