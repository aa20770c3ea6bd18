//! The secret key that seals cookies.

use shared::doctor::Step;

use crate::config::{Config, Database, Fault};
use crate::doctor::subject::SECRET_KEY;
use crate::keys::{self, Keys, SECRET_FILE};

/// Reads the key of the server without creating one, and says what state it is in.
pub(crate) fn secret_key(config: &Config, faults: &[Fault]) -> (Step, Option<Keys>) {
    if faults
        .iter()
        .any(|fault| fault.variable.starts_with("POSTERN_SECRET_KEY"))
    {
        return (SECRET_KEY.skip("POSTERN_SECRET_KEY has a fault"), None);
    }
    if let Some(secret) = &config.secret_key {
        let step = SECRET_KEY.pass("POSTERN_SECRET_KEY");
        return (step, Some(Keys::derive(secret)));
    }
    let path = config.data_dir.join(SECRET_FILE);
    match keys::read_secret(&config.data_dir) {
        Ok(Some(secret)) => {
            let step = SECRET_KEY.pass(format!("{}{}", path.display(), of_replicas(config)));
            (step, Some(Keys::derive(&secret)))
        }
        Ok(None) => {
            let found = format!("{} will be created at the first start", path.display());
            (SECRET_KEY.pass(found + of_replicas(config)), None)
        }
        Err(error) => {
            let remedy = format!(
                "let the user that runs Postern read {}; where it is damaged, delete it: logins \
                 that are under way begin anew",
                path.display()
            );
            (SECRET_KEY.fail(format!("{error:#}"), remedy), None)
        }
    }
}

fn of_replicas(config: &Config) -> &'static str {
    match config.database {
        Database::Postgres(_) => "; several replicas need POSTERN_SECRET_KEY instead",
        Database::Sqlite(_) => "",
    }
}
