//! Peers that are gone without a word: a phone without a network, a machine without power. What waits
//! for them without a limit of time, such as an open `WebSocket`, would otherwise wait for ever.

use std::os::fd::AsFd;
use std::time::Duration;

use rustix::net::sockopt::{
    set_socket_keepalive, set_tcp_keepcnt, set_tcp_keepidle, set_tcp_keepintvl,
};

/// How long a peer may be silent before the system asks whether it is there.
const SILENCE: Duration = Duration::from_secs(60);
/// Between two questions.
const INTERVAL: Duration = Duration::from_secs(15);
/// How many questions may stay without an answer.
const QUESTIONS: u32 = 4;

/// Has the system end a TCP connection whose peer is gone. A system that cannot do that has its own
/// times.
pub(crate) fn notice_end(stream: impl AsFd) {
    let _ = set_socket_keepalive(&stream, true)
        .and_then(|()| set_tcp_keepidle(&stream, SILENCE))
        .and_then(|()| set_tcp_keepintvl(&stream, INTERVAL))
        .and_then(|()| set_tcp_keepcnt(&stream, QUESTIONS));
}
