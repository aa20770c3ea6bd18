//! The database as it is. Nothing is created, and no migration runs.

use shared::text::Text;

use crate::config::{Config, Database};
use crate::doctor::finding::Finding;
use crate::doctor::subject::{ADMINS, DATABASE, TABLES};
use crate::message::say;
use crate::store::engine::inspect::{Accounts, Connections, Damage, Inspection, inspect};
use crate::telemetry::chain;

/// Examines the database, its tables, and who can administer. Also returns what accounts are
/// connected to; `None` if that cannot be known. `issuer` is the OP's: identities at another one are
/// no way in. If it is not known, all count.
pub(crate) async fn examine(
    config: &Config,
    issuer: Option<&str>,
) -> (Vec<Finding>, Option<Connections>) {
    let inspected = inspect(&config.database, issuer).await;
    let connections = match &inspected {
        Ok(Some(found)) if found.has_tables => found.connections.clone(),
        Ok(_) => Some(Connections::default()),
        Err(_) => None,
    };
    let steps = match inspected {
        Ok(Some(found)) => steps(&found, config),
        Ok(None) => {
            let file = match &config.database {
                Database::Sqlite(path) => path.display().to_string(),
                Database::Postgres(_) => String::new(),
            };
            vec![
                DATABASE.pass(say(Text::FOUND_NEW).with("path", file)),
                TABLES.pass(Text::FOUND_TABLES_NEW),
                nobody_yet(config),
            ]
        }
        Err(error) => vec![
            DATABASE.fail(
                say(Text::FOUND_DATABASE_UNUSABLE).with("error", chain(&error)),
                remedy_for(&config.database),
            ),
            TABLES.skip(Text::SKIP_DATABASE),
            ADMINS.skip(Text::SKIP_DATABASE),
        ],
    };
    (steps, connections)
}

fn remedy_for(database: &Database) -> Text {
    match database {
        Database::Sqlite(_) => Text::FIX_SQLITE,
        Database::Postgres(_) => Text::FIX_POSTGRES,
    }
}

fn steps(found: &Inspection, config: &Config) -> Vec<Finding> {
    let of_version = |text| DATABASE.pass(say(text).with("version", &found.version));
    let database = match &found.damage {
        Damage::Found(what) => DATABASE.fail(
            say(Text::FOUND_DAMAGED).with("damage", what),
            Text::FIX_DAMAGED,
        ),
        Damage::None => of_version(Text::FOUND_DATABASE_WHOLE),
        Damage::NotSought => of_version(Text::FOUND_DATABASE),
        Damage::Unfinished => of_version(Text::FOUND_DATABASE_LARGE),
    };
    if matches!(found.damage, Damage::Found(_)) {
        let skipped = Text::SKIP_DAMAGED;
        return vec![database, TABLES.skip(skipped), ADMINS.skip(skipped)];
    }
    let admins = match &found.accounts {
        Some(accounts) => admins(*accounts, config),
        None if found.has_tables => ADMINS.skip(Text::SKIP_TABLES),
        None => nobody_yet(config),
    };
    vec![database, tables(found), admins]
}

/// Says whether the tables are this version's.
fn tables(found: &Inspection) -> Finding {
    if !found.has_tables {
        return TABLES.pass(Text::FOUND_TABLES_NEW);
    }
    let count = |text, count| say(text).with("count", count);
    if let Some(version) = found.broken {
        let found = say(Text::FOUND_TABLES_BROKEN).with("migration", version);
        return TABLES.fail(found, Text::FIX_TABLES_BROKEN);
    }
    if found.foreign > 0 && found.runs_beside_newer {
        let found = count(Text::FOUND_TABLES_NEWER_RUNS, found.foreign);
        return TABLES.warn(found, Text::FIX_TABLES_NEWER_RUNS);
    }
    if found.foreign > 0 {
        let found = count(Text::FOUND_TABLES_NEWER, found.foreign);
        return TABLES.fail(found, Text::FIX_TABLES_NEWER);
    }
    if found.pending > 0 {
        let pending = say(Text::FOUND_TABLES_PENDING).with("pending", found.pending);
        let pending = pending.with("all", found.made + found.pending);
        return TABLES.warn(pending, Text::FIX_TABLES_PENDING);
    }
    TABLES.pass(count(Text::FOUND_TABLES_GOOD, found.made))
}

/// Returns the path of the setup page.
fn setup(config: &Config) -> String {
    config.base().of(shared::routes::SETUP)
}

/// Says how to get the first admin.
fn nobody_yet(config: &Config) -> Finding {
    if !config.password_login {
        return locked_out(config, Text::FOUND_ADMINS_LOCKED_NEW);
    }
    ADMINS.warn(
        Text::FOUND_ADMINS_NONE_YET,
        say(Text::FIX_ADMINS_NONE_YET).with("path", setup(config)),
    )
}

/// Handles what the server refuses to run with: passwords are off, and no admin has an identity.
fn locked_out(config: &Config, why: Text) -> Finding {
    let makes_admins = config
        .oidc
        .as_ref()
        .and_then(|oidc| oidc.roles.as_ref())
        .is_some_and(|roles| !roles.admin.is_empty());
    if config.break_glass && makes_admins {
        return ADMINS.pass(Text::FOUND_ADMINS_MADE);
    }
    if config.break_glass {
        let found = say(why).and(Text::FOUND_ADMINS_NOBODY);
        return ADMINS.warn(found, Text::FIX_ADMINS_ROLE);
    }
    let found = say(why).and(Text::FOUND_ADMINS_NO_START);
    ADMINS.fail(found, Text::FIX_ADMINS_LOCKED)
}

/// Says whether someone can administer.
fn admins(accounts: Accounts, config: &Config) -> Finding {
    if !config.password_login {
        if accounts.linked == 0 {
            return locked_out(config, Text::FOUND_ADMINS_LOCKED);
        }
        return ADMINS.pass(
            say(Text::FOUND_ADMINS_LINKED)
                .with("linked", accounts.linked)
                .with("all", accounts.admins),
        );
    }
    if accounts.admins == 0 && accounts.all > 0 && config.oidc.is_some() {
        return ADMINS.warn(
            say(Text::FOUND_ADMINS_NONE).with("count", accounts.all),
            say(Text::FIX_ADMINS_NONE).with("path", setup(config)),
        );
    }
    if accounts.admins == 0 {
        return nobody_yet(config);
    }
    let through_op = if config.oidc.is_some() {
        accounts.linked
    } else {
        0
    };
    if accounts.with_password == 0 && through_op == 0 {
        return ADMINS.fail(
            say(Text::FOUND_ADMINS_NO_WAY).with("count", accounts.admins),
            Text::FIX_ADMINS_NO_WAY,
        );
    }
    ADMINS.pass(
        say(Text::FOUND_ADMINS_GOOD)
            .with("all", accounts.admins)
            .with("passwords", accounts.with_password)
            .with("linked", accounts.linked),
    )
}
