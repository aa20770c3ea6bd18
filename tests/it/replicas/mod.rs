//! Three servers over one PostgreSQL behind nginx, which sends each request to the next of them.

mod cluster;
mod failover;
mod kill;
mod limits;
mod restart;
mod standby;
mod steps;
mod versions;
