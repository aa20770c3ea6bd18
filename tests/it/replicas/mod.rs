//! Three servers over one PostgreSQL behind nginx, which sends each request to the next of them.

mod cluster;
mod ended;
mod failover;
mod kill;
mod limits;
mod restart;
mod standby;
mod steps;
mod ticket;
mod versions;
