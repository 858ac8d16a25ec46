//! A text that was read: what it means, and which of its failures is followed.

use std::io::{self, Write};
use std::sync::Arc;

use super::wizard::{Flow, Wizard};
use crate::guide::Step;
use crate::reading::{Item, Reader, advice, choices};
use crate::transcript::{StepId, Taken};
use crate::walk::{Input, StepState};

impl<W: Write, E: FnMut(bool)> Wizard<W, E> {
    /// Says what the text means that this step has read; of several failures asks which one to follow. A flow where that led elsewhere.
    pub(super) async fn failure(&mut self, here: &StepId) -> io::Result<Option<Flow>> {
        let (guide, walk) = (self.session().guide(), self.session().walk());
        let reads = guide.step(here).is_some_and(Step::reads_text);
        let ended = matches!(walk.state_of(here), StepState::Done(_));
        let Some(text) = walk.case().error.clone().filter(|_| reads && ended) else { return Ok(None) };
        let of = (text, walk.case().failure);
        if self.told.as_ref() == Some(&of) {
            return Ok(None);
        }
        let items = Reader::new(Arc::clone(guide)).text(&of.0).items;
        let chosen = of.1.and_then(|n| items.get(n as usize)).or(if let [one] = &items[..] { Some(one) } else { None });
        if let Some(item) = chosen {
            self.told = Some(of);
            self.tell_meaning(item)?;
            return Ok(None);
        }
        if items.is_empty() || self.offered.as_ref() == Some(&of.0) {
            return Ok(None);
        }
        self.offered = Some(of.0);
        self.choose(here, &items).await
    }

    /// Which failure is followed; all of them where nobody chooses.
    async fn choose(&mut self, here: &StepId, items: &[Item]) -> io::Result<Option<Flow>> {
        let all = choices(self.session().guide(), items);
        self.talk.say(&format!("Your text tells of {} failures. Which one shall we follow?", items.len()))?;
        for (n, choice) in all.iter().enumerate() {
            let count = if choice.count > 1 { format!("{} times, ", choice.count) } else { String::new() };
            let codes = if choice.codes.is_empty() { String::new() } else { format!(", {}", choice.codes) };
            let (about, says, whose) = (&choice.about, &choice.says.plain, choice.who.spoken());
            self.talk.say(&format!("{}. {count}{about}{codes}: {says} Whose move: {whose}.", n + 1))?;
        }
        loop {
            self.talk.say("Type a number, or Enter to look at all of them together:")?;
            let Some(line) = self.talk.line().await? else { return Ok(None) };
            let word = line.trim().trim_end_matches('.');
            if word.is_empty() {
                return Ok(None);
            }
            let Some(choice) = word.parse::<usize>().ok().and_then(|n| all.get(n.checked_sub(1)?)) else { continue };
            self.case.failure = u32::try_from(choice.first).ok();
            self.enter()?;
            self.talk.feed(Input::Again(here.clone()))?;
            return Ok(Some(Flow::On));
        }
    }

    fn tell_meaning(&mut self, item: &Item) -> io::Result<()> {
        let advice = advice(self.session().guide(), item);
        self.talk.say(&format!("That means: {} {}", advice.says.plain, advice.sure))?;
        let waiting = if advice.waiting.is_empty() { String::new() } else { format!(" Waiting {}.", advice.waiting) };
        self.talk.say(&format!("Whose move: {}.{waiting}", advice.who.spoken()))?;
        if let Some(first) = advice.fix.first() {
            self.talk.say(&format!("First: {}", first.plain))?;
        }
        let case = self.session().walk().case();
        let taken: Vec<String> = Taken::ALL.into_iter().filter_map(|t| case.told(t)).collect();
        if !taken.is_empty() {
            self.talk.say(&format!("Taken from your text: {}.", taken.join(", ")))?;
        }
        Ok(())
    }
}
