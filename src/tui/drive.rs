//! The loop: messages in by one channel, a screen out whenever something changed.

use std::future::ready;
use std::io::{self, IsTerminal, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use crossterm::event::EventStream;
use crossterm::style::force_color_output;
use futures_util::{Stream, StreamExt, stream};
use ratatui::Terminal;
use ratatui::backend::Backend;
use ratatui::layout::{Rect, Size};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use super::pace::{Pace, Stale};
use super::slim::Slim;
use super::{App, Event, Launch, Left, Order, Trouble, clipboard, event, guard};
use crate::practice::Practice;
use crate::run::Message;

/// While checks run, time is shown so often.
const TICK: Duration = Duration::from_millis(500);
/// What waits to be taken is taken before a frame is drawn, for so long at least.
const LEAST: Duration = Duration::from_millis(1);
/// As SIGHUP, by its number.
const GONE: Event = Event::Signal(1);
/// What is typed into a form is kept so long after a key, with all that came meanwhile.
const CALM: Duration = Duration::from_secs(2);
/// So long no key may follow an Enter for it to mean what it says, where a paste could come key by key.
const MOMENT: Duration = Duration::from_millis(50);

/// The wizard on the process's own terminal, until it is left.
///
/// # Errors
/// When there is no terminal, or it fails; it is given back first.
pub async fn run(launch: Launch) -> Result<Left, Trouble> {
    if !(io::stdin().is_terminal() && io::stdout().is_terminal()) {
        return Err(Trouble::NoTerminal);
    }
    // crossterm answers NO_COLOR with a reset that also takes bold and reversed away; the mono theme does without colours instead.
    force_color_output(true);
    // Before the terminal is taken, so that no signal finds it taken and nobody to give it back.
    let signals = event::signals()?;
    let _guard = guard::Guard::take()?;
    if launch.mouse {
        guard::mouse(true);
    }
    let written = Arc::new(AtomicUsize::new(0));
    let mut terminal = Terminal::new(Slim::new(screen()?, measure, Arc::clone(&written)))?;
    // A terminal that can no longer be read has gone: that is a hang-up, with or without the signal.
    // Its threads begin once the first frame stands: the size may have changed since.
    let keys = stream::once(async {
        let size = measure().map_or(Event::Tick, |size| Event::Resize(size.width, size.height));
        let keys = EventStream::new().filter_map(|e| ready(e.map_or(Some(GONE), Event::of_terminal)));
        stream::once(ready(size)).chain(keys).chain(stream::once(ready(GONE)))
    });
    let gone = stream::once(async { event::gone().map(|()| GONE) });
    let ends = stream::select(signals, Box::pin(gone.flatten()));
    drive(&mut terminal, &mut Own(written), stream::select(Box::pin(keys.flatten()), ends), launch).await
}

/// Standard output, a frame at a time: what the library has between would cut it at every line.
#[cfg(unix)]
fn screen() -> io::Result<std::fs::File> {
    use std::os::fd::AsFd;
    Ok(io::stdout().as_fd().try_clone_to_owned()?.into())
}

/// The size of the screen. Standard output is asked first, as it is that which is drawn on.
#[cfg(unix)]
fn measure() -> io::Result<Size> {
    match rustix::termios::tcgetwinsize(io::stdout()) {
        Ok(size) if size.ws_col > 0 && size.ws_row > 0 => Ok(Size::new(size.ws_col, size.ws_row)),
        _ => crossterm::terminal::size().map(Into::into),
    }
}

#[cfg(not(unix))]
fn measure() -> io::Result<Size> {
    crossterm::terminal::size().map(Into::into)
}

#[cfg(not(unix))]
fn screen() -> io::Result<io::Stdout> {
    Ok(io::stdout())
}

/// What of the outside the loop needs besides the screen: the clipboard, and the shell behind.
pub trait Outside {
    /// Puts a text on the clipboard, where that is possible.
    fn copy(&mut self, text: &str);
    /// Takes the mouse, or leaves it to the terminal.
    fn mouse(&mut self, on: bool);
    /// How many octets were written to the screen so far, where that is counted.
    fn written(&self) -> usize {
        0
    }
    /// How many octets a second the line to the screen carries, where it is known to be slow.
    fn line(&self) -> Option<u32> {
        None
    }
    /// Gives the terminal to the shell, and takes it again.
    fn suspend(&mut self) -> impl Future<Output = io::Result<()>>;
}

/// The process's own terminal, with what was written to it.
struct Own(Arc<AtomicUsize>);

impl Outside for Own {
    fn written(&self) -> usize {
        self.0.load(Ordering::Relaxed)
    }

    /// A line that is set to fewer octets than any network has is a real one, or an SSH client told of one.
    #[cfg(unix)]
    fn line(&self) -> Option<u32> {
        let set = rustix::termios::tcgetattr(io::stdout()).ok()?.output_speed();
        // Eight bits, and two around them. Terminals that have no speed are set to 0 or to 38,400.
        (1..38_400).contains(&set).then_some(set / 10)
    }

    fn copy(&mut self, text: &str) {
        let mut out = io::stdout();
        drop(out.write_all(clipboard::copying(text, |name| std::env::var(name).ok()).as_bytes()));
        drop(out.flush());
    }

    fn mouse(&mut self, on: bool) {
        guard::mouse(on);
    }

    async fn suspend(&mut self) -> io::Result<()> {
        guard::leave();
        #[cfg(unix)]
        super::job::stop().await;
        guard::enter()
    }
}

/// The wizard on any screen, with events from anywhere, until it is left. The end of the events alone does not end it: send [`Event::Signal`].
///
/// # Errors
/// When the screen cannot be drawn on.
pub async fn drive<B>(
    terminal: &mut Terminal<B>,
    outside: &mut impl Outside,
    events: impl Stream<Item = Event> + Send + Unpin + 'static,
    launch: Launch,
) -> Result<Left, Trouble>
where
    B: Backend,
    B::Error: Into<io::Error>,
{
    let (send, mut receive) = unbounded_channel();
    let mut app = App::new(launch, send.clone());
    blank(terminal, &mut app)?;
    draw(terminal, &mut app)?;
    app.warm();
    let mut tasks = tokio::task::JoinSet::new();
    tasks.spawn(event::pump(events, send.clone()));
    let signal = turn(terminal, outside, &mut app, &send, &mut receive).await?;
    Ok(app.left(signal))
}

async fn turn<B>(
    terminal: &mut Terminal<B>,
    outside: &mut impl Outside,
    app: &mut App,
    send: &UnboundedSender<Message<Event>>,
    receive: &mut UnboundedReceiver<Message<Event>>,
) -> Result<Option<i32>, Trouble>
where
    B: Backend,
    B::Error: Into<io::Error>,
{
    let mut ticking = false;
    let mut pace = Pace::new(Instant::now(), outside.line());
    let mut written = outside.written();
    loop {
        let message = match pace.waits(Instant::now()) {
            Some(wait) if wait.is_zero() && (receive.is_empty() || pace.is_late(Instant::now())) => None,
            Some(wait) => tokio::time::timeout(wait.max(LEAST), receive.recv()).await.ok(),
            None => Some(receive.recv().await),
        };
        let Some(message) = message else {
            let began = Instant::now();
            draw(terminal, app)?;
            let so_far = outside.written();
            pace.drew(began, Instant::now(), so_far - written);
            written = so_far;
            continue;
        };
        let Some(message) = message else { return Ok(None) };
        ticking &= !matches!(message, Message::Front(Event::Tick));
        let now = Instant::now();
        match message {
            Message::Front(Event::Key(_)) => pace.pressed(now),
            // Nothing that is seen changes by what is kept.
            Message::Front(Event::Calm) => {}
            Message::Answer(..) | Message::Front(Event::Tick) => pace.changed(Stale::Answers, now),
            _ => pace.changed(Stale::Keys, now),
        }
        for order in app.handle(message) {
            match order {
                Order::Quit(signal) => return Ok(signal),
                Order::Copy(text) => outside.copy(&text),
                Order::Mouse(on) => outside.mouse(on),
                Order::KeepTyped => after(CALM, Event::Calm, send),
                Order::Settle(pressed) => after(MOMENT, Event::Settled(pressed), send),
                Order::Suspend => {
                    outside.suspend().await?;
                    blank(terminal, app)?;
                }
                Order::Redraw => blank(terminal, app)?,
                Order::Practise(world) => {
                    let up = Practice::start(&world).await;
                    app.practise(&world, up);
                }
            }
        }
        if app.is_alive() && !ticking {
            ticking = true;
            after(TICK, Event::Tick, send);
        }
    }
}

/// Begins on an empty screen of the present size. `Terminal::clear` would ask the terminal where its cursor is, and wait for the answer.
fn blank<B>(terminal: &mut Terminal<B>, app: &mut App) -> Result<(), Trouble>
where
    B: Backend,
    B::Error: Into<io::Error>,
{
    let size = terminal.size().map_err(Into::into)?;
    app.resize(size.width, size.height);
    terminal.resize(Rect::new(0, 0, size.width, size.height)).map_err(|e| Trouble::Terminal(e.into()))
}

/// Sends an event into the channel later.
fn after(time: Duration, event: Event, channel: &UnboundedSender<Message<Event>>) {
    let channel = channel.clone();
    tokio::spawn(async move {
        tokio::time::sleep(time).await;
        drop(channel.send(Message::Front(event)));
    });
}

fn draw<B>(terminal: &mut Terminal<B>, app: &mut App) -> Result<(), Trouble>
where
    B: Backend,
    B::Error: Into<io::Error>,
{
    terminal.draw(|frame| app.draw(frame)).map(drop).map_err(|e| Trouble::Terminal(e.into()))
}
