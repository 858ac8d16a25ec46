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
    /// A moment passed since [`Order::Settle`](super::Order::Settle) with that number.
    Settled(u64),
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

/// The system's requests to leave: SIGTERM, SIGHUP, and a SIGINT that did not come from a key. They are waited for from now on, not from the first poll.
#[cfg(unix)]
pub(super) fn signals() -> std::io::Result<impl Stream<Item = Event> + Send> {
    use tokio::signal::unix::{SignalKind, signal};
    let asks = [SignalKind::terminate(), SignalKind::hangup(), SignalKind::interrupt()];
    let mut waits = Vec::new();
    for kind in asks {
        waits.push((signal(kind)?, Event::Signal(kind.as_raw_value())));
    }
    Ok(futures_util::stream::select_all(waits.into_iter().map(|(wait, event)| {
        Box::pin(futures_util::stream::unfold(wait, move |mut wait| {
            let event = event.clone();
            async move { wait.recv().await.map(|()| (event, wait)) }
        }))
    })))
}

#[cfg(not(unix))]
pub(super) fn signals() -> std::io::Result<impl Stream<Item = Event> + Send> {
    Ok(Box::pin(futures_util::stream::once(async {
        drop(tokio::signal::ctrl_c().await);
        Event::Signal(2)
    })))
}
