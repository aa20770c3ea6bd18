//! What others install: archives, packages, the container image, and the files of `deploy`.

mod arm;
mod debian;
mod descriptions;
mod image;
mod red_hat;
mod release;
