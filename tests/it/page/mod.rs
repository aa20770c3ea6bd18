//! The page as the server sends it.

mod headers;
mod brand;
