//! `/doctor`: whether logins work, what is wrong, and a test login, for admins.

mod outcome;
mod summary;
mod checks;
mod test_login;
mod page;

pub(crate) use page::DoctorPage;
