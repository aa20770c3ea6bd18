//! What is known about each brand of OP: its display name, and what its administrator should do
//! about each error. One file for each brand, with the words of that product's own pages.

mod hints;
mod advice;
mod label;
mod authentik;
mod authelia;
mod keycloak;
mod kanidm;
mod pocket_id;
mod zitadel;
mod google;
mod entra;
mod generic;
mod icons;

pub use advice::{Advice, advice};
pub use icons::icon;
pub use label::label;

#[cfg(test)]
mod tests;
