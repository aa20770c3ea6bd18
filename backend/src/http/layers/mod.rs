//! Layers that apply to every request, on any route.

pub(crate) mod reference;
pub(crate) mod same_origin;
pub(crate) mod security_headers;
pub(crate) mod pages;
