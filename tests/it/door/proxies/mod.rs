//! The reverse proxies that people run, in front of an application and asking Postern: each with
//! the file that `docs/proxies/` has for it.

mod behind;
mod claims;

mod nginx;
mod caddy;
mod traefik;
mod envoy;
