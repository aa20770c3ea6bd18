//! The kit of the end-to-end tests: the real server, three OPs and a browser, each started for
//! one test and ended with the value that stands for it.

pub mod places;
pub mod poll;
pub mod process;
pub mod web;
pub mod database;
pub mod server;
pub mod registration;
pub mod demo_op;
pub mod real_op;
pub mod op;
pub mod authentik_api;
pub mod browser;
pub mod stage;
pub mod bridge;
pub mod authority;
pub mod reverse_proxy;
pub mod proxy_program;
pub mod schema;
pub mod site;
pub mod logins;
pub mod answer;
pub mod http_browser;
pub mod log;
pub mod trial;
pub mod command_line;
