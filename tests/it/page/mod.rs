//! The page as the server sends it.

mod headers;
mod inside;
mod well_known;
mod brand;
