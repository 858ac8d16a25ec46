//! One session: a walk, and the hands that do what it asks.

use std::sync::Arc;
use std::time::Instant;

use tokio::sync::mpsc::UnboundedSender;

use super::{Message, Store};
use crate::check::Knowledge;
use crate::guide::Guide;
use crate::net::{Trust, World};
use crate::transcript::{Fact, RunId, Secret};
use crate::walk::{Input, Walk};

/// What a session needs.
pub struct Setup {
    /// The guide.
    pub guide: Arc<Guide>,
    /// Facts that date.
    pub know: Arc<Knowledge>,
    /// The outside world: the real one, or a practice world.
    pub world: Arc<dyn World>,
    /// What is trusted.
    pub trust: Trust,
    /// Where it is saved; none saves nothing.
    pub store: Option<Store>,
}

/// A walk, and the hands that do what it asks.
pub struct Session {
    setup: Setup,
    walk: Walk,
    secret: Option<Arc<Secret>>,
    began: Instant,
    answer: Arc<dyn Fn(RunId, Fact) + Send + Sync>,
}

impl Session {
    /// A session that has not begun; answers go into `channel`.
    #[must_use]
    pub fn new<F: Send + 'static>(setup: Setup, channel: UnboundedSender<Message<F>>) -> Self {
        let answer = Arc::new(move |run, fact| drop(channel.send(Message::Answer(run, fact))));
        Self { setup, walk: Walk::new(), secret: None, began: Instant::now(), answer }
    }

    /// The walk as it stands, for drawing.
    #[must_use]
    pub fn walk(&self) -> &Walk {
        &self.walk
    }

    /// The guide.
    #[must_use]
    pub fn guide(&self) -> &Arc<Guide> {
        &self.setup.guide
    }

    /// Holds a password or token beside the transcript; `Case::has_password` is the caller's to enter.
    pub fn hold(&mut self, secret: Option<Secret>) {
        self.secret = secret.map(Arc::new);
    }

    /// Milliseconds since the session began.
    #[must_use]
    pub fn now(&self) -> u64 {
        u64::try_from(self.began.elapsed().as_millis()).unwrap_or(u64::MAX)
    }

    /// Feeds the walk, saves what was appended, carries out the effects. Never blocks.
    pub fn input(&mut self, input: Input) {
        let _ = (input, &self.answer, &self.secret);
        unimplemented!()
    }

    /// Feeds the walk an answer out of the channel.
    pub fn answer(&mut self, run: RunId, fact: Fact) {
        self.input(Input::Answer { run, fact: Box::new(fact) });
    }
}
