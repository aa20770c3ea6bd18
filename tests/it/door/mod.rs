//! The applications behind the door: who gets in, and what they are told.

mod upstream;
mod visitor;

mod assertion;
mod proxy;
mod ticket;
mod verify;
mod proxies;
