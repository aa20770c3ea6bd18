//! Applications behind the door, for those who open them.

use shared::session::AppTile;
use url::Url;

use crate::account::Account;
use crate::application::registry::Application;
use crate::config::Config;

/// Returns the tiles of the applications that the account may open.
pub(crate) fn tiles(config: &Config, account: &Account) -> Vec<AppTile> {
    let tile = |app: &Application| AppTile {
        label: app.label.clone(),
        url: format!("{}/", app.url.origin()),
        icon: app.icon.as_ref().map(Url::to_string),
    };
    config.applications.of(account).map(tile).collect()
}
