//! What the terminal and the system tell: keys, pastes, sizes, ticks, signals. All of it goes into the one channel.

use crossterm::event::{Event as Term, KeyEvent, MouseButton, MouseEventKind};
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
    /// A click, at a column and a row. Only where the mouse was asked for.
    Click(u16, u16),
    /// The wheel: up, or down.
    Wheel(bool),
    /// The screen's new size, in columns and rows.
    Resize(u16, u16),
    /// Time went on while checks run: twice a second, and never while nothing does.
    Tick,
    /// A moment passed since [`Order::Settle`](super::Order::Settle) with that number.
    Settled(u64),
    /// A while passed since [`Order::KeepTyped`](super::Order::KeepTyped).
    Calm,
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
            Term::Mouse(mouse) => match mouse.kind {
                MouseEventKind::Down(MouseButton::Left) => Some(Self::Click(mouse.column, mouse.row)),
                MouseEventKind::ScrollUp => Some(Self::Wheel(true)),
                MouseEventKind::ScrollDown => Some(Self::Wheel(false)),
                _ => None,
            },
            Term::FocusGained | Term::FocusLost => None,
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

/// That the terminal has gone, where nobody sends SIGHUP for it: it is no controlling terminal, or the signal was taken away from us.
///
/// crossterm's reader takes the end of a terminal for nothing to read, and asks again at once for ever (crossterm issue 793).
#[cfg(unix)]
pub(super) fn gone() -> impl Stream<Item = ()> + Send + Unpin {
    use rustix::event::{PollFd, PollFlags, poll};
    let (tell, told) = tokio::sync::oneshot::channel();
    // Asks for nothing, so that only the end wakes it: it sleeps for as long as the terminal is there.
    std::thread::spawn(move || {
        let terminal = std::io::stdin();
        loop {
            let mut fds = [PollFd::new(&terminal, PollFlags::empty())];
            match poll(&mut fds, None) {
                Err(rustix::io::Errno::INTR) => {}
                Ok(_) if fds[0].revents().contains(PollFlags::HUP) => {
                    let _ = tell.send(());
                    return;
                }
                _ => return,
            }
        }
    });
    Box::pin(futures_util::stream::once(told).filter_map(|told| std::future::ready(told.ok())))
}

#[cfg(not(unix))]
pub(super) fn gone() -> impl Stream<Item = ()> + Send + Unpin {
    futures_util::stream::pending()
}

#[cfg(not(unix))]
pub(super) fn signals() -> std::io::Result<impl Stream<Item = Event> + Send> {
    Ok(Box::pin(futures_util::stream::once(async {
        drop(tokio::signal::ctrl_c().await);
        Event::Signal(2)
    })))
}
