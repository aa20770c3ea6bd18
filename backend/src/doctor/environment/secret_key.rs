//! The secret key that seals cookies.

use shared::text::Text;

use crate::config::{Config, Database, Fault};
use crate::doctor::finding::Finding;
use crate::doctor::subject::SECRET_KEY;
use crate::keys::{self, Keys, SECRET_FILE};
use crate::message::{Message, say};

/// Reads the key of the server without creating one, and says what state it is in.
pub(crate) fn secret_key(config: &Config, faults: &[Fault]) -> (Finding, Option<Keys>) {
    if faults
        .iter()
        .any(|fault| fault.variable.starts_with("POSTERN_SECRET_KEY"))
    {
        let why = say(Text::SKIP_FAULT).with("setting", "POSTERN_SECRET_KEY");
        return (SECRET_KEY.skip(why), None);
    }
    if let Some(secret) = &config.secret_key {
        let step = SECRET_KEY.pass(say(Text::FOUND_KEY).with("place", "POSTERN_SECRET_KEY"));
        return (step, Some(Keys::derive(secret)));
    }
    let path = config.data_dir.join(SECRET_FILE);
    match keys::read_secret(&config.data_dir) {
        Ok(Some(secret)) => {
            let found = say(Text::FOUND_KEY).with("place", path.display());
            let finding = SECRET_KEY.pass(for_replicas(found, config));
            (finding, Some(Keys::derive(&secret)))
        }
        Ok(None) => {
            let found = say(Text::FOUND_NEW).with("path", path.display());
            (SECRET_KEY.pass(for_replicas(found, config)), None)
        }
        Err(error) => {
            let found = say(Text::FOUND_KEY_UNUSABLE).with("error", format_args!("{error:#}"));
            let remedy = say(Text::FIX_KEY).with("path", path.display());
            (SECRET_KEY.fail(found, remedy), None)
        }
    }
}

fn for_replicas(found: Message, config: &Config) -> Message {
    match config.database {
        Database::Postgres(_) => found.and(Text::FOUND_KEY_REPLICAS),
        Database::Sqlite(_) => found,
    }
}
