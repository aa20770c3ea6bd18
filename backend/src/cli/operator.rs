//! The system user who types the commands.

use crate::app::AppState;
use crate::audit::Actor;
use clock::Timestamp;

/// Returns the operator as the actor of changes.
pub(super) fn by(app: &AppState) -> Actor {
    by_at(app.clock.now())
}

/// Returns the operator at that time.
pub(super) fn by_at(now: Timestamp) -> Actor {
    Actor::operator(name(), now)
}

/// Returns the name of the process's system user, or the number if it has no name, as in
/// containers.
fn name() -> String {
    let id = rustix::process::getuid().as_raw().to_string();
    let users = std::fs::read_to_string("/etc/passwd").unwrap_or_default();
    named(&users, &id).unwrap_or_else(|| format!("uid {id}"))
}

/// Finds the name of a user id in the system's list.
fn named(users: &str, id: &str) -> Option<String> {
    users.lines().find_map(|line| {
        let mut fields = line.split(':');
        let name = fields.next()?;
        (fields.nth(1)? == id).then(|| name.to_owned())
    })
}

#[cfg(test)]
mod tests {
    use super::named;

    #[test]
    fn user_of_the_system_has_a_name() {
        let users = "root:x:0:0:root:/root:/bin/sh\n\npostern:x:100:101::/srv:/bin/false\n";

        assert_eq!(named(users, "100").as_deref(), Some("postern"));
        assert_eq!(named(users, "101"), None);
    }
}
