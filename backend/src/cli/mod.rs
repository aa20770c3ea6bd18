//! The command line. Settings are not here but in the environment (`config`), so that there is one
//! place to look for them. Each command is a file with its `Args` and its `run`. All of them work
//! next to a running server.

mod settings;
mod folder_owner;
mod authentik;
mod check_config;
mod healthcheck;
mod paper;
mod doctor;
mod accounts;
mod user;
mod login_link;
mod session;
mod audit;
mod setup_token;
mod identities;
mod import;
mod backup;
mod restore;
mod move_database;
mod who;
mod password;
mod links;
mod operator;
mod console;
mod table;
mod date;
mod command;

pub use accounts::{Accounts, run_line, run_line_on_file};
pub use command::{Command, parse, run};
pub use console::{Console, Keyboard};
pub use settings::{EXIT_BAD_SETTINGS, settings};
