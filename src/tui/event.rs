//! What the terminal and the system tell: keys, pastes, sizes, ticks, signals. All of it goes into the one channel.

use crossterm::event::{Event as Term, KeyEvent};
use futures_util::{Stream, StreamExt};
use tokio::sync::mpsc::UnboundedSender;

use crate::run::Message;

/// The front end's own messages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// A key.
    Key(KeyEvent),
    /// A paste, whole (bracketed paste).
    Paste(String),
    /// The screen's new size, in columns and rows.
    Resize(u16, u16),
    /// Time went on while checks run: twice a second, and never while nothing does.
    Tick,
    /// No key followed for a moment.
    Settled,
    /// The system asks us to leave, by the signal of that number.
    Signal(i32),
}

impl Event {
    /// What a terminal's event is to us; none where it is nothing.
    #[must_use]
    pub fn of_terminal(event: Term) -> Option<Self> {
        match event {
            Term::Key(key) => Some(Self::Key(key)),
            Term::Paste(text) => Some(Self::Paste(text)),
            Term::Resize(width, height) => Some(Self::Resize(width, height)),
            Term::FocusGained | Term::FocusLost | Term::Mouse(_) => None,
        }
    }
}

/// Puts everything that comes out of a stream into the channel, in order, until either end is gone.
pub(super) async fn pump(mut events: impl Stream<Item = Event> + Unpin, channel: UnboundedSender<Message<Event>>) {
    while let Some(event) = events.next().await {
        if channel.send(Message::Front(event)).is_err() {
            return;
        }
    }
}

/// The system's requests to leave: SIGTERM, SIGHUP, and a SIGINT that did not come from a key.
#[cfg(unix)]
pub(super) async fn signals(channel: UnboundedSender<Message<Event>>) {
    use tokio::signal::unix::{SignalKind, signal};
    let (Ok(mut term), Ok(mut hup), Ok(mut int)) =
        (signal(SignalKind::terminate()), signal(SignalKind::hangup()), signal(SignalKind::interrupt()))
    else {
        return;
    };
    let kind = tokio::select! {
        _ = term.recv() => SignalKind::terminate(),
        _ = hup.recv() => SignalKind::hangup(),
        _ = int.recv() => SignalKind::interrupt(),
    };
    drop(channel.send(Message::Front(Event::Signal(kind.as_raw_value()))));
}

#[cfg(not(unix))]
pub(super) async fn signals(channel: UnboundedSender<Message<Event>>) {
    if tokio::signal::ctrl_c().await.is_ok() {
        drop(channel.send(Message::Front(Event::Signal(2))));
    }
}
