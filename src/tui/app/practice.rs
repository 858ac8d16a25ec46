//! Practice worlds: chosen, brought up by the loop, and gone into; and another case, in whichever world we are.

use std::collections::BTreeSet;

use super::{App, Order, same};
use crate::net::Trust;
use crate::practice::{Practice, WorldFile};
use crate::run::{Session, Setup};
use crate::transcript::{Case, Goal, Mode, Secret};
use crate::tui::view::{Auto, Screen};

impl App {
    /// Whether everything stays inside heloise.
    pub(super) fn is_practice(&self) -> bool {
        self.practice.is_some() || self.only_practice
    }

    /// Takes a practice world that was brought up, or says why it could not be.
    pub fn practise(&mut self, world: &WorldFile, up: Result<Practice, String>) {
        let ready = up.and_then(|up| Trust::only(up.ca_pem()).map(|trust| (up, trust)));
        match ready {
            Err(why) => self.view.note = Some(why),
            Ok((up, trust)) => {
                let setup = Setup { world: up.world(), trust, store: None, ..same(&self.real) };
                self.begin_anew(setup, world.case.clone());
                self.consents = world.allow.iter().copied().collect();
                self.secret = world.password.clone().map(Secret::new);
                self.story = Some(world.story.clone());
                self.practice = Some(up);
                self.view.settle_on(Screen::Story { scroll: 0 });
            }
        }
    }

    /// Another case. Where we were launched to practise there is no way out to the real world: another world is chosen.
    pub(super) fn another(&mut self) {
        if self.only_practice {
            self.view.open(Screen::Practise { cursor: 0, find: String::new() });
            return self.list_worlds();
        }
        self.begin_anew(same(&self.real), Case::new());
        self.view.settle_on(Screen::Start { cursor: 0 });
    }

    pub(super) fn list_worlds(&mut self) {
        match WorldFile::all(&self.guide) {
            Ok(worlds) => self.worlds = worlds,
            Err(why) => self.view.note = Some(why),
        }
    }

    pub(super) fn begin_anew(&mut self, setup: Setup, case: Case) {
        self.session = Session::new(setup, self.channel.clone());
        self.sessions += 1;
        self.mode = if case.goal == Goal::Server { Mode::Checklist } else { self.preferred };
        self.case = case;
        self.secret = None;
        self.consents = BTreeSet::new();
        self.pointless = BTreeSet::new();
        self.story = None;
        self.practice = None;
        self.diagnosis = None;
        self.kept = None;
        self.view.auto = Auto::No;
    }

    /// Asks the loop to bring a practice world up.
    pub(super) fn choose_world(&mut self, cursor: usize) {
        let Screen::Practise { find, .. } = &self.view.screen else { return };
        let chosen = self.worlds_found(find).nth(cursor).cloned();
        self.orders.extend(chosen.map(|world| Order::Practise(Box::new(world))));
    }

    /// The practice worlds in whose name or title every word that was typed stands.
    pub(super) fn worlds_found(&self, find: &str) -> impl Iterator<Item = &WorldFile> {
        let words: Vec<String> = find.to_lowercase().split_whitespace().map(str::to_owned).collect();
        self.worlds.iter().filter(move |w| {
            let text = format!("{} {}", w.id, w.title).to_lowercase();
            words.iter().all(|word| text.contains(word))
        })
    }
}
