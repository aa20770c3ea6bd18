//! The machines that a release is for, by the words of those who name them.

/// A processor, with Linux on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Platform {
    /// 64-bit PCs and servers.
    X86_64,
    /// 64-bit Arm: Raspberry Pi 3 and later, Ampere, Graviton.
    Aarch64,
}

impl Platform {
    /// All of them, in the order of the files.
    pub(crate) const ALL: [Self; 2] = [Self::X86_64, Self::Aarch64];

    /// Rust's target: statically linked, so that it runs on any distribution and in an empty image.
    pub(crate) fn target(self) -> &'static str {
        match self {
            Self::X86_64 => "x86_64-unknown-linux-musl",
            Self::Aarch64 => "aarch64-unknown-linux-musl",
        }
    }

    /// The kernel's and RPM's word.
    pub(crate) fn machine(self) -> &'static str {
        match self {
            Self::X86_64 => "x86_64",
            Self::Aarch64 => "aarch64",
        }
    }

    /// Debian's and OCI's word.
    pub(crate) fn architecture(self) -> &'static str {
        match self {
            Self::X86_64 => "amd64",
            Self::Aarch64 => "arm64",
        }
    }
}
