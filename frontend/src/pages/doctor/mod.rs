//! `/doctor`: the test login and what the doctor finds, for admins.

mod steps;
mod test_login;
mod page;

pub(crate) use page::DoctorPage;
