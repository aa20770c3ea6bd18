//! The database as it is. Nothing is created, and no migration runs.

use shared::doctor::Step;

use crate::config::{Config, Database};
use crate::doctor::subject::{ADMINS, DATABASE, TABLES};
use crate::store::engine::inspect::{Accounts, Connections, Damage, Inspection, inspect};
use crate::telemetry::chain;

/// Examines the database, its tables, and who can administer. Also returns what accounts are
/// connected to; `None` if that cannot be known. `issuer` is the OP's: identities at another one are
/// no way in. If it is not known, all count.
pub(crate) async fn examine(
    config: &Config,
    issuer: Option<&str>,
) -> (Vec<Step>, Option<Connections>) {
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
                DATABASE.pass(format!("{file} will be created at the first start")),
                TABLES.pass("will be created at the first start"),
                nobody_yet(config),
            ]
        }
        Err(error) => vec![
            DATABASE.fail(chain(&error), remedy_for(&config.database)),
            TABLES.skip("the database cannot be looked into"),
            ADMINS.skip("the database cannot be looked into"),
        ],
    };
    (steps, connections)
}

fn remedy_for(database: &Database) -> &'static str {
    match database {
        Database::Sqlite(_) => {
            "let the user that runs Postern read and write the file; where it is no database, put a \
             backup in its place"
        }
        Database::Postgres(_) => {
            "see that PostgreSQL runs and can be reached from here, and that user, password and \
             database name in DATABASE_URL are right"
        }
    }
}

fn steps(found: &Inspection, config: &Config) -> Vec<Step> {
    let database = match &found.damage {
        Damage::Found(what) => DATABASE.fail(
            format!("the file is damaged: {what}"),
            "stop Postern and put a backup in its place",
        ),
        Damage::None => DATABASE.pass(format!("{}, and whole", found.version)),
        Damage::NotSought => DATABASE.pass(format!("{} answers", found.version)),
        Damage::Unfinished => DATABASE.pass(format!(
            "{}; large, so that only a part of it was checked for damage",
            found.version
        )),
    };
    if matches!(found.damage, Damage::Found(_)) {
        let skipped = "the database is damaged";
        return vec![database, TABLES.skip(skipped), ADMINS.skip(skipped)];
    }
    let admins = match &found.accounts {
        Some(accounts) => admins(*accounts, config),
        None if found.has_tables => ADMINS.skip("the tables are not this version's"),
        None => nobody_yet(config),
    };
    vec![database, tables(found), admins]
}

/// Says whether the tables are this version's.
fn tables(found: &Inspection) -> Step {
    if !found.has_tables {
        return TABLES.pass("will be created at the first start");
    }
    if let Some(version) = found.broken {
        let found = format!("migration {version} failed in the middle, or is not this version's");
        let remedy = "put back the backup from before the upgrade, and start the version that made it; \
                    then upgrade again";
        return TABLES.fail(found, remedy);
    }
    if found.foreign > 0 && found.runs_beside_newer {
        let found = format!(
            "a newer version has added to the tables ({} migrations); this one runs on them",
            found.foreign
        );
        let remedy = "finish the upgrade: start the newer version on every server";
        return TABLES.warn(found, remedy);
    }
    if found.foreign > 0 {
        let found = format!(
            "a newer version has been at work here: {} migrations are unknown to this one",
            found.foreign
        );
        let remedy = "run the newer version again, or put back the backup from before the upgrade";
        return TABLES.fail(found, remedy);
    }
    if found.pending > 0 {
        let found = format!(
            "{} of {} migrations are still to be made",
            found.pending,
            found.made + found.pending
        );
        let remedy = "make a backup and start this version: it brings the tables up to date";
        return TABLES.warn(found, remedy);
    }
    TABLES.pass(format!("up to date ({} migrations)", found.made))
}

/// Returns the path of the setup page.
fn setup(config: &Config) -> String {
    config.base().of(shared::routes::SETUP)
}

/// Says how to get the first admin.
fn nobody_yet(config: &Config) -> Step {
    if !config.password_login {
        return locked_out(config, "there is no account yet");
    }
    ADMINS.warn(
        "there is no admin yet",
        format!(
            "start Postern, open {}, and give the token that `postern setup-token` prints; \
             or make one by `postern user add NAME --role admin`",
            setup(config)
        ),
    )
}

/// Handles what the server refuses to run with: passwords are off, and no admin has an identity.
fn locked_out(config: &Config, who: &str) -> Step {
    let found = format!("DISABLE_USERPASS_LOGIN=true, and {who} that an admin could log in to");
    let makes_admins = config
        .oidc
        .as_ref()
        .and_then(|oidc| oidc.roles.as_ref())
        .is_some_and(|roles| !roles.admin.is_empty());
    if config.break_glass && makes_admins {
        return ADMINS.pass("OIDC_ROLE_ADMIN makes them; no admin has an identity yet");
    }
    if config.break_glass {
        let remedy = "set OIDC_ROLE_ADMIN, so that the provider makes the admins, or start without \
                    DISABLE_USERPASS_LOGIN and connect an admin's account";
        return ADMINS.warn(found + ": nobody can administer", remedy);
    }
    let remedy = "start without it, log in as an admin, connect the account on the profile page, and \
                set it again; if the provider moved, so that its issuer is another one, run \
                `postern identities remap`; or set POSTERN_BREAK_GLASS=true where OIDC_ROLE_ADMIN makes the admins";
    ADMINS.fail(found + ": the server does not start", remedy)
}

/// Says whether someone can administer.
fn admins(accounts: Accounts, config: &Config) -> Step {
    if !config.password_login {
        if accounts.linked == 0 {
            return locked_out(
                config,
                "no account has an identity at the configured provider",
            );
        }
        return ADMINS.pass(format!(
            "{} of {} admins can log in through the provider",
            accounts.linked, accounts.admins
        ));
    }
    if accounts.admins == 0 && accounts.all > 0 && config.oidc.is_some() {
        return ADMINS.warn(
            format!("none of {} accounts is an admin", accounts.all),
            format!(
                "open {} and give the token that `postern setup-token` prints; where the setup is \
                 closed, let OIDC_ROLE_ADMIN make an admin, or make one by `postern user`",
                setup(config)
            ),
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
            format!(
                "{} admins, and none has a password or an identity",
                accounts.admins
            ),
            "give one of them a password from the command line (`postern user`)",
        );
    }
    ADMINS.pass(format!(
        "{}: {} with a password, {} with an identity",
        accounts.admins, accounts.with_password, accounts.linked
    ))
}
