//! `postern completions` and `postern man`: what a package has beside the program, made of the same
//! description of the command line as `--help`.

use std::io;
use std::path::Path;

use clap::Command;
use clap_complete::Shell;

/// Prints what completes the command line in this shell.
pub(super) fn completions(mut command: Command, shell: Shell) {
    clap_complete::generate(shell, &mut command, "postern", &mut io::stdout().lock());
}

/// Writes a manual page for each command into the folder.
///
/// # Errors
/// The folder cannot be written to.
pub(super) fn man(command: Command, folder: &Path) -> io::Result<()> {
    clap_mangen::generate_to(command, folder)
}
