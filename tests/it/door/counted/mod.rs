//! What a request costs in instructions, which a busy machine does not change.
//!
//! The limits are in `limits.txt`. The release runs under Callgrind (Valgrind), and so few requests
//! are enough.

mod callgrind;
mod limits;
mod requests;
