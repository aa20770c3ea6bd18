//! What watches over the server asks: is it alive, is it ready, what does it count.

pub(crate) mod health;
pub(crate) mod metrics;
