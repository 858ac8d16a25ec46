//! A seat at the wizard: keys in, a screen of text out. No terminal, no network.

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use heloise::check::Knowledge;
use heloise::guide::Guide;
use heloise::net::Trust;
use heloise::run::{Message, Setup};
use heloise::tui::{App, Event, Launch, Order};
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::style::Style;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

use crate::nowhere::Nowhere;

/// A guide of a few steps whose checks do not exist: each ends at once.
pub(crate) fn small_guide() -> Arc<Guide> {
    let step = |id: &str, number: u8, consent: &str, more: &str| {
        let title = id[..1].to_uppercase() + &id[1..].replace('-', " ");
        let text = format!(
            "id = \"{id}\"\nnumber = {number}\ntitle = \"{title}\"\nwhy = {{ plain = \"plain words on {id}\", admin = \"admin words on {id}\" }}\n\
             source = \"test\"\nchecks = [\"none-{id}\"]\nconsent = [{consent}]\n{more}\n\
             [[branch]]\nid = \"on\"\nto = \"next\"\nbecause = \"nothing was found at {id}\"\n"
        );
        (format!("guide/steps/{number:02}-{id}.toml"), text)
    };
    let question = "[[question]]\nfield = \"message\"\nask = \"Where is the message?\"\nexample = \"message.eml\"\n";
    let start = "[[rule]]\nid = \"error\"\ngiven = [\"error\"]\nto = \"error-message\"\nbecause = \"there is an error\"\n\
                 [[rule]]\nid = \"else\"\nto = \"recipient\"\nbecause = \"it is the first\"\n";
    let files = BTreeMap::from([
        step("recipient", 1, "\"connect\", \"rcpt\"", ""),
        step("content", 2, "", question),
        step("connectivity", 4, "\"connect\"", ""),
        step("error-message", 6, "", ""),
        step("authentication", 8, "\"connect\", \"auth\"", ""),
        step("dns", 9, "", ""),
        ("guide/start.toml".to_owned(), start.to_owned()),
    ]);
    Arc::new(Guide::from_files(files).expect("the guide"))
}

/// The guide as it is built in, read once.
pub(crate) fn real_guide() -> Arc<Guide> {
    static GUIDE: OnceLock<Arc<Guide>> = OnceLock::new();
    Arc::clone(GUIDE.get_or_init(|| Arc::new(Guide::embedded())))
}

pub(crate) fn setup(guide: Arc<Guide>) -> Setup {
    Setup {
        guide,
        know: Arc::new(Knowledge::default()),
        world: Arc::new(Nowhere),
        trust: Trust::with_ca(None).expect("trust"),
        store: None,
    }
}

pub(crate) struct Seat {
    pub(crate) app: App,
    terminal: Terminal<TestBackend>,
    receive: UnboundedReceiver<Message<Event>>,
    /// What was asked of the loop so far.
    pub(crate) orders: Vec<Order>,
}

impl Seat {
    pub(crate) fn new(launch: Launch) -> Self {
        Self::sized(launch, 80, 24)
    }

    pub(crate) fn sized(launch: Launch, width: u16, height: u16) -> Self {
        let (send, receive) = unbounded_channel();
        let mut app = App::new(launch, send);
        app.resize(width, height);
        let terminal = Terminal::new(TestBackend::new(width, height)).expect("a screen");
        Self { app, terminal, receive, orders: Vec::new() }
    }

    /// The wizard from its first screen, by the small guide.
    pub(crate) fn at_start() -> Self {
        Self::new(Launch::new(setup(small_guide())))
    }

    pub(crate) fn send(&mut self, event: Event) {
        if let Event::Resize(width, height) = event {
            self.terminal.backend_mut().resize(width, height);
        }
        let orders = self.app.handle(Message::Front(event));
        // Nothing follows an Enter here unless a test says so.
        for order in &orders {
            if let Order::Settle(pressed) = order {
                let more = self.app.handle(Message::Front(Event::Settled(*pressed)));
                self.orders.extend(more);
            }
        }
        self.orders.extend(orders);
    }

    pub(crate) fn key(&mut self, code: KeyCode) {
        self.send(Event::Key(KeyEvent::new(code, KeyModifiers::NONE)));
    }

    /// Presses keys by their names, parted by spaces: `Down Enter t`.
    pub(crate) fn press(&mut self, keys: &str) {
        for name in keys.split(' ') {
            self.key(match name {
                "Enter" => KeyCode::Enter,
                "Esc" => KeyCode::Esc,
                "Up" => KeyCode::Up,
                "Down" => KeyCode::Down,
                "Left" => KeyCode::Left,
                "Right" => KeyCode::Right,
                "Space" => KeyCode::Char(' '),
                "PgDn" => KeyCode::PageDown,
                "PgUp" => KeyCode::PageUp,
                "Tab" => KeyCode::Tab,
                "Backspace" => KeyCode::Backspace,
                c => KeyCode::Char(c.chars().next().expect("a key")),
            });
        }
    }

    /// Types a text.
    pub(crate) fn type_in(&mut self, text: &str) {
        for c in text.chars() {
            self.key(KeyCode::Char(c));
        }
    }

    /// Takes answers until nothing runs.
    pub(crate) async fn settle(&mut self) {
        while self.app.is_alive() {
            let message = tokio::time::timeout(Duration::from_secs(60), self.receive.recv()).await;
            let message = message.expect("an answer in time").expect("the channel is open");
            let orders = self.app.handle(message);
            self.orders.extend(orders);
        }
    }

    /// What is on the screen, a line a row.
    pub(crate) fn screen(&mut self) -> String {
        self.terminal.draw(|frame| self.app.draw(frame)).expect("a drawing");
        let buffer = self.terminal.backend().buffer();
        let (width, height) = (buffer.area.width, buffer.area.height);
        let row = |y| (0..width).map(|x| buffer[(x, y)].symbol()).collect::<String>();
        (0..height).map(|y| row(y).trim_end().to_owned()).collect::<Vec<_>>().join("\n")
    }

    /// Each cell of the screen: its sign, and how it looks.
    pub(crate) fn cells(&mut self) -> Vec<Vec<(String, Style)>> {
        self.screen();
        let buffer = self.terminal.backend().buffer();
        let (width, height) = (buffer.area.width, buffer.area.height);
        let cell = |x, y| (buffer[(x, y)].symbol().to_owned(), buffer[(x, y)].style());
        (0..height).map(|y| (0..width).map(|x| cell(x, y)).collect()).collect()
    }

    /// The screen, which has to show these words.
    #[track_caller]
    pub(crate) fn sees(&mut self, words: &str) -> String {
        let screen = self.screen();
        assert!(screen.contains(words), "no \"{words}\" in\n{screen}");
        screen
    }

    #[track_caller]
    pub(crate) fn sees_not(&mut self, words: &str) {
        let screen = self.screen();
        assert!(!screen.contains(words), "\"{words}\" in\n{screen}");
    }
}
