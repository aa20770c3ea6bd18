//! Three servers over one PostgreSQL behind nginx, which sends each request to the next of them.

mod cluster;
mod kill;
mod limits;
mod restart;
mod steps;
mod versions;
