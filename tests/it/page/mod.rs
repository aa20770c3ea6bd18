//! The page as the server sends it.

mod headers;
mod well_known;
mod brand;
