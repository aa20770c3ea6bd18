//! The applications behind the door: who gets in, and what they are told.

pub(crate) mod upstream;
pub(crate) mod visitor;
mod raw;
mod lying;
mod program;

mod assertion;
mod own_host;
mod base_path;
mod people;
mod proxy;
mod ticket;
mod websocket;
mod replicas;
mod streaming;
mod smuggling;
mod lying_upstream;
mod large;
mod verify;
mod remembered;
mod lying_proxy;
mod advisories;
mod verifiers;
mod counted;
mod proxies;
